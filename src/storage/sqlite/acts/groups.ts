import { type Name, nameKey } from '../../../board/name-key.ts';
import type { GroupChanges, GroupDetails } from '../../../board/ports/administration.ts';
import type { GroupRef } from '../../../board/types.ts';
import { boardError } from '../../../protocol/errors.ts';
import { nameColumns } from '../file/names.ts';
import type { Statements } from '../statements/statements.ts';
import { findGroup } from './access.ts';
import { requireFreeGroupName } from './names.ts';
import type { OperatorTx } from './transaction.ts';

const publicGroup = nameKey('main');

/** @throws BoardError as `Administration.createGroup` does */
export function createGroup(
  { statements, at }: OperatorTx,
  { name, description }: { name: Name; description: string },
): GroupDetails {
  requireFreeGroupName(statements, name);
  const { id } = statements.addGroup.get({ ...nameColumns(name), description, at });
  return findGroup(statements, { id });
}

/** @throws BoardError as `Administration.editGroup` does */
export function editGroup(
  tx: OperatorTx,
  { group: ref, changes }: { group: GroupRef; changes: GroupChanges },
): GroupDetails {
  const before = findGroup(tx.statements, ref);
  if (before.kind === 'direct' && 'description' in changes) {
    throw boardError('DIRECT_FIXED', 'it has no description');
  }
  const { id, name, description, keepMessages, keepDays } = { ...before, ...changes };
  tx.statements.setGroupDetails.run({ group: id, description, keepMessages, keepDays });
  const group = { id, name };
  if ('keepMessages' in changes || 'keepDays' in changes) {
    tx.emit({ type: 'retention.changed', group });
  }
  if ('description' in changes) {
    tx.emit({ type: 'group.changed', group, was: name, description });
  }
  return { ...before, ...changes };
}

/** @throws BoardError as `Administration.renameGroup` does */
export function renameGroup(
  tx: OperatorTx,
  { group: ref, to }: { group: GroupRef; to: Name },
): GroupDetails {
  const before = findDeletable(tx.statements, ref);
  if (before.kind === 'direct') {
    throw boardError('DIRECT_FIXED', 'it has the names of its members');
  }
  if (before.name === to.name) return before;
  requireFreeGroupName(tx.statements, to, before.id);
  const { id, name: was, description } = before;
  tx.statements.setGroupName.run({ group: id, ...nameColumns(to) });
  tx.emit({ type: 'group.changed', group: { id, name: to.name }, was, description });
  return { ...before, name: to.name };
}

/** A group that may be renamed and deleted. @throws BoardError `GROUP_NOT_FOUND`, `GROUP_PROTECTED` */
export function findDeletable(statements: Statements, ref: GroupRef): GroupDetails {
  const group = findGroup(statements, ref);
  if (nameKey(group.name) === publicGroup) throw boardError('GROUP_PROTECTED', group.name);
  return group;
}
