import type { Name } from '../../../board/name-key.ts';
import type { NetworkBan } from '../../../board/network-bans.ts';
import type {
  Administration,
  GroupChanges,
  MessageDisposal,
  PurgePlan,
  PurgeRule,
} from '../../../board/ports/administration.ts';
import type { Page } from '../../../board/ports/reading.ts';
import type { SearchPage } from '../../../board/ports/search.ts';
import type { StepControl } from '../../../board/steps.ts';
import type { GroupRef, NewKey, User } from '../../../board/types.ts';
import { boardError } from '../../../protocol/errors.ts';
import type { Access } from '../../../protocol/rights.ts';
import { findGroup } from '../acts/access.ts';
import { findDeletable } from '../acts/groups.ts';
import { keysOfUser } from '../acts/keys.ts';
import { noMessage } from '../acts/messages.ts';
import { findUser } from '../acts/users.ts';
import type { Executor } from '../executor.ts';
import type { Client } from '../file/connection.ts';
import { expectedTime, isDoubtful } from '../serving/clock-watch.ts';
import { findMessage } from '../statements/by-number.ts';
import { headerPage, historyPage } from '../statements/pages.ts';
import type { Statements } from '../statements/statements.ts';
import { deleteGroupInSteps, planPurge, purgeInSteps } from '../steps/purge.ts';
import { nextRemoval } from '../steps/retention.ts';
import { deleteUserInSteps } from '../steps/user-deletion.ts';
import { moderationDetails, SqliteModeration } from './moderation.ts';
import { OutsideExecutor } from './outside-executor.ts';
import { searchAll } from './search.ts';

/** The operator's side of the board in SQLite. It runs in a process of its own, or in the server's. */
export class SqliteAdministration implements Administration {
  private readonly statements: Statements;
  readonly moderation: SqliteModeration;

  constructor(
    private readonly executor: Executor,
    private readonly onClose: () => void = () => {},
  ) {
    this.statements = executor.statements;
    this.moderation = new SqliteModeration(executor);
  }

  /**
   * For a process beside a server, or without one.
   * @param client a connection to a database of the current schema; closed with the result
   */
  static outside(client: Client): SqliteAdministration {
    const executor = new OutsideExecutor(client);
    return new SqliteAdministration(executor, () => executor.close());
  }

  groups(kind: 'group' | 'direct' = 'group') {
    return this.read(() => this.statements.groupsOfKind.all({ kind }));
  }

  group(ref: GroupRef) {
    return this.read(() => {
      const group = findGroup(this.statements, ref);
      return {
        ...group,
        memberships: this.statements.memberDetailsOf.all({ group: group.id }),
        nextRemoval: nextRemoval(this.statements, group, Date.now() * 1000),
        moderation: moderationDetails(this.statements, group.id),
      };
    });
  }

  createGroup(name: Name, description: string, access: Access = 'open') {
    return this.executor.run('createGroup', { name, description, access });
  }

  editGroup(group: GroupRef, changes: GroupChanges) {
    return this.executor.run('editGroup', { group, changes });
  }

  renameGroup(group: GroupRef, to: Name) {
    return this.executor.run('renameGroup', { group, to });
  }

  deletableGroup(ref: GroupRef) {
    return this.read(() => findDeletable(this.statements, ref));
  }

  deleteGroup(group: GroupRef, control: StepControl) {
    return deleteGroupInSteps(this.executor, group, control);
  }

  clockDoubt(): Promise<number | null> {
    return this.read(() => {
      const known = this.statements.wallClock.get();
      return isDoubtful(known, Date.now() * 1000) ? known.trustedAt : null;
    });
  }

  planPurge(ref: GroupRef, rule: PurgeRule): Promise<PurgePlan> {
    return this.read(() => planPurge(this.statements, findGroup(this.statements, ref), rule));
  }

  purge(plan: PurgePlan, control: StepControl) {
    return purgeInSteps(this.executor, plan, control);
  }

  users() {
    return this.read(() => this.statements.allUsers.all());
  }

  user(name: string) {
    return this.read(() => {
      const user = findUser(this.statements, name);
      const memberships = this.statements.membershipDetailsOf.all({ user: user.id });
      return {
        ...user,
        memberships,
        invitations: this.statements.invitationsFor.all({ user: user.id }),
        restrictions: this.statements.restrictionsOf.all({ user: user.id }),
        sshKeys: keysOfUser(this.statements, user),
      };
    });
  }

  createUser(name: Name, passwordHash: string | null) {
    return this.executor.run('createUser', { name, passwordHash });
  }

  setPassword(name: string, passwordHash: string | null) {
    return this.executor.run('changePassword', { name, passwordHash });
  }

  addUserKey(name: string, { fingerprint, type, comment }: NewKey) {
    return this.executor.run('addUserKey', { name, key: { fingerprint, type, comment } });
  }

  removeUserKey(name: string, fingerprint: string) {
    return this.executor.run('removeUserKey', { name, fingerprint });
  }

  renameUser(name: string, to: Name) {
    return this.executor.run('renameUser', { name, to });
  }

  banUser(name: string, reason: string) {
    return this.executor.run('banUser', { name, reason });
  }

  unbanUser(name: string) {
    return this.executor.run('unbanUser', { name });
  }

  deletableUser(name: string) {
    return this.read(() => {
      const user = findUser(this.statements, name);
      const messages = this.statements.countSentBy.get({ user: user.id })?.count ?? 0;
      return { user, messages };
    });
  }

  async deleteUser(of: string | User, messages: MessageDisposal, control: StepControl) {
    const { id, name } = await this.read(() => {
      if (typeof of === 'string') return findUser(this.statements, of);
      if (!this.statements.session.get({ user: of.id }))
        throw boardError('USER_NOT_FOUND', of.name);
      return of;
    });
    return deleteUserInSteps(this.executor, { id, name }, messages, control);
  }

  networkBans() {
    return this.read(() => {
      const now = expectedTime(this.statements.wallClock.get(), Date.now() * 1000);
      return this.statements.currentNetworkBans.all({ now });
    });
  }

  banNetwork(ban: Omit<NetworkBan, 'createdAt'>) {
    return this.executor.run('banNetwork', { ban });
  }

  unbanNetwork(network: string) {
    return this.executor.run('unbanNetwork', { network });
  }

  messages(ref: GroupRef, page: Page) {
    return this.read(() => {
      const { id, name } = findGroup(this.statements, ref);
      return { group: { id, name }, ...headerPage(this.statements, id, page) };
    });
  }

  message(ref: GroupRef, number: number) {
    return this.read(() => {
      const { id, name } = findGroup(this.statements, ref);
      const group = { id, name };
      const row = findMessage(this.statements, id, number);
      const message = row && this.statements.messageById.get({ id: row.id });
      if (!message) throw noMessage(this.statements, group, number);
      return { group, message };
    });
  }

  search(text: string, page: SearchPage) {
    return searchAll(this.executor, text, page);
  }

  rebuildSearchIndex() {
    return this.executor.run('rebuildSearchIndex', {});
  }

  async history(ref: GroupRef, number: number) {
    const { group, message } = await this.message(ref, number);
    const page = { from: 0, bytes: Number.POSITIVE_INFINITY };
    return this.read(() => historyPage(this.statements, group.id, message, page).revisions);
  }

  deleteMessages(group: GroupRef, numbers: readonly number[], reason = '') {
    return this.executor.run('deleteMessages', { group, numbers, reason });
  }

  close(): void {
    this.onClose();
  }

  private read<T>(queries: () => T): Promise<T> {
    return this.executor.read(queries);
  }
}
