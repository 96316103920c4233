import { nameKey } from '../../../board/name-key.ts';
import type { Actor } from '../../../board/ports/actor.ts';
import type { Group, User } from '../../../board/types.ts';
import { BoardError, boardError } from '../../../protocol/errors.ts';
import { limits } from '../../../protocol/limits.ts';
import { effectiveRole, may, type Role, standsAbove } from '../../../protocol/rights.ts';
import type { Statements } from '../statements/statements.ts';
import { findGroup, requireMember } from './access.ts';
import { type Authority, type Authorized, forbidden, requireRight } from './authority.ts';
import { log } from './group-log.ts';
import type { OperatorTx } from './transaction.ts';

/** A user whom an act in a group concerns. */
export interface Target {
  readonly user: User;
  /** The role that has effect. */
  readonly role: Role;
  readonly isMember: boolean;
  readonly isProtected: boolean;
  readonly isBanned: boolean;
}

/** @throws BoardError `USER_NOT_FOUND` */
export function findTarget(statements: Statements, group: Group, name: string): Target {
  const found = statements.targetByKey.get({ group: group.id, key: nameKey(name) });
  if (!found) throw boardError('USER_NOT_FOUND', name);
  return toTarget(found);
}

type TargetRow = NonNullable<ReturnType<Statements['targetByKey']['get']>>;

function toTarget({ id, name, joinedAt, role, isProtected, isBanned }: TargetRow): Target {
  return {
    user: { id, name },
    role: effectiveRole(role, isProtected === 1),
    isMember: joinedAt !== null,
    isProtected: isProtected === 1,
    isBanned: isBanned === 1,
  };
}

/** @throws BoardError `FORBIDDEN` if the author of an act does not stand above the user whom it concerns */
export function requireAbove({ group, role }: Authorized, { user, role: other }: Target): void {
  if (role === 'operator' || standsAbove(role, other)) return;
  const who = other === 'owner' ? 'the owner' : `a ${other}`;
  throw boardError(
    'FORBIDDEN',
    `${user.name} is ${who} of ${group.name}, and you are not above that`,
  );
}

/** The error for an act on a user who would have to be a member. */
export function notMember(group: Group, user: User): BoardError {
  return new BoardError('NOT_MEMBER', `${user.name} is not a member of ${group.name}.`);
}

/** Who does an act, for the log of the group. */
export function authorOf(actor: Actor | null): { by: string | null; origin: number | null } {
  return { by: actor?.user.name ?? null, origin: actor?.origin ?? null };
}

/**
 * Gives a member a role, or takes it. A group has one owner, so the owner before becomes a moderator.
 * @throws BoardError as `Repository.setRole` does
 */
export function setRole(
  tx: OperatorTx,
  { actor, group: ref, user: name, role }: Authority & { user: string; role: Role },
): { group: Group; user: User; role: Role; owner?: User | null; announcementsOnly?: true } {
  const { statements } = tx;
  const authorized = authorizedFor(statements, { actor, group: ref }, name, role);
  const { group } = authorized;
  const target = findTarget(statements, group, name);
  const { user } = target;
  if (!target.isMember) throw notMember(group, user);
  if (role !== 'member' && !target.isProtected) {
    throw boardError('NAME_UNPROTECTED', user.name, 'Only a protected name can have a role');
  }
  if (role !== 'member' && target.isBanned) {
    throw boardError('FORBIDDEN', `${user.name} is banned from this board, and can have no role`);
  }
  const before = statements.targetById.get({ group: group.id, user: user.id })?.role ?? 'member';
  if (before === role) return { group, user, role };
  if (role === 'owner') requireRoomForGroup(statements, user, `${user.name} owns`);
  const staff = statements.staffOf.all({ group: group.id });
  if (before === 'member' && staff.length >= limits.moderators) {
    const why = `${group.name} has ${limits.moderators} moderators, which is the limit`;
    throw boardError('FORBIDDEN', why);
  }
  if (role === 'owner') {
    for (const owner of staff.filter((one) => one.role === 'owner')) {
      store(tx, group, owner, 'moderator');
    }
  }
  store(tx, group, user, role);
  log(tx, group, { act: 'role', ...authorOf(actor), user: user.name, detail: role });
  const owner = settleOwner(tx, group, before, user);
  return {
    ...{ group, user, role },
    ...(owner !== undefined && { owner }),
    ...(!actor && staff.length === 0 && closeNews(tx, group)),
  };
}

/** Checks who may give which role: an owner gives any role, and everybody may step down. */
function authorizedFor(
  statements: Statements,
  authority: Authority,
  name: string,
  role: Role,
): Authorized {
  const { actor, group: ref } = authority;
  // By the id: the name that the session knows may be another user's since the operator has renamed both.
  const isOwn = actor && statements.accountByKey.get({ key: nameKey(name) })?.id === actor.user.id;
  if (!isOwn) {
    return requireRight(statements, authority, 'give roles');
  }
  const own = requireMember(statements, actor, ref);
  if (standsAbove(role, own.role)) throw forbidden('give roles', own.group);
  return own;
}

/**
 * The first role that the operator gives in the group `news` makes it a group for announcements.
 * @returns nothing for other groups
 */
function closeNews(tx: OperatorTx, group: Group): { announcementsOnly: true } | undefined {
  const { statements } = tx;
  const news = findGroup(statements, { id: group.id });
  const isNews = nameKey(news.name) === 'news' && news.createdBy === null;
  if (!isNews || news.posting === 'moderators') return undefined;
  const rules = { access: news.access, posting: 'moderators', replying: news.replying } as const;
  statements.setGroupDetails.run({ ...news, group: group.id, ...rules });
  const { name: was, description } = news;
  const changed = ['posting'] as const;
  tx.emit({ type: 'group.changed', group, was, description, rules, changed });
  log(tx, group, { act: 'edit', ...authorOf(null), detail: 'posting: moderators' });
  return { announcementsOnly: true };
}

function store({ statements, at }: OperatorTx, group: Group, user: User, role: Role): void {
  const since = role === 'member' ? null : at;
  const of = { group: group.id, user: user.id };
  statements.setRole.run({ ...of, role, since });
  // Otherwise the user could come back by such a code, and let others in.
  if (role === 'member') statements.removeCodesBy.run(of);
}

/**
 * Finds a new owner for a group that has lost its owner: the protected member who has been a moderator for longest. Without
 * one, the group stays without an owner, and the server logs it for the operator.
 * @param lost the role that a member of the group had until now
 * @param demoted that member, if they still are one: an owner who steps down is not made the owner again
 * @returns the new owner, or null if nobody owns the group now; undefined if the group has not lost its owner
 */
export function settleOwner(
  tx: OperatorTx,
  group: Group,
  lost: Role,
  demoted?: User,
): User | null | undefined {
  if (lost !== 'owner') return undefined;
  const staff = tx.statements.staffOf.all({ group: group.id });
  if (staff.some(({ role }) => role === 'owner')) return undefined;
  const heir = staff.find(
    ({ id, isProtected, isBanned }) => id !== demoted?.id && isProtected && !isBanned,
  );
  if (heir) {
    store(tx, group, heir, 'owner');
    log(tx, group, { act: 'role', by: null, origin: null, user: heir.name, detail: 'owner' });
    return { id: heir.id, name: heir.name };
  }
  if (findGroup(tx.statements, { id: group.id }).createdBy !== null) {
    tx.emit({ type: 'group.ownerLost', group });
  }
  return null;
}

/** Takes all roles of a user who was banned, or whose name is unprotected now. */
export function dropRoles(tx: OperatorTx, user: User): void {
  for (const { id, name, role } of tx.statements.rolesOf.all({ user: user.id })) {
    const group = { id, name };
    store(tx, group, user, 'member');
    log(tx, group, { act: 'role', by: null, origin: null, user: user.name, detail: 'member' });
    settleOwner(tx, group, role);
  }
}

/** @throws BoardError `GROUP_LIMIT` */
export function requireRoomForGroup(statements: Statements, user: User, who: string): void {
  const owned = statements.ownedCount.get({ user: user.id })?.count ?? 0;
  if (owned >= limits.groupsOwned) throw boardError('GROUP_LIMIT', who, limits.groupsOwned);
}

/** @throws BoardError `GROUP_LIMIT` */
export function requireRoomToJoin(statements: Statements, user: User): void {
  const joined = statements.joinedCount.get({ user: user.id })?.count ?? 0;
  if (joined >= limits.groupsJoined) {
    throw boardError('GROUP_LIMIT', 'You are in', limits.groupsJoined);
  }
}

/** The members who read the reports of a group. */
export function moderatorsOf(statements: Statements, { id: group }: Group) {
  return statements.staffOf
    .all({ group })
    .filter(({ role, isProtected }) => may(effectiveRole(role, isProtected === 1), 'read reports'));
}
