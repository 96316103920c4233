import { nameKey } from '../../../board/name-key.ts';
import type { Actor } from '../../../board/ports/actor.ts';
import type { Group, GroupRef, User } from '../../../board/types.ts';
import { directName, isDirectName, userOfDirectName } from '../../../protocol/direct.ts';
import { boardError } from '../../../protocol/errors.ts';
import { limits } from '../../../protocol/limits.ts';
import type { Statements } from '../statements/statements.ts';
import { requireProtected, storedName } from './access.ts';
import { requireActiveSession } from './active-session.ts';
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
  if (found && isBegun(statements, actor, found)) return { group: found, user: peer };
  const other = requirePeer(actor, name, peer);
  requireRoomForConversation(tx, actor);
  if (!check) return begin(tx, actor, other, found);
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
  if (found && isBegun(statements, actor, found)) return { id: found.id };
  requireActiveSession(statements, actor);
  const other = requirePeer(actor, name, peer);
  accept(directName(other.name));
  requireRoomForConversation(tx, actor);
  return { id: begin(tx, actor, other, found).group.id };
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
function requireRoomForConversation(
  { statements, posts, dayAgo }: ServerTx,
  { user }: Actor,
): void {
  const begun = (since: number, limit: number) =>
    statements.conversationsBegun.get({ user: user.id, since, limit })?.count ?? 0;
  const { directsPerDay, directsBegun } = limits;
  if (begun(dayAgo, directsPerDay) >= directsPerDay) {
    const what = `You have begun ${directsPerDay} direct conversations within a day`;
    throw boardError('DIRECT_LIMIT', what);
  }
  // This count reads a row of each conversation. So it is not made again for each post of a user who is at the limit.
  if (posts.isAtDirectLimit(user.id) || begun(0, directsBegun) >= directsBegun) {
    posts.noteDirectLimit(user.id);
    throw boardError('DIRECT_LIMIT', `You have begun ${directsBegun} direct conversations`);
  }
}

/** Whether a conversation exists for the actor: one without a message exists only for those who have begun it. */
function isBegun({ emptyConversation }: Statements, { user }: Actor, { id }: Group): boolean {
  const empty = emptyConversation.get({ group: id, user: user.id });
  return !empty || empty.createdBy === null || empty.createdBy === user.id;
}

/**
 * Begins a conversation, of which the other user learns by its first message.
 * @param known the conversation, if the other user has begun it and written nothing
 */
function begin(tx: ServerTx, { user, origin }: Actor, peer: Peer, known?: Group): Conversation {
  const { statements, at } = tx;
  const name = storedName(user.id, peer.id);
  const group = { id: known?.id ?? add(tx, user, peer, name), name };
  const joinedAt =
    statements.emptyConversation.get({ group: group.id, user: user.id })?.joinedAt ?? at - 1;
  if (known) {
    statements.forgetBeginner.run({ group: known.id });
    tx.posts.forgetDirectLimit(peer.id);
  }
  const other = { id: peer.id, name: peer.name };
  tx.emit({ type: 'direct.opened', origin, group, user, other, at: joinedAt });
  return { group: { id: group.id, name: directName(peer.name) }, user: other };
}

function add({ statements, at }: ServerTx, user: User, peer: User, name: string): number {
  const { id } = statements.addConversation.get({ name, user: user.id, at });
  for (const member of [user.id, peer.id]) {
    // Earlier than the first message, which the same act may post.
    statements.addMembership.run({ group: id, user: member, at: at - 1, number: 0 });
  }
  changeCounts(statements, id, { members: 2 });
  return id;
}

/** Announces a conversation to the user who learns of it by its first message. Call it before that is added. */
export function announceConversation(tx: ServerTx, { user, origin }: Actor, { id }: Group): void {
  const { statements } = tx;
  const empty = statements.emptyConversation.get({ group: id, user: user.id });
  const peer = statements.peerIn.get({ group: id, user: user.id });
  // Counts are written at the end of the transaction, and the next act of it may be an answer.
  changeCounts(statements, id, { lastNumber: 1 });
  if (empty?.createdBy !== user.id || !peer) return;
  const group = { id, name: storedName(user.id, peer.id) };
  const other = { id: peer.id, name: peer.name };
  tx.emit({ type: 'direct.opened', origin, group, user: other, other: user, at: empty.joinedAt });
}
