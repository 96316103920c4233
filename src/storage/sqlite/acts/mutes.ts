import { nameKey } from '../../../board/name-key.ts';
import type { Actor } from '../../../board/ports/actor.ts';
import type { Group, Notify, User } from '../../../board/types.ts';
import { boardError } from '../../../protocol/errors.ts';
import { limits } from '../../../protocol/limits.ts';
import type { MuteChange, Mutes } from '../../../protocol/muted.ts';
import type { Statements } from '../statements/statements.ts';
import { threadPage } from '../statements/thread-pages.ts';
import { requireMember } from './access.ts';
import { requireActiveSession } from './active-session.ts';
import type { MemberAct } from './memberships.ts';
import type { ServerTx } from './transaction.ts';

/** @throws BoardError as `Repository.setNotify` does */
export function setNotify(
  { statements, emit }: ServerTx,
  { actor, group: ref, notify }: MemberAct & { readonly notify: Notify },
): { group: Group; lastNumber: number } {
  const { group, lastNumber } = requireMember(statements, actor, ref);
  const { user, origin } = actor;
  statements.setNotify.run({ group: group.id, user: user.id, notify });
  emit({ type: 'notify.changed', origin, group, user, notify, lastNumber });
  return { group, lastNumber };
}

/** Mutes a thread, or ends that. @throws BoardError as `Repository.muteThread` does */
export function muteThread(
  tx: ServerTx,
  { actor, group: ref, thread: given, muted }: MemberAct & { thread: number; muted: boolean },
): { group: Group; thread: number } {
  const { statements, at } = tx;
  const { group, joined } = requireMember(statements, actor, ref);
  const user = actor.user.id;
  const reader = { user, group: group.id, joined };
  const thread = threadPage(statements, reader, given, { limit: 1 })?.thread;
  const of = { user, group: group.id, thread: thread ?? given };
  // A thread that was muted can be unmuted, also after its messages were deleted.
  if (!muted) statements.removeMutedThread.run(of);
  else if (thread === undefined) throw boardError('MESSAGE_NOT_FOUND', group.name, given);
  else {
    const others = statements.mutedThreadsOf.all({ user, limit: limits.mutedThreads });
    const isKnown = others.some((other) => other.groupId === group.id && other.thread === thread);
    if (!isKnown) requireRoom(others.length, limits.mutedThreads, 'threads');
    statements.addMutedThread.run({ ...of, at });
  }
  announce(tx, actor, { muted, group: group.id, thread: of.thread });
  return { group, thread: of.thread };
}

/** Mutes a user, or ends that. @throws BoardError as `Repository.muteUser` does */
export function muteUser(
  tx: ServerTx,
  { actor, user: name, muted }: { actor: Actor; user: string; muted: boolean },
): User {
  const { statements, at } = tx;
  const user = actor.user.id;
  requireActiveSession(statements, actor);
  const found = statements.peerByKey.get({ key: nameKey(name), user });
  if (!found) throw boardError('USER_NOT_FOUND', name);
  const other = { id: found.id, name: found.name };
  if (other.id === user) throw boardError('INVALID_PARAMS', 'nobody can mute themselves');
  if (!muted) statements.removeMutedUser.run({ user, muted: other.id });
  else {
    const others = statements.mutedUsersOf.all({ user, limit: limits.mutedUsers });
    if (!others.some(({ id }) => id === other.id)) {
      requireRoom(others.length, limits.mutedUsers, 'users');
    }
    statements.addMutedUser.run({ user, muted: other.id, at });
  }
  announce(tx, actor, { muted, user: other.id });
  return other;
}

function requireRoom(count: number, limit: number, what: string): void {
  if (count >= limit) throw boardError('TOO_MANY_MUTES', limit, what);
}

function announce({ emit }: ServerTx, { user, origin }: Actor, change: MuteChange): void {
  emit({ type: 'mutes.changed', origin, user, change });
}

/** The users and threads that a user has muted. */
export function mutesOf({ mutedUsersOf, mutedThreadsOf }: Statements, user: number): Mutes {
  const users = mutedUsersOf.all({ user, limit: limits.mutedUsers });
  const threads = mutedThreadsOf.all({ user, limit: limits.mutedThreads });
  return {
    users: users.map(({ id }) => id),
    threads: threads.map(({ groupId: group, thread }) => ({ group, thread })),
  };
}
