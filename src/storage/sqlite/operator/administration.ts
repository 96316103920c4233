import { and, eq, inArray } from 'drizzle-orm';
import { type Name, nameKey } from '../../../board/name-key.ts';
import { requireReadable } from '../../../board/names.ts';
import type { NetworkBan } from '../../../board/network-bans.ts';
import type {
  Administration,
  GroupChanges,
  GroupDetails,
  MessageFate,
  PurgePlan,
  PurgeRule,
  StepControl,
} from '../../../board/ports/administration.ts';
import type { Page } from '../../../board/ports/repository.ts';
import type { Group, GroupRef, OutsideEvent } from '../../../board/types.ts';
import { BoardError, boardError } from '../../../protocol/errors.ts';
import { formatTime, toSeconds } from '../../../protocol/time.ts';
import { type Client, type Orm, orm } from '../file/connection.ts';
import { nameColumns, requireDistinct } from '../file/names.ts';
import { groups, messages } from '../file/schema.ts';
import { clockTolerance } from '../serving/clock-watch.ts';
import { cutPage, readFrom } from '../serving/store.ts';
import { trustedTime } from '../serving/wall-clock.ts';
import { leavePurged, purgeInSteps, spanOf } from '../steps/purge.ts';
import { nextRemoval } from '../steps/retention.ts';
import { buryMessages } from '../steps/tombstones.ts';
import { countBySender, deleteUserInSteps } from '../steps/user-deletion.ts';
import { addNetworkBan, currentNetworkBans, removeNetworkBan } from './network-bans.ts';
import {
  findDeletion,
  findGroup,
  findMessage,
  groupColumns,
  listGroups,
  listMessages,
  listUsers,
  membershipsOf,
  membersOf,
} from './queries.ts';
import { addUser, banUser, changePassword, findUser, renameUser, unbanUser } from './users.ts';
import { leaveEvent, writeAtOnce } from './write.ts';

const publicGroup = nameKey('main');

/** The operator's side of the board in SQLite, beside a server or without one. */
export class SqliteAdministration implements Administration {
  private readonly orm: Orm;

  /** @param client a connection to a database of the current schema; closed with this */
  constructor(private readonly client: Client) {
    this.orm = orm(client);
  }

  groups() {
    return readFrom(() => listGroups(this.orm));
  }

  group(ref: GroupRef) {
    return readFrom(() => {
      const group = this.find(ref);
      return {
        ...group,
        memberships: membersOf(this.orm, group.id),
        nextRemoval: nextRemoval(this.orm, group, Date.now() * 1000),
      };
    });
  }

  createGroup(name: Name, description: string): Promise<GroupDetails> {
    return this.write(() => {
      this.requireFree(name);
      const createdAt = Date.now() * 1000;
      return this.orm
        .insert(groups)
        .values({ ...nameColumns(name), description, createdAt })
        .returning(groupColumns)
        .get();
    });
  }

  editGroup(ref: GroupRef, changes: GroupChanges): Promise<GroupDetails> {
    return this.write(() => this.change(this.find(ref), changes));
  }

  renameGroup(ref: GroupRef, to: Name): Promise<GroupDetails> {
    return this.write(() => {
      const group = this.findUnprotected(ref);
      if (group.name === to.name) return group;
      this.requireFree(to, group);
      return this.change(group, nameColumns(to));
    });
  }

  deletableGroup(ref: GroupRef): Promise<GroupDetails> {
    return readFrom(() => this.findUnprotected(ref));
  }

  async deleteGroup(ref: GroupRef, control: StepControl) {
    const group = await this.deletableGroup(ref);
    const all = await this.planPurge({ id: group.id }, 'all');
    const gone = await purgeInSteps(this.client, all, control, () => {
      // What was posted meanwhile goes with it, as the memberships do: by cascade.
      this.orm.delete(groups).where(eq(groups.id, group.id)).run();
      this.leave({ type: 'group.removed', group: all.group });
    });
    return { group, deleted: gone.count, complete: gone.complete };
  }

  clockDoubt(): Promise<number | null> {
    return readFrom(() => {
      const trusted = trustedTime(this.client);
      return trusted !== null && Date.now() * 1000 - trusted > clockTolerance ? trusted : null;
    });
  }

  planPurge(ref: GroupRef, rule: PurgeRule): Promise<PurgePlan> {
    return readFrom(() => spanOf(this.orm, this.find(ref), rule));
  }

  purge(plan: PurgePlan, control: StepControl) {
    return purgeInSteps(this.client, plan, control, (gone) => leavePurged(this.orm, gone));
  }

  users() {
    return readFrom(() => listUsers(this.orm));
  }

  user(name: string) {
    return readFrom(() => {
      const user = findUser(this.orm, name);
      return { ...user, memberships: membershipsOf(this.orm, user.id) };
    });
  }

  createUser(name: Name, passwordHash: string | null) {
    return this.write(() => addUser(this.orm, name, passwordHash));
  }

  setPassword(name: string, passwordHash: string | null) {
    return this.write(() => changePassword(this.orm, findUser(this.orm, name), passwordHash));
  }

  renameUser(name: string, to: Name) {
    return this.write(() => renameUser(this.orm, findUser(this.orm, name), to));
  }

  banUser(name: string, reason: string) {
    return this.write(() => banUser(this.orm, findUser(this.orm, name), reason));
  }

  unbanUser(name: string) {
    return this.write(() => unbanUser(this.orm, findUser(this.orm, name)));
  }

  deletableUser(name: string) {
    return readFrom(() => {
      const user = findUser(this.orm, name);
      return { user, messages: countBySender(this.orm, user.id) };
    });
  }

  async deleteUser(name: string, fate: MessageFate, control: StepControl) {
    const user = await readFrom(() => findUser(this.orm, name));
    return deleteUserInSteps(this.client, { id: user.id, name: user.name }, fate, control);
  }

  networkBans() {
    return readFrom(() => currentNetworkBans(this.orm, Date.now() * 1000));
  }

  banNetwork(ban: Omit<NetworkBan, 'createdAt'>) {
    return this.write(() => {
      this.leave({ type: 'networkBans.changed' });
      return addNetworkBan(this.orm, { ...ban, createdAt: Date.now() * 1000 });
    });
  }

  unbanNetwork(network: string) {
    return this.write(() => {
      const removed = removeNetworkBan(this.orm, network);
      if (removed) this.leave({ type: 'networkBans.changed' });
      return removed;
    });
  }

  /** One message more is asked for than the page holds, to know whether there are more. */
  messages(ref: GroupRef, page: Page) {
    return readFrom(() => {
      const { id, name } = this.find(ref);
      const found = listMessages(this.orm, id, { ...page, limit: page.limit + 1 });
      return { group: { id, name }, ...cutPage(found, page.limit, page.after === undefined) };
    });
  }

  message(ref: GroupRef, number: number) {
    return readFrom(() => {
      const { id, name } = this.find(ref);
      const message = findMessage(this.orm, id, number);
      if (!message) throw this.noMessage({ id, name }, number);
      return { group: { id, name }, message };
    });
  }

  deleteMessages(ref: GroupRef, numbers: readonly number[]) {
    return this.write(() => {
      const { id, name } = this.find(ref);
      const group = { id, name };
      const which = and(eq(messages.groupId, id), inArray(messages.number, [...numbers]));
      const gone = buryMessages(this.orm, which, Date.now() * 1000)[0]?.numbers ?? [];
      const missing = numbers.find((number) => !gone.includes(number));
      if (missing !== undefined) throw this.noMessage(group, missing);
      for (const number of gone) {
        leavePurged(this.orm, { group, count: 1, first: number, last: number });
      }
      return group;
    });
  }

  close(): void {
    this.client.close();
  }

  private async write<T>(operation: () => T): Promise<T> {
    return writeAtOnce(this.client, operation);
  }

  private leave(event: OutsideEvent): void {
    leaveEvent(this.orm, event);
  }

  private find(ref: GroupRef): GroupDetails {
    const group = findGroup(this.orm, ref);
    if (!group) throw boardError('GROUP_NOT_FOUND', 'id' in ref ? String(ref.id) : ref.name);
    return group;
  }

  /** The board's own sentence speaks to a member, who may not be allowed to see the message. */
  private noMessage({ id, name }: Group, number: number): BoardError {
    const deletedAt = findDeletion(this.orm, id, number);
    const text =
      deletedAt === undefined
        ? `There is no message ${number} in ${name}.`
        : `Message ${number} of ${name} was deleted at ${toSeconds(formatTime(deletedAt))}.`;
    return new BoardError('MESSAGE_NOT_FOUND', text);
  }

  private findUnprotected(ref: GroupRef): GroupDetails {
    const group = this.find(ref);
    if (nameKey(group.name) === publicGroup) throw boardError('GROUP_PROTECTED', group.name);
    return group;
  }

  /**
   * @throws BoardError `GROUP_EXISTS` if another group than `self` has the name, `NAME_TOO_SIMILAR` if one looks like
   * it, `NAME_INVALID`
   */
  private requireFree(name: Name, self?: GroupDetails): void {
    const other = findGroup(this.orm, name);
    if (other && other.id !== self?.id) throw boardError('GROUP_EXISTS', other.name);
    requireReadable(name);
    requireDistinct(this.orm, groups, name, self?.id);
  }

  private change(
    { id, name: was }: GroupDetails,
    values: GroupChanges | ReturnType<typeof nameColumns>,
  ): GroupDetails {
    const changed = this.orm
      .update(groups)
      .set(values)
      .where(eq(groups.id, id))
      .returning(groupColumns)
      .get();
    const { name, description } = changed;
    const group = { id, name };
    if ('keepMessages' in values || 'keepDays' in values) {
      this.leave({ type: 'retention.changed', group });
    }
    if ('description' in values || 'name' in values) {
      this.leave({ type: 'group.changed', group, was, description });
    }
    return changed;
  }
}
