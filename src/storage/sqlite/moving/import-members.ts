import { deletedUser } from '../../../board/export-fields.ts';
import { ExportError, type LineOf } from '../../../board/export-format.ts';
import { nameKey } from '../../../board/name-key.ts';
import { groupName, userName } from '../../../board/names.ts';
import { directName, isDirectName } from '../../../protocol/direct.ts';
import { limits } from '../../../protocol/limits.ts';
import { areRanges, parseRanges } from '../../../protocol/marks.ts';
import { storedName } from '../acts/access.ts';
import { nameColumns, secretColumns } from '../file/names.ts';
import { beyond, requireParty } from './import-messages.ts';
import type { KnownNames } from './import-names.ts';
import type { LineOrder } from './import-order.ts';
import {
  type ImportCounts,
  type ImportStatements,
  isConflict,
  type KnownGroup,
} from './import-statements.ts';

/** Makes rows of the lines about users, groups and memberships. */
export class MemberRows {
  private joinedAt: number;

  constructor(
    private readonly statements: ImportStatements,
    private readonly counts: ImportCounts,
    private readonly known: KnownNames,
    private readonly order: Pick<LineOrder, 'requireGroupNumber'>,
  ) {
    this.joinedAt = statements.lastJoin.get() ?? 0;
  }

  addUser(line: LineOf<'user'>): void {
    const columns = nameColumns(userName(line.name));
    const { passwordHash = null, keys = [], claimedKeys = [], ...fields } = line;
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
    this.known.users.set(line.name, user);
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

  addGroup(line: LineOf<'group'>): void {
    this.order.requireGroupNumber(line);
    const { id, lastNumber, access = 'open', createdBy } = line;
    const { posting = 'members', replying = 'members', about = '' } = line;
    const name = groupName(line.name);
    if (name.key === nameKey('main') && access === 'invite') {
      throw new ExportError('access: The public group is open');
    }
    const columns = access === 'secret' ? secretColumns(name, id) : nameColumns(name);
    const creator =
      createdBy === undefined ? null : createdBy === deletedUser ? 0 : this.known.user(createdBy);
    const rules = { access, posting, replying, about, creator };
    this.statements.addGroup.run({ ...line, ...columns, ...rules });
    const ref = access === 'secret' ? `${line.name}#${id}` : line.name;
    this.known.groups.set(ref, { id, lastNumber, number: 0, postedAt: -1 });
  }

  addDirect(line: LineOf<'direct'>): void {
    this.order.requireGroupNumber(line);
    const { id, name, users, createdBy, lastNumber } = line;
    if (name !== directName(String(id))) throw new ExportError('name: It is not that of its id');
    // The number of a user who was deleted is not in an export.
    const [one = 0, other = -id] = users.map((user) => this.known.user(user));
    if (one === other) throw new ExportError('users: It takes two users');
    const creator = createdBy === null ? null : this.known.user(createdBy);
    this.statements.addDirect.run({ ...line, stored: storedName(one, other), creator });
    this.known.groups.set(name, { id, lastNumber, number: 0, postedAt: -1 });
    this.counts.directs++;
  }

  addBlock({ user, blocked, createdAt }: LineOf<'block'>): void {
    const ids = { user: this.known.user(user), blocked: this.known.user(blocked) };
    this.statements.addBlock.run({ ...ids, createdAt });
    this.counts.blocks++;
  }

  addMute(line: LineOf<'mute'>): void {
    const { muted, group, thread = 0, createdAt } = line;
    const user = this.known.user(line.user);
    if (muted !== undefined) {
      this.statements.muteUser.run({ user, muted: this.known.user(muted), createdAt });
    } else {
      const known = this.known.group(group ?? '');
      if (thread > known.lastNumber) throw beyond('thread', group ?? '', known);
      const { id } = known;
      this.statements.muteThread.run({ user, group: id, thread, createdAt });
    }
    this.counts.mutes++;
  }

  addMembership(line: LineOf<'membership'>) {
    const { group: name, user: userName, joinedAt, lastRead, ranges: written = '' } = line;
    const group = this.known.group(name);
    if (joinedAt < this.joinedAt) throw new ExportError('joinedAt: It is before the line above');
    if (isDirectName(name))
      requireParty(this.statements, { group: group.id, user: this.known.user(userName) }, 'user');
    if (lastRead > group.lastNumber) throw beyond('lastRead', name, group);
    const ranges = parseRanges(written) ?? [];
    if (!areRanges(ranges, lastRead)) {
      throw new ExportError('ranges: They do not ascend after lastRead, with a gap before each');
    }
    if ((ranges.at(-1)?.[1] ?? 0) > group.lastNumber) throw beyond('ranges', name, group);
    const user = this.known.user(userName);
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
    if (!this.statements.isProtected.get(user)) {
      throw new ExportError('role: Only a user with a password or an SSH key has a role');
    }
    if (role === 'owner' && this.statements.ownerOf.get(group.id) !== undefined) {
      throw new ExportError('role: A line above has the owner of this group');
    }
    return { role, roleSince };
  }
}
