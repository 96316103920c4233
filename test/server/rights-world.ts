import type { Access } from '../../src/protocol/rights.ts';
import type { Method } from '../../src/protocol/schemas.ts';
import { formatTime } from '../../src/protocol/time.ts';
import type { Client } from '../../src/storage/sqlite/file/connection.ts';
import { TestBoard } from '../helpers/board.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';
import type { Act, Column } from './rights-table.ts';

const password = 'correct horse battery';

/** The user who does an act, by the column of the table. */
export const userIn: Readonly<Record<Column, string>> = {
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
};
/** A member and a moderator who do nothing themselves. */
const others = { other: 'meg', second: 'max', nobody: 'nobody' };
const unprotected = ['pat', 'uma', 'rob'];
/** In the order in which they post: message 1 is by olive, message 2 by meg, and so on. */
const members = ['olive', 'meg', 'mike', 'uma', 'rob', 'sid', 'hugh', 'mona', 'max'];
const [byOwner, byOther, byMember] = [1, 2, 3];
const missing = 99;
/** The messages on which an act has effect once: nobody else in the table concerns them. */
const threads = { closed: 8, open: 2 };
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
  readonly code: string;
}

/** The users of the table at one board. */
export class Cast {
  private made = 0;
  private readonly queries;

  private constructor(
    readonly board: TestBoard,
    private readonly client: Client,
    private readonly peers: ReadonlyMap<string, JsonPeer>,
  ) {
    const count = "SELECT count(*) FROM groups WHERE kind = 'group' AND :id > 0";
    const rows = tables.map((table) => `SELECT * FROM ${table} WHERE group_id = :id`);
    const group = 'SELECT * FROM groups WHERE id = :id';
    this.queries = [count, group, ...rows].map((query) => client.prepare(query));
  }

  static async assemble(): Promise<Cast> {
    const board = await TestBoard.start({ durability: 'relaxed' });
    const peers = new Map<string, JsonPeer>();
    for (const name of new Set([...Object.values(userIn), ...members])) {
      const isProtected = !unprotected.includes(name);
      if (isProtected) await board.protect(name, password);
      const peer = isProtected ? board.protectedProgram(name, password) : board.program(name);
      peers.set(name, await peer);
    }
    await peers.get('olive')?.call('group.join', { group: 'main' });
    return new Cast(board, board.database(), peers);
  }

  peer(name: string): JsonPeer {
    const peer = this.peers.get(name);
    if (!peer) throw new Error(`${name} is not connected`);
    return peer;
  }

  async world(access: Access): Promise<World> {
    const olive = this.peer('olive');
    const group = `g${++this.made}`;
    const made = await olive.call('group.create', { name: group, access });
    const id = made.groupId;
    const { code = '' } = await olive.call('group.invite', { group, uses: 100 });
    await this.all(members.slice(1), 'group.join', () => ({ group: id, code }));
    for (const name of members) {
      const post = { group: id, subject: name, content: `by ${name}` };
      await this.peer(name).call('message.post', post);
    }
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
      byOlive.map(([method, params]) => olive.call(method, { group: id, ...params } as never)),
    );
    await this.peer('meg').call('message.report', { group: id, number: byOwner, reason: 'spam' });
    // Rob was given the role when his name was protected.
    const lapsed = `UPDATE memberships SET role = 'moderator', role_since = 1
      WHERE group_id = ? AND user_id = (SELECT id FROM users WHERE name = 'rob')`;
    this.client.prepare(lapsed).run(id);
    return { group, id, code };
  }

  /** Ends a group, whoever owns it by now, so that nobody owns too many. */
  async end({ id }: Pick<World, 'id'>): Promise<void> {
    for (const name of [
      'olive',
      'mona',
      'max',
      'hugh',
      'mike',
      'meg',
      'sid',
      'nora',
      'ingrid',
      'barry',
    ]) {
      const { error } = await this.peer(name).request('group.delete', { group: id });
      if (!error) return;
    }
  }

  /** Everything that is stored about a group, and how many groups there are. */
  stored({ id }: World): string {
    return JSON.stringify(this.queries.map((query) => query.all({ id })));
  }

  private all(names: readonly string[], method: Method, params: () => object): Promise<unknown> {
    return Promise.all(names.map((name) => this.peer(name).call(method, params() as never)));
  }
}

function hoursFromNow(hours: number): string {
  return formatTime((Date.now() + hours * 3_600_000) * 1000);
}

/** The params of an act: what its options say. */
export function paramsOf(
  { method, options }: Act,
  column: Column,
  { group, code }: World,
  fresh: string,
): object {
  const has = (option: string) => options.includes(option);
  const self = userIn[column];
  const target = options.find((option) => option.startsWith('@'))?.slice(1) ?? '';
  const users: Readonly<Record<string, string>> = { ...userIn, ...others, self };
  const user = target === '' ? {} : { user: users[target] };
  const own = members.indexOf(self) + 1 || byOther;
  const about = (usual: number) => {
    if (has('missing')) return missing;
    if (has('own')) return own;
    if (has('of-owner')) return byOwner;
    return usual;
  };
  // Another member's message, also for `second` and the authors of the table.
  const other = own === byOther ? byOwner : byOther;
  const role = options.find((option) => ['member', 'moderator', 'owner'].includes(option));
  switch (method) {
    case 'group.list':
      return {};
    case 'group.create':
      return { name: has('namesake') ? group : fresh, access: has('secret') ? 'secret' : 'open' };
    case 'group.join':
      return { group, ...(has('code') && { code }), ...(has('wrong') && { code: 'f'.repeat(24) }) };
    case 'group.edit':
      if (has('name')) return { group, name: fresh };
      if (has('taken')) return { group, name: 'general' };
      if (has('own-taken')) return { group, name: 'main' };
      if (has('access')) return { group, access: 'invite', description: fresh };
      if (has('posting')) return { group, posting: 'moderators' };
      if (has('replying')) return { group, replying: 'moderators' };
      return { group, [options[0] ?? '']: fresh };
    case 'group.invite':
      return { group, ...user };
    case 'invitation.list':
      return has('group') ? { group } : {};
    case 'group.silence':
      return { group, ...user, until: hoursFromNow(has('past') ? -1 : 1) };
    case 'group.setRole':
      return { group, ...user, role };
    case 'thread.close':
      return { group, thread: has('closed') ? threads.closed : about(threads.open) };
    case 'thread.reopen':
      return { group, thread: has('open') ? threads.open : threads.closed };
    case 'message.pin':
      return { group, number: has('pinned') ? byOwner : about(byOther) };
    case 'message.unpin':
      return { group, number: byOwner };
    case 'message.report':
      return { group, number: about(byMember), reason: 'spam' };
    case 'report.close':
      return { group, number: has('unreported') ? byOther : byOwner };
    case 'message.post': {
      const content = { group, content: fresh };
      if (!has('reply')) return { ...content, subject: 's' };
      return { ...content, replyTo: has('closed') ? threads.closed : about(byOwner) };
    }
    case 'message.edit':
      return { group, number: has('own') ? own : other, content: fresh };
    case 'message.delete':
      return { group, number: about(other) };
    case 'message.get':
    case 'message.history':
    case 'message.markRead':
      return { group, number: byOther };
    case 'message.search':
      return { query: `in:${group} by` };
    case 'group.restoreMarks':
      return { group, lastRead: 0, ranges: [] };
    case 'group.changes':
      return { group, after: 0 };
    case 'thread.get':
    case 'thread.mute':
    case 'thread.unmute':
      return { group, thread: byOther };
    case 'membership.set':
      return { group, notify: 'mentions' };
    default:
      return { group, ...user };
  }
}
