import Sqlite from 'better-sqlite3';
import { deletedUser } from '../../../board/export-fields.ts';
import {
  ExportError,
  type ImportLine,
  type LineOf,
  linePlaces,
} from '../../../board/export-format.ts';
import { nameKey } from '../../../board/name-key.ts';
import { groupName, userName } from '../../../board/names.ts';
import { directName, isDirectName } from '../../../protocol/direct.ts';
import { limits } from '../../../protocol/limits.ts';
import { areRanges, parseRanges } from '../../../protocol/marks.ts';
import { storedName } from '../acts/access.ts';
import type { Client } from '../file/connection.ts';
import { nameColumns, secretColumns } from '../file/names.ts';
import { beyond, MessageRows, requireParty } from './import-messages.ts';
import { ModerationRows } from './import-moderation.ts';
import { type ImportCounts, type KnownGroup, prepareImport } from './import-statements.ts';

const moderationTypes: ReadonlySet<ImportLine['type']> = new Set([
  ...(['restriction', 'invitation', 'logged', 'closed', 'pin', 'report'] as const),
]);

type Take = { [T in ImportLine['type']]: (line: LineOf<T>) => void };

/** Values that no two lines may share. */
const unique = {
  user: 'name',
  group: 'id or name',
  direct: 'id or users',
  block: 'user and blocked',
  mute: 'user and muted, or user, group and thread',
  membership: 'group and user',
  restriction: 'group, user and kind',
  invitation: 'group and user, or codeHash',
  closed: 'group and thread',
  pin: 'group and number',
  report: 'group, number and user',
  message: 'sender and key',
} as const;

/**
 * Makes rows of the lines of an export, and checks what a line alone does not show: its place in the file, and the
 * lines that it refers to. It keeps the names of users and groups in memory, and no messages.
 */
export class ImportRows {
  private readonly groups = new Map<string, KnownGroup>();
  private readonly users = new Map<string, number>();
  private joinedAt: number;
  private readonly counts: ImportCounts;
  private readonly statements;
  private readonly moderation: ModerationRows;
  private readonly messages: MessageRows;

  private readonly actions: Take = {
    board: (line) => this.begin(line),
    user: (line) => this.addUser(line),
    group: (line) => this.addGroup(line),
    direct: (line) => this.addDirect(line),
    block: (line) => this.addBlock(line),
    mute: (line) => this.addMute(line),
    membership: (line) => this.addMembership(line),
    message: (line) => this.messages.addMessage(line),
    deleted: (line) => this.addDeleted(line),
    revision: (line) => this.messages.addRevision(line),
    restriction: (line) => this.moderation.addRestriction(line),
    invitation: (line) => this.moderation.addInvitation(line),
    logged: (line) => this.moderation.addLogged(line),
    closed: (line) => this.moderation.addClosed(line),
    pin: (line) => this.moderation.addPin(line),
    report: (line) => this.moderation.addReport(line),
    end: () => this.requireCounts(),
  };

  /**
   * @param client the database for the rows; it may hold those of an interrupted import
   * @param header the first line, if it was read
   * @param last the type of the last line that was read
   */
  constructor(
    client: Client,
    public header: LineOf<'board'> | undefined,
    public last: ImportLine['type'] | undefined,
  ) {
    this.statements = prepareImport(client);
    for (const { name, id } of this.statements.users.all()) this.users.set(name, id);
    for (const { name, ...group } of this.statements.groups.all()) this.groups.set(name, group);
    this.joinedAt = this.statements.lastJoin.get() ?? 0;
    this.counts = this.statements.counts.get() as ImportCounts;
    const known = {
      group: (name: string) => this.group(name),
      user: (name: string) => this.user(name),
    };
    this.moderation = new ModerationRows(this.statements, this.counts, known);
    this.messages = new MessageRows(this.statements, this.counts, known, [...this.groups.values()]);
  }

  /** How many lines the header promises. */
  get expectedLines(): number {
    const { users = 0, groups = 0, memberships = 0, messages = 0 } = this.header ?? {};
    const { directs = 0, blocks = 0, mutes = 0, deleted = 0, revisions = 0 } = this.header ?? {};
    const { restrictions = 0, invitations = 0, logged = 0, closed = 0 } = this.header ?? {};
    const { pins = 0, reports = 0 } = this.header ?? {};
    const first = users + groups + directs + blocks + mutes + memberships;
    const moderation = restrictions + invitations + logged + closed + pins + reports;
    return first + messages + deleted + revisions + moderation + 2;
  }

  /** @throws ExportError */
  take(line: ImportLine): void {
    this.requirePlace(line.type);
    if (moderationTypes.has(line.type)) this.requireVersion2(`${line.type} lines`);
    if (line.type !== 'revision') this.messages.requireRevisions();
    try {
      (this.actions[line.type] as (line: ImportLine) => void)(line);
    } catch (error) {
      throw isConflict(error) && line.type in unique
        ? new ExportError(
            `An earlier line has the same ${unique[line.type as keyof typeof unique]}`,
          )
        : error;
    }
    this.last = line.type;
  }

  private requirePlace(type: ImportLine['type']): void {
    const { last } = this;
    if (last === undefined && type !== 'board') {
      throw new ExportError('It is not the first line of an export');
    }
    if (last === 'end') throw new ExportError('It comes after the last line');
    if (last === undefined) return;
    const goesBack = linePlaces[type] < linePlaces[last];
    if (goesBack || type === 'board') throw new ExportError(`A ${type} cannot follow a ${last}`);
  }

  private begin(line: LineOf<'board'>): void {
    this.header = line;
  }

  private addUser(line: LineOf<'user'>): void {
    const columns = nameColumns(userName(line.name));
    const { passwordHash = null, keys = [], claimedKeys = [], ...fields } = line;
    if (keys.length > 0) this.requireVersion2('SSH keys', 'keys');
    if (claimedKeys.length > 0) this.requireVersion2('SSH keys', 'claimedKeys');
    if (keys.length + claimedKeys.length > limits.sshKeys) {
      throw new ExportError(`keys: A user has at most ${limits.sshKeys}`);
    }
    const protection = { passwordHash, keyCount: keys.length };
    const { lastInsertRowid } = this.statements.addUser.run({
      ...fields,
      ...columns,
      ...protection,
    });
    const user = Number(lastInsertRowid);
    this.users.set(line.name, user);
    for (const key of keys) this.addKey('addKey', { ...key, user });
    for (const key of claimedKeys) this.addKey('addClaim', { ...key, user });
  }

  private addKey(
    statement: 'addKey' | 'addClaim',
    key: { readonly user: number; readonly fingerprint: string },
  ): void {
    try {
      this.statements[statement].run(key);
    } catch (error) {
      if (!isConflict(error)) throw error;
      throw new ExportError(`keys: An earlier key is ${key.fingerprint} too`);
    }
  }

  private addGroup(line: LineOf<'group'>): void {
    this.requireGroupNumber(line);
    const { id, lastNumber, access = 'open', createdBy } = line;
    const { posting = 'members', replying = 'members', about = '' } = line;
    for (const field of ['access', 'posting', 'replying', 'about', 'createdBy'] as const) {
      if (line[field] !== undefined) this.requireVersion2(field, field);
    }
    const name = groupName(line.name);
    if (name.key === nameKey('main') && access === 'invite') {
      throw new ExportError('access: The public group is open');
    }
    const columns = access === 'secret' ? secretColumns(name, id) : nameColumns(name);
    const creator =
      createdBy === undefined ? null : createdBy === deletedUser ? 0 : this.user(createdBy);
    const rules = { access, posting, replying, about, creator };
    this.statements.addGroup.run({ ...line, ...columns, ...rules });
    const ref = access === 'secret' ? `${line.name}#${id}` : line.name;
    this.groups.set(ref, { id, lastNumber, number: 0, postedAt: -1 });
  }

  private addDirect(line: LineOf<'direct'>): void {
    this.requireVersion2('direct conversations');
    this.requireGroupNumber(line);
    const { id, name, users, createdBy, lastNumber } = line;
    if (name !== directName(String(id))) throw new ExportError('name: It is not that of its id');
    // The number of a user who was deleted is not in an export.
    const [one = 0, other = -id] = users.map((user) => this.user(user));
    if (one === other) throw new ExportError('users: It takes two users');
    const creator = createdBy === null ? null : this.user(createdBy);
    this.statements.addDirect.run({ ...line, stored: storedName(one, other), creator });
    this.groups.set(name, { id, lastNumber, number: 0, postedAt: -1 });
    this.counts.directs++;
  }

  private addBlock({ user, blocked, createdAt }: LineOf<'block'>): void {
    this.requireVersion2('blocks');
    const ids = { user: this.user(user), blocked: this.user(blocked) };
    this.statements.addBlock.run({ ...ids, createdAt });
    this.counts.blocks++;
  }

  private addMute(line: LineOf<'mute'>): void {
    this.requireVersion2('mutes');
    const { muted, group, thread = 0, createdAt } = line;
    const user = this.user(line.user);
    if (muted !== undefined) {
      this.statements.muteUser.run({ user, muted: this.user(muted), createdAt });
    } else {
      const known = this.group(group ?? '');
      if (thread > known.lastNumber) throw beyond('thread', group ?? '', known);
      const { id } = known;
      this.statements.muteThread.run({ user, group: id, thread, createdAt });
    }
    this.counts.mutes++;
  }

  private requireGroupNumber({ id }: { id: number }): void {
    const most = this.header?.lastGroup ?? 0;
    if (id > most) throw new ExportError(`id: The board says that ${most} is the last one`);
  }

  private requireVersion2(what: string, field = 'type'): void {
    if (this.header?.version === 1) throw new ExportError(`${field}: Version 1 has no ${what}`);
  }

  private addMembership(line: LineOf<'membership'>) {
    const { group: name, user: userName, joinedAt, lastRead, ranges: written = '' } = line;
    const group = this.group(name);
    if (joinedAt < this.joinedAt) throw new ExportError('joinedAt: It is before the line above');
    if (isDirectName(name))
      requireParty(this.statements, { group: group.id, user: this.user(userName) }, 'user');
    if (lastRead > group.lastNumber) throw beyond('lastRead', name, group);
    const ranges = parseRanges(written) ?? [];
    if (!areRanges(ranges, lastRead)) {
      throw new ExportError('ranges: They do not ascend after lastRead, with a gap before each');
    }
    if ((ranges.at(-1)?.[1] ?? 0) > group.lastNumber) throw beyond('ranges', name, group);
    const user = this.user(userName);
    this.statements.addMembership.run({
      group: group.id,
      user,
      joinedAt,
      lastRead,
      ranges: written,
      notify: line.notify ?? 'all',
      ...this.roleOf(line, group, user),
    });
    this.joinedAt = joinedAt;
    this.counts.memberships++;
  }

  /** @throws ExportError */
  private roleOf({ role, roleSince }: LineOf<'membership'>, group: KnownGroup, user: number) {
    if ((role === undefined) !== (roleSince === undefined)) {
      throw new ExportError('roleSince: It has to be there with role, and only with it');
    }
    if (role === undefined || roleSince === undefined) return { role: 'member', roleSince: null };
    this.requireVersion2('roles', 'role');
    if (!this.statements.isProtected.get(user)) {
      throw new ExportError('role: Only a user with a password or an SSH key has a role');
    }
    if (role === 'owner' && this.statements.ownerOf.get(group.id) !== undefined) {
      throw new ExportError('role: A line above has the owner of this group');
    }
    return { role, roleSince };
  }

  private addDeleted(line: LineOf<'deleted'>): void {
    this.requireVersion2('deleted messages');
    this.messages.addDeleted(line);
  }

  private requireCounts(): void {
    const counts = {
      users: this.users.size,
      groups: this.groups.size - this.counts.directs,
      ...this.counts,
    };
    for (const [kind, count] of Object.entries(counts)) {
      const said = this.header?.[kind as keyof typeof counts] ?? 0;
      if (count !== said) {
        throw new ExportError(`The first line says ${said} ${kind}, and there are ${count}`);
      }
    }
  }

  private group(name: string): KnownGroup {
    const group = this.groups.get(name);
    if (!group) throw new ExportError(`group: No line above has a group ${name}`);
    return group;
  }

  private user(name: string): number {
    const user = this.users.get(name);
    if (user === undefined) throw new ExportError(`No line above has a user ${name}`);
    return user;
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_CONSTRAINT');
}
