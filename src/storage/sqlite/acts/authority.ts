import type { Actor } from '../../../board/ports/actor.ts';
import type { Group, GroupRef } from '../../../board/types.ts';
import { type BoardError, boardError } from '../../../protocol/errors.ts';
import { lowestRoleWith, may, type Right, type Role } from '../../../protocol/rights.ts';
import type { Statements } from '../statements/statements.ts';
import { findGroup, requireMember } from './access.ts';

/** Who does an act in a group: a member with the right to do it, or the operator, who has no actor. */
export interface Authority {
  readonly actor: Actor | null;
  readonly group: GroupRef;
}

/** The group of an act, and what its author is there: `operator` stands above all roles. */
export interface Authorized {
  readonly group: Group;
  readonly role: Role | 'operator';
  /** When its author joined; 0 for the operator, who sees everything. */
  readonly joined: number;
}

/** What the operator can do in a direct conversation, which has no moderators. `change` checks the fields. */
const rightsInDirect: ReadonlySet<Right> = new Set([
  'change the group',
  'delete the group',
  'read reports',
]);

/** @throws BoardError `FORBIDDEN`, `DIRECT_FIXED` for the operator, and what `requireMember` throws */
export function requireRight(
  statements: Statements,
  { actor, group: ref }: Authority,
  right: Right,
): Authorized {
  if (!actor) {
    const { id, name, kind } = findGroup(statements, ref);
    if (kind === 'direct' && !rightsInDirect.has(right)) {
      throw boardError('DIRECT_FIXED', 'it has no roles, rules or moderators');
    }
    return { group: { id, name }, role: 'operator', joined: 0 };
  }
  const { group, role, joined } = requireMember(statements, actor, ref);
  if (!may(role, right)) throw forbidden(right, group);
  return { group, role, joined };
}

/** The error for a member whose role does not have the right. */
export function forbidden(right: Right, { name }: Group): BoardError {
  const who = lowestRoleWith(right) === 'owner' ? 'the owner' : 'moderators';
  return boardError('FORBIDDEN', `Only ${who} of ${name} can ${right}`);
}
