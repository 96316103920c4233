import { createHash } from 'node:crypto';
import { nameKey } from '../../../board/name-key.ts';
import type { Actor } from '../../../board/ports/actor.ts';
import { day } from '../../../board/times.ts';
import type { Group, GroupRef, User } from '../../../board/types.ts';
import { BoardError, boardError } from '../../../protocol/errors.ts';
import { limits } from '../../../protocol/limits.ts';
import type { Access } from '../../../protocol/rights.ts';
import type { Statements } from '../statements/statements.ts';
import { findAccess, findGroup, noGroup } from './access.ts';
import { type Authority, requireRight } from './authority.ts';
import { log } from './group-log.ts';
import { authorOf, findTarget, type Target } from './roles.ts';
import type { OperatorTx } from './transaction.ts';

/** Invites a user to a group. @throws BoardError as `Repository.invite` does */
export function invite(
  tx: OperatorTx,
  { user: name, ...authority }: Authority & { readonly user: string },
): { group: Group; user: User } {
  const { statements } = tx;
  const { actor } = authority;
  const { group } = requireRight(statements, authority, 'invite users');
  const target = findTarget(statements, group, name);
  const { user } = target;
  requireInvitable(statements, group, target);
  if (actor) requireUnblocked(statements, actor, name);
  const of = { group: group.id, user: user.id };
  if (statements.invitationOf.get(of)) return { group, user };
  requireRoom(tx, group);
  if ((statements.receivedCount.get(of)?.count ?? 0) >= limits.invitationsReceived) {
    throw boardError('INVITATION_LIMIT', user.name, limits.invitationsReceived);
  }
  const { by, origin } = authorOf(actor);
  add(tx, actor, { ...of, hash: null, uses: null, until: null });
  const { description } = findGroup(statements, { id: group.id });
  tx.emit({ type: 'group.invited', user, group, by, description });
  log(tx, group, { act: 'invite', by, origin, user: user.name });
  return { group, user };
}

/**
 * Makes a code by which users can join.
 * @param code as it is given to them; only its hash is stored
 * @param uses how many can join; null for any number
 * @param until when it ends; null for no end
 * @throws BoardError as `Repository.makeCode` does
 */
export function makeCode(
  tx: OperatorTx,
  {
    hash,
    uses,
    until,
    ...authority
  }: Authority & {
    readonly hash: string;
    readonly uses: number | null;
    readonly until: number | null;
  },
): { group: Group } {
  const { statements, now } = tx;
  const { group } = requireRight(statements, authority, 'invite users');
  if (until !== null && (until <= now || until > now + limits.codeDays * day)) {
    throw boardError('INVALID_PARAMS', `a code ends in the future, within ${limits.codeDays} days`);
  }
  requireRoom(tx, group);
  const { actor } = authority;
  add(tx, actor, { group: group.id, user: null, hash, uses, until });
  log(tx, group, { act: 'code', ...authorOf(actor), ...(until !== null && { until }) });
  return { group };
}

/**
 * Ends the invitation of a user, or all codes of a group. A user who is invited can end that invitation.
 * @throws BoardError as `Repository.revoke` does
 */
export function revoke(
  tx: OperatorTx,
  { user: name, ...authority }: Authority & { readonly user: string | undefined },
): { group: Group; revoked: number } {
  const { statements } = tx;
  const { actor } = authority;
  const own = actor && name !== undefined && findOwn(statements, actor, authority.group, name);
  if (own) {
    statements.removeInvitation.run({ id: own.invitation });
    log(tx, own.group, { act: 'revoke', ...authorOf(actor), user: actor.user.name });
    return { group: own.group, revoked: 1 };
  }
  const { group } = requireRight(statements, authority, 'invite users');
  const user = name === undefined ? undefined : findTarget(statements, group, name).user;
  const found = statements.invitationsIn.all({ group: group.id });
  const ended = found.filter((one) => (user ? one.user === user.name : one.user === null));
  for (const { id } of ended) statements.removeInvitation.run({ id });
  if (ended.length > 0) {
    log(tx, group, { act: 'revoke', ...authorOf(actor), user: user?.name });
  }
  return { group, revoked: ended.length };
}

/** The invitation of the actor, if the name is the actor's own. */
function findOwn(statements: Statements, actor: Actor, ref: GroupRef, name: string) {
  if (statements.accountByKey.get({ key: nameKey(name) })?.id !== actor.user.id) return undefined;
  const { id, name: group, invitation } = findAccess(statements, actor, ref);
  return invitation === null ? undefined : { invitation, group: { id, name: group } };
}

/** The hash of a code, which is stored in place of the code. */
export function hashOfCode(code: string): string {
  return createHash('sha256').update(code).digest('hex');
}

/** The invitation that a code is, if it is one to join that group now. */
export function findCode({ statements, now }: OperatorTx, code: string | undefined) {
  if (code === undefined) return undefined;
  const found = statements.invitationByCode.get({ hash: hashOfCode(code) });
  const isOver = found && (found.until ?? now + 1) <= now;
  return isOver ? undefined : found;
}

/** Takes one use of a code. */
export function useCode(
  { statements }: OperatorTx,
  { id, uses }: { readonly id: number; readonly uses: number | null },
): void {
  if (uses === 1) statements.removeInvitation.run({ id });
  else if (uses !== null) statements.useInvitation.run({ id });
}

/** Whether a reference can mean the group: for a code of a group that its user may not know otherwise. */
export function refersTo(ref: GroupRef, { id, key }: { id: number; key: string }): boolean {
  return 'id' in ref ? ref.id === id : ref.key === key || key === `${ref.key}#${id}`;
}

/**
 * @param ref how the actor refers to the group: a barred user does not learn that a secret group exists
 * @throws BoardError `BARRED`, with the reason that the moderator gave, or `GROUP_NOT_FOUND`
 */
export function requireNotBarred(
  statements: Statements,
  { user }: Actor,
  { id, name, access }: Group & { readonly access: Access },
  ref: GroupRef,
): void {
  const barred = statements.restrictionOf.get({ group: id, user: user.id, kind: 'barred' });
  if (barred && access === 'secret') throw noGroup(ref);
  if (barred) throw boardError('BARRED', 'You are', name, barred.reason);
}

export function isBarred(statements: Statements, { user }: Actor, { id }: Group): boolean {
  return !!statements.restrictionOf.get({ group: id, user: user.id, kind: 'barred' });
}

/** @throws BoardError `ALREADY_MEMBER`, `BARRED` */
function requireInvitable(statements: Statements, group: Group, { user, isMember }: Target): void {
  if (isMember) {
    throw new BoardError('ALREADY_MEMBER', `${user.name} is a member of ${group.name} already.`);
  }
  const of = { group: group.id, user: user.id, kind: 'barred' };
  if (statements.restrictionOf.get(of))
    throw boardError('BARRED', `${user.name} is`, group.name, '');
}

/** An invitation shows texts of the group to a user: not to one who blocks its author. @throws BoardError `BLOCKED` */
function requireUnblocked(statements: Statements, { user }: Actor, name: string): void {
  const peer = statements.peerByKey.get({ user: user.id, key: nameKey(name) });
  if (peer?.blocksUser) throw boardError('BLOCKED', `${peer.name} accepts no invitations from you`);
}

/** @throws BoardError `INVITATION_LIMIT` */
function requireRoom({ statements, now }: OperatorTx, group: Group): void {
  const open = statements.openInvitationCount.get({ group: group.id, now })?.count ?? 0;
  if (open >= limits.invitations) {
    throw boardError('INVITATION_LIMIT', group.name, limits.invitations);
  }
}

interface NewInvitation {
  readonly group: number;
  /** Null for a code. */
  readonly user: number | null;
  readonly hash: string | null;
  readonly uses: number | null;
  readonly until: number | null;
}

/** Adds an invitation, and removes the codes of its group that have ended. */
function add(
  { statements, at, now }: OperatorTx,
  actor: Actor | null,
  invitation: NewInvitation,
): void {
  statements.removeEndedCodes.run({ group: invitation.group, now });
  statements.invite.run({ ...invitation, by: actor?.user.id ?? null, at });
}
