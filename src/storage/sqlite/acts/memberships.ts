import { nameKey } from '../../../board/name-key.ts';
import type { Actor } from '../../../board/ports/actor.ts';
import type { GroupDetails } from '../../../board/ports/administration.ts';
import type { Group, GroupRef, GroupRules } from '../../../board/types.ts';
import { isDirectName } from '../../../protocol/direct.ts';
import { BoardError, boardError } from '../../../protocol/errors.ts';
import { firstMembers, memberPage, messagePage } from '../statements/pages.ts';
import type { Statements } from '../statements/statements.ts';
import { findAccess, requireMember } from './access.ts';
import { requireActiveSession } from './active-session.ts';
import { changeCounts } from './counts.ts';
import { findCode, isBarred, refersTo, requireNotBarred, useCode } from './invitations.ts';
import { removeMembership } from './moderation.ts';
import { requireRoomToJoin, settleOwner } from './roles.ts';
import type { ServerTx } from './transaction.ts';

export interface MemberAct {
  readonly actor: Actor;
  readonly group: GroupRef;
}

/** @param act `code` is the code of an invitation @throws BoardError as `Repository.join` does */
export function join(tx: ServerTx, act: MemberAct & { readonly code?: string | undefined }) {
  const { statements, at, emit } = tx;
  const { user, origin } = act.actor;
  const { group, lastNumber, rules } = requireJoinable(tx, act);
  statements.addMembership.run({ group: group.id, user: user.id, at, number: lastNumber });
  statements.removeInvitationOf.run({ group: group.id, user: user.id });
  changeCounts(statements, group.id, { members: 1 });
  emit({ type: 'member.joined', origin, group, user, lastNumber, at });
  const { messages } = messagePage(statements, group, at, { limit: 2 });
  return { group, rules, joinedAt: at, ...memberPage(statements, group, firstMembers), messages };
}

/** Finds a group that the actor may join, and uses up a code that it needs. */
function requireJoinable(
  tx: ServerTx,
  { actor, group: ref, code }: MemberAct & { readonly code?: string | undefined },
): { group: Group; lastNumber: number; rules: GroupRules } {
  const { statements } = tx;
  const invitation = findCode(tx, code);
  const invitedTo = invitation && statements.groupById.get({ group: invitation.groupId });
  const key = invitedTo && statements.keyOfGroup.get({ group: invitedTo.id })?.key;
  // A secret group does not exist for a barred user, whose word then means another group of that name.
  const isFor =
    invitedTo &&
    key !== undefined &&
    refersTo(ref, { id: invitedTo.id, key }) &&
    !(invitedTo.access === 'secret' && isBarred(statements, actor, invitedTo));
  const found = isFor
    ? findAccessByCode(statements, actor, invitedTo)
    : findAccess(statements, actor, ref);
  const { id, name, lastNumber, joinedAt, access, posting, replying } = found;
  const group = { id, name };
  if (joinedAt !== null) throw boardError('ALREADY_MEMBER', name);
  requireNotBarred(statements, actor, { ...group, access }, ref);
  const isInvited = found.invitation !== null;
  const needsCode = access !== 'open' && !isInvited;
  if (needsCode && !isFor) {
    if (code === undefined) throw boardError('INVITATION_NEEDED', name);
    throw boardError('INVITATION_INVALID', name);
  }
  requireNoNamesake(statements, actor, name);
  requireRoomToJoin(statements, actor.user);
  if (needsCode && invitation) useCode(tx, invitation);
  return { group, lastNumber, rules: { access, posting, replying } };
}

/** A group for the owner of a code, who may know of it. */
function findAccessByCode(statements: Statements, actor: Actor, invitedTo: GroupDetails) {
  const known = statements.accessById.get({ group: invitedTo.id, user: actor.user.id });
  requireActiveSession(statements, actor);
  return known ?? { ...invitedTo, joinedAt: null, invitation: null };
}

/**
 * @param self the id of the group that gets the name, if it exists
 * @throws BoardError `GROUP_EXISTS` if the actor is in another group of that name: then the name would not say which of the
 * two is meant
 */
export function requireNoNamesake(
  statements: Statements,
  { user }: Actor,
  name: string,
  self = 0,
): void {
  const key = nameKey(name);
  const secret = statements.secretsOfMember.get({ key, user: user.id });
  const exact = statements.accessByKey.get({ key, user: user.id });
  const own = [secret?.first, secret?.last, exact?.joinedAt == null ? undefined : exact.id];
  if (own.some((id) => id != null && id !== self)) {
    const why = `You are in another group that is named ${name}: leave it first, or take another name.`;
    throw new BoardError('GROUP_EXISTS', why);
  }
}

/** @throws BoardError as `Repository.leave` does */
export function leave(tx: ServerTx, { actor, group: ref }: MemberAct) {
  const { statements, emit } = tx;
  const { group, role } = requireMember(statements, actor, ref);
  if (isDirectName(group.name)) throw boardError('DIRECT_FIXED', 'nobody can leave it');
  const { user, origin } = actor;
  removeMembership(tx, group, user);
  emit({ type: 'member.left', origin, group, user });
  const owner = settleOwner(tx, group, role);
  return { group, ...(owner !== undefined && { owner }) };
}
