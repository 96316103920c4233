import { nameKey } from '../../../board/name-key.ts';
import type { Actor } from '../../../board/ports/repository.ts';
import { day } from '../../../board/times.ts';
import type { Group, GroupRef, User } from '../../../board/types.ts';
import { directName, isDirectName, userOfDirectName } from '../../../protocol/direct.ts';
import { boardError } from '../../../protocol/errors.ts';
import { limits } from '../../../protocol/limits.ts';
import type { Statements } from '../statements/statements.ts';
import { requireActiveSession, requireProtected, storedName } from './access.ts';
import { changeCounts } from './counts.ts';
import { type Peer, requirePeer } from './peers.ts';
import type { ServerTx } from './transaction.ts';

/** A direct conversation of the actor with another user. */
export interface Conversation {
  readonly group: Group;
  readonly user: User;
}

/** Finds the conversation with a user, or makes it unless it only checks. @throws BoardError as `Repository.openDirect` does */
export function openDirect(
  tx: ServerTx,
  { actor, user: name, check }: { actor: Actor; user: string; check: boolean },
): Conversation {
  const { statements } = tx;
  requireActiveSession(statements, actor);
  requireProtected(actor);
  const peer = statements.peerByKey.get({ key: nameKey(name), user: actor.user.id });
  const found = peer && findConversation(statements, actor, peer);
  if (found) return { group: found, user: peer };
  const other = requirePeer(actor, name, peer);
  requireRoomForConversation(tx, actor);
  if (!check) return begin(tx, actor, other);
  const { id, name: user } = other;
  return { group: { id: 0, name: directName(user) }, user: { id, name: user } };
}

/**
 * The conversation that a post refers to as `@dave`, which is made if there is none.
 * @param accept called before a conversation is made: throws if the post cannot be its first message
 * @throws BoardError as `Repository.openDirect` does
 */
export function conversationFor(
  tx: ServerTx,
  actor: Actor,
  ref: { readonly key: string; readonly name: string },
  accept: (name: string) => void,
): GroupRef {
  const { statements } = tx;
  const name = userOfDirectName(ref.name);
  const key = userOfDirectName(ref.key);
  const peer = statements.peerByKey.get({ key, user: actor.user.id });
  const found = peer && findConversation(statements, actor, peer);
  if (found) return { id: found.id };
  requireActiveSession(statements, actor);
  const other = requirePeer(actor, name, peer);
  accept(directName(other.name));
  requireRoomForConversation(tx, actor);
  return { id: begin(tx, actor, other).group.id };
}

/** A reference such as `@dave`. */
export function isDirectRef(ref: GroupRef): ref is { readonly key: string; readonly name: string } {
  return 'key' in ref && isDirectName(ref.key);
}

function findConversation({ groupByKey }: Statements, { user }: Actor, peer: Peer) {
  const found = groupByKey.get({ key: storedName(user.id, peer.id) });
  return found && { id: found.id, name: directName(peer.name) };
}

/** @throws BoardError `DIRECT_LIMIT` */
function requireRoomForConversation({ statements, at }: ServerTx, { user }: Actor): void {
  const begun = statements.conversationsBegun.get({ user: user.id, since: at - day })?.count ?? 0;
  if (begun >= limits.directsPerDay) throw boardError('DIRECT_LIMIT', limits.directsPerDay);
}

function begin(tx: ServerTx, { user, origin }: Actor, peer: Peer): Conversation {
  const { statements } = tx;
  const { at } = tx;
  const name = storedName(user.id, peer.id);
  const { id } = statements.addConversation.get({ name, user: user.id, at });
  for (const member of [user.id, peer.id]) {
    // Earlier than the first message, which the same act may post.
    statements.addMembership.run({ group: id, user: member, at: at - 1, number: 0 });
  }
  changeCounts(statements, id, { members: 2 });
  const other = { id: peer.id, name: peer.name };
  tx.emit({ type: 'direct.opened', origin, group: { id, name }, users: [user, other], at: at - 1 });
  return { group: { id, name: directName(peer.name) }, user: other };
}
