import { randomBytes } from 'node:crypto';
import { boardError } from '../protocol/errors.ts';
import type { GroupCreation, Role } from '../protocol/rights.ts';
import type { Params } from '../protocol/schemas.ts';
import { groupName } from './names.ts';
import type { Actor } from './ports/actor.ts';
import type {
  GroupEdit,
  GroupRepository,
  GroupView,
  Invitation,
  ReceivedInvitation,
  Report,
} from './ports/groups.ts';
import { groupRef, userRef } from './refs.ts';
import { checkedAbout, checkedDescription, checkedReason } from './texts.ts';
import type { Group } from './types.ts';

// 96 bits: nobody finds a code by trying.
const codeBytes = 12;
// The id of the newest line is below this.
const endOfLog = Number.MAX_SAFE_INTEGER;

type GroupName = string | number;

/**
 * The rules for what people write about groups and to each other as moderators. Like `Board`, it checks and cleans
 * texts; who may do what is checked by the repository, in its transactions.
 */
export class Groups {
  /**
   * @param repository where the groups are stored
   * @param creation who can make groups
   */
  constructor(
    private readonly repository: GroupRepository,
    public creation: GroupCreation = 'protected',
  ) {}

  create(actor: Actor, { name, description = '', access = 'open' }: Params<'group.create'>) {
    const group = { name: groupName(name), description: checkedDescription(description), access };
    return this.repository.create(actor, group, this.creation);
  }

  edit(actor: Actor, { group, name, ...edit }: Params<'group.edit'>) {
    const { description, about, access, posting, replying } = edit;
    const changes: GroupEdit = {
      ...(description !== undefined && { description: checkedDescription(description) }),
      ...(about !== undefined && { about: checkedAbout(about) }),
      ...(access && { access }),
      ...(posting && { posting }),
      ...(replying && { replying }),
    };
    const named = name === undefined ? undefined : groupName(name);
    return this.repository.edit(actor, groupRef(group), { name: named, changes });
  }

  delete(actor: Actor, group: GroupName) {
    return this.repository.delete(actor, groupRef(group));
  }

  show(actor: Actor, group: GroupName): Promise<GroupView> {
    return this.repository.show(actor, groupRef(group));
  }

  invite(actor: Actor, group: GroupName, user: string) {
    return this.repository.invite(actor, groupRef(group), userRef(user));
  }

  /** Makes a code by which `uses` users can join until `until`. */
  async makeCode(
    actor: Actor,
    group: GroupName,
    { uses = 1, until = null }: { uses?: number | null | undefined; until?: number | null },
  ) {
    const code = newCode();
    const made = await this.repository.makeCode(actor, groupRef(group), { code, uses, until });
    return { ...made, code };
  }

  revoke(actor: Actor, group: GroupName, user?: string) {
    const named = user === undefined ? undefined : userRef(user);
    return this.repository.revoke(actor, groupRef(group), named);
  }

  invitations(
    actor: Actor,
    group: GroupName,
  ): Promise<{ group: Group; invitations: Invitation[] }> {
    return this.repository.invitations(actor, groupRef(group));
  }

  received(actor: Actor): Promise<ReceivedInvitation[]> {
    return this.repository.received(actor);
  }

  removeMember(actor: Actor, group: GroupName, user: string, reason?: string) {
    return this.repository.removeMember(actor, groupRef(group), onUser(user, reason));
  }

  bar(actor: Actor, group: GroupName, user: string, reason?: string) {
    return this.repository.bar(actor, groupRef(group), onUser(user, reason));
  }

  unbar(actor: Actor, group: GroupName, user: string, reason?: string) {
    return this.repository.unbar(actor, groupRef(group), onUser(user, reason));
  }

  /** @param until in microseconds since the epoch */
  silence(actor: Actor, group: GroupName, user: string, until: number, reason?: string) {
    return this.repository.silence(actor, groupRef(group), { ...onUser(user, reason), until });
  }

  unsilence(actor: Actor, group: GroupName, user: string, reason?: string) {
    return this.repository.unsilence(actor, groupRef(group), onUser(user, reason));
  }

  setRole(actor: Actor, group: GroupName, user: string, role: Role) {
    return this.repository.setRole(actor, groupRef(group), userRef(user), role);
  }

  closeThread(actor: Actor, group: GroupName, thread: number, closed: boolean) {
    return this.repository.closeThread(actor, groupRef(group), thread, closed);
  }

  pin(actor: Actor, group: GroupName, number: number, pinned: boolean) {
    return this.repository.pin(actor, groupRef(group), number, pinned);
  }

  report(actor: Actor, group: GroupName, number: number, reason: string) {
    const checked = checkedReason(reason);
    if (checked === '') throw boardError('INVALID_PARAMS', 'say in a few words why you report it');
    return this.repository.report(actor, groupRef(group), number, checked);
  }

  reports(actor: Actor, group: GroupName): Promise<{ group: Group; reports: Report[] }> {
    return this.repository.reports(actor, groupRef(group));
  }

  closeReports(actor: Actor, group: GroupName, number: number) {
    return this.repository.closeReports(actor, groupRef(group), number);
  }

  /** @param before the id of a line: older ones only */
  log(
    actor: Actor,
    group: GroupName,
    { before = endOfLog, limit }: { before?: number | undefined; limit: number },
  ) {
    return this.repository.log(actor, groupRef(group), { before, limit });
  }
}

function onUser(user: string, reason = '') {
  return { user: userRef(user), reason: checkedReason(reason) };
}

/** A new invitation code. It cannot be guessed. */
export function newCode(): string {
  return randomBytes(codeBytes).toString('hex');
}
