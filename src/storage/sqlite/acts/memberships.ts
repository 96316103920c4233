import type { Actor } from '../../../board/ports/repository.ts';
import type { GroupRef } from '../../../board/types.ts';
import { isDirectName } from '../../../protocol/direct.ts';
import { boardError } from '../../../protocol/errors.ts';
import { firstMembers, memberPage, messagePage } from '../statements/pages.ts';
import { findAccess, requireMember } from './access.ts';
import { changeCounts } from './counts.ts';
import type { ServerTx } from './transaction.ts';

export interface MemberAct {
  readonly actor: Actor;
  readonly group: GroupRef;
}

/** @throws BoardError as `Repository.join` does */
export function join({ statements, at, emit }: ServerTx, { actor, group: ref }: MemberAct) {
  const { id, name, lastNumber, joinedAt } = findAccess(statements, actor, ref);
  if (joinedAt !== null) throw boardError('ALREADY_MEMBER', name);
  const { user, origin } = actor;
  statements.addMembership.run({ group: id, user: user.id, at, number: lastNumber });
  changeCounts(statements, id, { members: 1 });
  const group = { id, name };
  emit({ type: 'member.joined', origin, group, user, lastNumber, at });
  const { messages } = messagePage(statements, group, at, { limit: 2 });
  return { group, joinedAt: at, ...memberPage(statements, group, firstMembers), messages };
}

/** @throws BoardError as `Repository.leave` does */
export function leave({ statements, emit }: ServerTx, { actor, group: ref }: MemberAct) {
  const { group } = requireMember(statements, actor, ref);
  if (isDirectName(group.name)) throw boardError('DIRECT_FIXED', 'nobody can leave it');
  const { user, origin } = actor;
  statements.removeMembership.run({ group: group.id, user: user.id });
  statements.removeMutedThreadsInGroup.run({ group: group.id, user: user.id });
  changeCounts(statements, group.id, { members: -1 });
  emit({ type: 'member.left', origin, group, user });
  return { group };
}
