import type { Actor } from '../../../board/ports/actor.ts';
import { day } from '../../../board/times.ts';
import type { Group, User } from '../../../board/types.ts';
import { boardError } from '../../../protocol/errors.ts';
import { limits } from '../../../protocol/limits.ts';
import { type Authority, requireRight } from './authority.ts';
import { changeCounts } from './counts.ts';
import { log } from './group-log.ts';
import {
  authorOf,
  findTarget,
  notMember,
  requireAbove,
  settleOwner,
  type Target,
} from './roles.ts';
import type { OperatorTx } from './transaction.ts';

/** An act in a group that concerns a user. `actor` is null for the operator. */
export interface ActOnUser extends Authority {
  readonly user: string;
  /** In words; '' for none. */
  readonly reason: string;
}

export interface Done {
  readonly group: Group;
  readonly user: User;
}

/** Ends the membership of a user. @throws BoardError as `Repository.removeMember` does */
export function removeMember(tx: OperatorTx, act: ActOnUser): Done {
  const authorized = requireRight(tx.statements, act, 'remove members');
  const { group } = authorized;
  const target = findTarget(tx.statements, group, act.user);
  const { user } = target;
  requireOther(act.actor, user, 'leave');
  if (!target.isMember) throw notMember(group, user);
  requireAbove(authorized, target);
  end(tx, group, target, { ...act, what: 'remove' });
  return { group, user };
}

/** Bars a user from joining, and ends their membership. @throws BoardError as `Repository.bar` does */
export function bar(tx: OperatorTx, act: ActOnUser): Done {
  const authorized = requireRight(tx.statements, act, 'bar users');
  const { group } = authorized;
  const target = findTarget(tx.statements, group, act.user);
  const { user } = target;
  requireOther(act.actor, user, 'leave');
  requireAbove(authorized, target);
  const { statements, at } = tx;
  const of = { group: group.id, user: user.id };
  statements.restrict.run({ ...of, kind: 'barred', until: null, reason: act.reason, at });
  statements.removeInvitationOf.run(of);
  end(tx, group, target, { ...act, what: 'bar' });
  return { group, user };
}

/** @throws BoardError as `Repository.unbar` does */
export function unbar(tx: OperatorTx, act: ActOnUser): Done {
  return lift(tx, act, 'barred');
}

/** Lets a user write again. @throws BoardError as `Repository.unsilence` does */
export function unsilence(tx: OperatorTx, act: ActOnUser): Done {
  return lift(tx, act, 'silenced');
}

/**
 * Forbids a user to write in a group, also if they leave it and join again.
 * @throws BoardError as `Repository.silence` does
 */
export function silence(tx: OperatorTx, act: ActOnUser & { readonly until: number }): Done {
  const { statements, at, now } = tx;
  const { actor, reason, until } = act;
  const authorized = requireRight(statements, act, 'silence members');
  const { group } = authorized;
  const target = findTarget(statements, group, act.user);
  const { user } = target;
  requireOther(actor, user, 'write less');
  requireAbove(authorized, target);
  if (until <= now || until > now + limits.silenceDays * day) {
    const why = `a silence ends in the future, within ${limits.silenceDays} days`;
    throw boardError('INVALID_PARAMS', why);
  }
  const of = { group: group.id, user: user.id };
  statements.restrict.run({ ...of, kind: 'silenced', until, reason, at });
  log(tx, group, {
    ...{ act: 'silence', ...authorOf(actor), user: user.name, until, detail: reason },
  });
  return { group, user };
}

function lift(tx: OperatorTx, act: ActOnUser, kind: 'barred' | 'silenced'): Done {
  const { statements } = tx;
  const right = kind === 'barred' ? 'bar users' : 'silence members';
  const authorized = requireRight(statements, act, right);
  const { group } = authorized;
  const target = findTarget(statements, group, act.user);
  const { user } = target;
  // Moderators would end the silence that the owner has imposed on them, or on each other.
  requireOther(act.actor, user, 'ask another moderator');
  requireAbove(authorized, target);
  const of = { group: group.id, user: user.id, kind };
  if (statements.restrictionOf.get(of)) {
    statements.unrestrict.run(of);
    const done = kind === 'barred' ? 'unbar' : 'unsilence';
    log(tx, group, { act: done, ...authorOf(act.actor), user: user.name, detail: act.reason });
  }
  return { group, user };
}

/** Ends a membership. The user is notified once, and the other members by a line of the log. */
function end(
  tx: OperatorTx,
  group: Group,
  { user, isMember, role }: Target,
  { actor, reason, what }: ActOnUser & { readonly what: 'remove' | 'bar' },
): void {
  const { by, origin } = authorOf(actor);
  if (isMember) {
    removeMembership(tx, group, user);
    tx.emit({ type: 'membership.ended', origin, group, user, act: what, by, reason });
  }
  log(tx, group, { act: what, by, origin, user: user.name, detail: reason });
  if (isMember) settleOwner(tx, group, role);
}

/** Removes a user's membership in a group, with the muted threads and the codes of the user there. */
export function removeMembership({ statements }: OperatorTx, group: Group, user: User): void {
  const of = { group: group.id, user: user.id };
  statements.removeMembership.run(of);
  statements.removeMutedThreadsInGroup.run(of);
  statements.removeCodesBy.run(of);
  changeCounts(statements, group.id, { members: -1 });
}

/** @throws BoardError `INVALID_PARAMS` */
function requireOther(actor: Actor | null, user: User, instead: string): void {
  if (actor?.user.id === user.id) {
    throw boardError('INVALID_PARAMS', `this is your own name: you can ${instead}`);
  }
}
