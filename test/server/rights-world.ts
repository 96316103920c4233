import { userRef } from '../../src/board/refs.ts';
import type { Access } from '../../src/protocol/rights.ts';
import type { Method } from '../../src/protocol/schemas.ts';
import type { Client } from '../../src/storage/sqlite/file/connection.ts';
import { TestBoard } from '../helpers/board.ts';
import { Actor, type Encoding } from './rights-actor.ts';
import { byOwner, hoursFromNow, members, threads } from './rights-params.ts';
import type { Column } from './rights-table.ts';

const password = 'correct horse battery';

/** The user who does an act, by the column of the table. */
const userIn = {
  passer: 'pat',
  outsider: 'nora',
  invited: 'ingrid',
  barred: 'barry',
  member: 'mike',
  unprotected: 'uma',
  lapsed: 'rob',
  silenced: 'sid',
  hushed: 'hugh',
  moderator: 'mona',
  owner: 'olive',
} as const;
/** Those who make the groups. */
const makers = /^(olive|oscar0of.*)$/;
const unprotected: readonly string[] = ['pat', 'uma', 'rob'];
/** How many acts of former owners, and of owners who left, change what is stored. */
const formers = 16;
const departed = 8;
const tables = [
  'memberships',
  'restrictions',
  'invitations',
  'group_log',
  'closed_threads',
  'pins',
  'reports',
  'messages',
  'muted_threads',
];

/** A group with a user of every column, on a board where all of them have a connection. */
export interface World {
  readonly group: string;
  readonly id: number;
  readonly access: Access;
  readonly code: string;
  /** Those who have owned the group, if it had any other owner before. */
  readonly formers: readonly string[];
  readonly departed: readonly string[];
}

/** The users of the table at one board, who all speak one encoding. */
export class Cast {
  private made = 0;
  private readonly queries;

  private constructor(
    readonly board: TestBoard,
    private readonly encoding: Encoding,
    private readonly client: Client,
    private readonly actors: Map<string, Actor>,
  ) {
    const count = "SELECT count(*) FROM groups WHERE kind = 'group' AND :id > 0";
    const rows = tables.map((table) => `SELECT * FROM ${table} WHERE group_id = :id`);
    const group = 'SELECT * FROM groups WHERE id = :id';
    this.queries = [count, group, ...rows].map((query) => client.prepare(query));
  }

  static async assemble(encoding: Encoding): Promise<Cast> {
    const board = await TestBoard.start({ durability: 'relaxed' });
    const cast = new Cast(board, encoding, board.database(), new Map());
    const names = [...new Set([...Object.values(userIn), ...members])];
    for (const name of names) await cast.enter(name, !unprotected.includes(name));
    await cast.actor('olive').do('group.join', { group: 'main' });
    return cast;
  }

  actor(name: string): Actor {
    const actor = this.actors.get(name);
    if (!actor) throw new Error(`${name} is not connected`);
    return actor;
  }

  /** @param fresh for an act that changes something; former owners do one each */
  userOf(world: World, column: Exclude<Column, 'operator'>, fresh: number): string {
    const name =
      column === 'former'
        ? world.formers[fresh]
        : column === 'departed'
          ? world.departed[fresh]
          : userIn[column];
    if (name === undefined) throw new Error(`${fresh} users are not enough for ${column}`);
    return name;
  }

  /**
   * @param isOld whether the group has had other owners: it takes a second to make, because the operator removes their
   * passwords
   */
  async world(access: Access, isOld = false): Promise<World> {
    const group = `g${++this.made}`;
    const began = isOld ? await this.oldGroup(group, access) : await this.newGroup(group, access);
    const { id, code } = began;
    await Promise.all(
      members.slice(1).map((name) => this.actor(name).do('group.join', { group: id, code })),
    );
    for (const name of [...members, ...began.formers]) {
      const post = { group: id, subject: name, content: `by ${name}` };
      await this.actor(name).do('message.post', post);
    }
    const olive = this.actor('olive');
    const byOlive: [Method, object][] = [
      ['group.invite', { user: 'ingrid' }],
      ['group.bar', { user: 'barry' }],
      ...['mona', 'max', 'hugh'].map((user): [Method, object] => [
        'group.setRole',
        { user, role: 'moderator' },
      ]),
      ...['sid', 'hugh'].map((user): [Method, object] => [
        'group.silence',
        { user, until: hoursFromNow(24) },
      ]),
      ['thread.close', { thread: threads.closed }],
      ['message.pin', { number: byOwner }],
    ];
    await Promise.all(
      byOlive.map(([method, params]) => olive.do(method, { group: id, ...params } as never)),
    );
    await this.actor('meg').do('message.report', { group: id, number: byOwner, reason: 'spam' });
    // Rob was given the role when his name was protected.
    const lapsed = `UPDATE memberships SET role = 'moderator', role_since = 1
      WHERE group_id = ? AND user_id = (SELECT id FROM users WHERE name = 'rob')`;
    this.client.prepare(lapsed).run(id);
    return { group, access, ...began };
  }

  /** A message by the user. */
  ownMessage({ id }: World, name: string): number | undefined {
    const query = `SELECT number FROM messages JOIN users ON users.id = sender_id
      WHERE group_id = ? AND name = ? ORDER BY number LIMIT 1`;
    return this.client.prepare<[number, string], { number: number }>(query).get(id, name)?.number;
  }

  /** Whether a message with the content of the params mentions all members. */
  isToAll({ id }: World, { content }: { content?: string }): boolean {
    const query = 'SELECT mentions FROM messages WHERE group_id = ? AND content = ?';
    const found = this.client.prepare<unknown[], { mentions: string | null }>(query);
    return !!found.get(id, content)?.mentions?.startsWith('[0');
  }

  /** Ends a group, whoever owns it by now, so that nobody owns too many. */
  async end({ id }: Pick<World, 'id'>): Promise<void> {
    const owner = `SELECT name FROM memberships JOIN users ON users.id = user_id
      WHERE group_id = ? AND role = 'owner'`;
    const found = this.client.prepare<[number], { name: string }>(owner).get(id);
    if (found) await this.actor(found.name).do('group.delete', { group: id });
  }

  /** The group that was made last. */
  newestGroup(): number {
    const query = "SELECT max(id) AS id FROM groups WHERE kind = 'group'";
    return this.client.prepare<[], { id: number }>(query).get()?.id ?? 0;
  }

  /** Everything that is stored about a group, and how many groups there are. */
  stored({ id }: World): string {
    return JSON.stringify(this.queries.map((query) => query.all({ id })));
  }

  private async enter(name: string, isProtected: boolean): Promise<void> {
    const { board, encoding } = this;
    if (isProtected) await board.protect(name, password);
    const isMaker = makers.test(name);
    const user = { name, isMaker, ...(isProtected && { password }) };
    this.actors.set(name, await Actor.enter(board, user, encoding));
  }

  private async newGroup(name: string, access: Access) {
    const olive = this.actor('olive');
    const { groupId: id } = await olive.call('group.create', { name, access });
    const { code = '' } = await olive.call('group.invite', { group: id, uses: 100 });
    return { id, code, formers: [], departed: [] };
  }

  /**
   * A group whose owners followed one another: the operator removed the passwords of the first ones, the next ones left,
   * and olive is the last.
   */
  private async oldGroup(name: string, access: Access) {
    const { board } = this;
    const named = (word: string, count: number) =>
      Array.from({ length: count }, (_, at) => `${word}${at}of${name}`);
    const all = { formers: named('oscar', formers), departed: named('lena', departed) };
    const heirs = [...all.formers, ...all.departed, 'olive'];
    const [first = '', ...others] = heirs;
    // One after the other: a server refuses passwords if too many wait for their hash.
    for (const user of heirs.slice(0, -1)) await this.enter(user, true);
    const founder = this.actor(first);
    const { groupId: id } = await founder.call('group.create', { name, access });
    const { code: given = '' } = await founder.call('group.invite', { group: id, uses: 100 });
    await Promise.all(
      others.map((user) => this.actor(user).do('group.join', { group: id, code: given })),
    );
    for (const user of others) {
      await founder.do('group.setRole', { group: id, user, role: 'moderator' });
    }
    await board.operate(async (operator) => {
      for (const user of all.formers) await operator.setPassword(userRef(user), null);
    });
    await Promise.all(all.formers.map((user) => this.actor(user).closed()));
    for (const user of all.formers) {
      this.actors.set(user, await Actor.enter(board, { name: user }, this.encoding));
    }
    for (const user of all.departed) await this.actor(user).do('group.leave', { group: id });
    const olive = this.actor('olive');
    const { code = '' } = await olive.call('group.invite', { group: id, uses: 100 });
    return { id, code, ...all };
  }
}
