import { nameKey } from '../../../board/name-key.ts';
import type { Actor } from '../../../board/ports/actor.ts';
import type { User } from '../../../board/types.ts';
import { boardError } from '../../../protocol/errors.ts';
import { limits } from '../../../protocol/limits.ts';
import { requireActiveSession } from './active-session.ts';
import type { ServerTx } from './transaction.ts';

interface BlockAct {
  readonly actor: Actor;
  readonly user: string;
}

/** @throws BoardError as `Repository.block` does */
export function block(tx: ServerTx, act: BlockAct): User {
  const { statements, at } = tx;
  const { user } = act.actor;
  const other = findOther(tx, act);
  if (other.id === user.id) throw boardError('DIRECT_TO_SELF');
  const blocked = statements.blocksOf.all({ user: user.id, limit: limits.blocks });
  const isNew = !blocked.some(({ id }) => id === other.id);
  if (isNew && blocked.length >= limits.blocks) throw boardError('TOO_MANY_BLOCKS', limits.blocks);
  statements.addBlock.run({ user: user.id, blocked: other.id, at });
  return other;
}

/** @throws BoardError as `Repository.unblock` does */
export function unblock(tx: ServerTx, act: BlockAct): User {
  const other = findOther(tx, act);
  tx.statements.removeBlock.run({ user: act.actor.user.id, blocked: other.id });
  return other;
}

function findOther({ statements }: ServerTx, { actor, user: name }: BlockAct): User {
  requireActiveSession(statements, actor);
  const found = statements.peerByKey.get({ key: nameKey(name), user: actor.user.id });
  if (!found) throw boardError('USER_NOT_FOUND', name);
  return { id: found.id, name: found.name };
}
