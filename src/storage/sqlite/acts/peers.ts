import type { Actor } from '../../../board/ports/actor.ts';
import type { Group } from '../../../board/types.ts';
import { BoardError, boardError } from '../../../protocol/errors.ts';
import type { Statements } from '../statements/statements.ts';
import { betweenProtected, requireProtected } from './access.ts';

/** Another user, as an actor may write to them or not. */
export type Peer = NonNullable<ReturnType<Statements['peerByKey']['get']>>;

/** @throws BoardError if the actor may not write in a conversation: as `Repository.openDirect` */
export function requireMayWrite(statements: Statements, actor: Actor, group: Group): void {
  const { id: user } = actor.user;
  const peer = statements.peerIn.get({ group: group.id, user });
  if (!peer) {
    const why = 'The other user of this conversation was deleted: nobody would read it.';
    throw new BoardError('USER_NOT_FOUND', why);
  }
  requireWilling(actor, peer);
}

/**
 * @param name as the actor gave it
 * @throws BoardError if the actor may not begin a conversation with the user: as `Repository.openDirect`
 */
export function requirePeer(actor: Actor, name: string, peer: Peer | undefined): Peer {
  requireProtected(actor);
  if (!peer) throw boardError('USER_NOT_FOUND', name);
  if (peer.id === actor.user.id) throw boardError('DIRECT_TO_SELF');
  requireWilling(actor, peer);
  return peer;
}

function requireWilling(actor: Actor, peer: Peer): void {
  const { name, isProtected, isBlocked, blocksUser } = peer;
  requireProtected(actor);
  if (!isProtected) throw boardError('NAME_UNPROTECTED', name, betweenProtected);
  if (isBlocked) throw boardError('BLOCKED', `You block ${name}, who could not answer you`);
  if (blocksUser) throw boardError('BLOCKED', `${name} accepts no direct messages from you`);
}
