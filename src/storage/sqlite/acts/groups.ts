import { type Name, nameKey } from '../../../board/name-key.ts';
import { requireReadable } from '../../../board/names.ts';
import type { Actor } from '../../../board/ports/actor.ts';
import type { GroupChanges, GroupDetails } from '../../../board/ports/administration.ts';
import type { Group, GroupRef, Origin } from '../../../board/types.ts';
import { boardError } from '../../../protocol/errors.ts';
import { limits } from '../../../protocol/limits.ts';
import { type Access, type GroupCreation, groupFields } from '../../../protocol/rights.ts';
import { nameColumns, secretColumns } from '../file/names.ts';
import type { Statements } from '../statements/statements.ts';
import { findGroup } from './access.ts';
import { requireActiveSession } from './active-session.ts';
import { type Authority, requireRight } from './authority.ts';
import { changeCounts } from './counts.ts';
import { addLine, log } from './group-log.ts';
import { requireNoNamesake } from './memberships.ts';
import { requireFreeGroupName } from './names.ts';
import { authorOf, requireRoomForGroup, requireRoomToJoin } from './roles.ts';
import { removeRolesAndInvitations } from './traces.ts';
import type { OperatorTx, ServerTx } from './transaction.ts';

const publicGroup = nameKey('main');

interface NewGroup {
  readonly name: Name;
  readonly description: string;
  readonly access?: Access;
}

/** Makes a group for the operator, without members. @throws BoardError as `Administration.createGroup` does */
export function createGroup(tx: OperatorTx, group: NewGroup): GroupDetails {
  const made = add(tx, group, null);
  announceList(tx, group);
  return findGroup(tx.statements, { id: made.id });
}

/** Makes a group whose owner is the actor. @throws BoardError as `Repository.createGroup` does */
export function makeGroup(
  tx: ServerTx,
  {
    actor,
    creation,
    ...group
  }: NewGroup & { readonly actor: Actor; readonly creation: GroupCreation },
): { group: Group; joinedAt: number } {
  const { statements, at, dayAgo: since } = tx;
  const { user, origin } = actor;
  requireActiveSession(statements, actor);
  requireMayCreate(actor, creation, group.access ?? 'open');
  requireRoomForGroup(statements, user, 'You own');
  requireRoomToJoin(statements, user);
  const today = statements.groupsMade.get({ user: user.id, since })?.count ?? 0;
  if (today >= limits.groupsPerDay) {
    throw boardError('GROUP_LIMIT', 'Within a day, you have made', limits.groupsPerDay);
  }
  requireNoNamesake(statements, actor, group.name.name);
  const made = add(tx, group, user.id);
  statements.addMembership.run({ group: made.id, user: user.id, at, number: 0 });
  // An unprotected name may be anybody's tomorrow, so it owns nothing.
  if (actor.proof.isProtected) {
    statements.setRole.run({ group: made.id, user: user.id, role: 'owner', since: at });
  }
  changeCounts(statements, made.id, { members: 1 });
  tx.emit({ type: 'member.joined', origin, group: made, user, lastNumber: 0, at });
  addLine(tx, made, { act: 'create', ...authorOf(actor) });
  announceList(tx, group);
  return { group: made, joinedAt: at };
}

/** Nobody but its members learns anything of a secret group. */
function announceList(tx: OperatorTx, { access }: { readonly access?: Access }): void {
  if (access !== 'secret') tx.emit({ type: 'groups.changed' });
}

function requireMayCreate(actor: Actor, creation: GroupCreation, access: Access): void {
  if (creation === 'operator') throw boardError('FORBIDDEN', 'Only the operator makes groups here');
  if (actor.proof.isProtected) return;
  if (creation === 'anyone' && access === 'open') return;
  throw boardError('NAME_UNPROTECTED', null, 'Only protected names can own a group');
}

function add(
  { statements, at }: OperatorTx,
  { name, description, access = 'open' }: NewGroup,
  createdBy: number | null,
): Group {
  const isSecret = access === 'secret';
  if (isSecret) requireReadable(name);
  else requireFreeGroupName(statements, name);
  // The key of a secret group has its id, which it does not have yet.
  const columns = isSecret ? secretColumns(name, 0) : nameColumns(name);
  const { id } = statements.addGroup.get({ ...columns, description, at, access, createdBy });
  if (isSecret) statements.setGroupName.run({ group: id, ...secretColumns(name, id) });
  return { id, name: name.name };
}

/** @throws BoardError as `Administration.editGroup` does */
export function editGroup(
  tx: OperatorTx,
  { group: ref, changes }: { group: GroupRef; changes: GroupChanges },
): GroupDetails {
  return change(tx, { actor: null, group: ref }, { changes });
}

/** @throws BoardError as `Administration.renameGroup` does */
export function renameGroup(
  tx: OperatorTx,
  { group: ref, to }: { group: GroupRef; to: Name },
): GroupDetails {
  return change(tx, { actor: null, group: ref }, { name: to });
}

/** Changes a group for its owner. @throws BoardError as `Repository.editGroup` does */
export function changeGroup(
  tx: OperatorTx,
  { name, changes, ...authority }: Authority & Changes,
): { group: Group } {
  const { id, name: named } = change(tx, authority, { name, changes });
  return { group: { id, name: named } };
}

interface Changes {
  readonly name?: Name | undefined;
  readonly changes?: GroupChanges | undefined;
}

function change(
  tx: OperatorTx,
  authority: Authority,
  { name, changes = {} }: Changes,
): GroupDetails {
  const { statements } = tx;
  const { group: found } = requireRight(statements, authority, 'change the group');
  const before = findGroup(statements, { id: found.id });
  requireChangeable(before, { name, changes });
  const after = { ...before, ...changes, name: name?.name ?? before.name };
  const isNamed = after.name !== before.name;
  if (isNamed && authority.actor) {
    requireNoNamesake(statements, authority.actor, after.name, before.id);
  }
  const { id, name: was, description } = { ...before, description: after.description };
  if (isNamed || (after.access === 'secret') !== (before.access === 'secret')) {
    rename(statements, { id, name: after.name }, after.access);
  }
  statements.setGroupDetails.run({ ...after, group: id });
  const group = { id, name: after.name };
  if ('keepMessages' in changes || 'keepDays' in changes) {
    tx.emit({ type: 'retention.changed', group });
  }
  const rules = { access: after.access, posting: after.posting, replying: after.replying };
  const details = [
    ...(['access', 'posting', 'replying'] as const).flatMap((field) =>
      after[field] === before[field] ? [] : [`${field}: ${after[field]}`],
    ),
    ...(after.description === before.description ? [] : ['description']),
    ...(after.about === before.about ? [] : ['about']),
  ];
  const author = authorOf(authority.actor);
  const changed = groupFields.filter((field) => after[field] !== before[field]);
  if (changed.length > 0) {
    const owner = author.by === null ? {} : { by: author.by, origin: author.origin };
    tx.emit({ type: 'group.changed', group, was, description, rules, ...owner, changed });
  }
  const isListed = before.access !== 'secret' || after.access !== 'secret';
  if (changed.length > 0 && isListed) tx.emit({ type: 'groups.changed' });
  if (isNamed) log(tx, group, { act: 'rename', ...author, detail: `${was} to ${after.name}` });
  if (details.length > 0) log(tx, group, { act: 'edit', ...author, detail: details.join(', ') });
  return after;
}

function requireChangeable(before: GroupDetails, { name, changes = {} }: Changes): void {
  const isDirect = before.kind === 'direct';
  if (name) requireDeletable(before);
  if (name && isDirect) throw boardError('DIRECT_FIXED', 'it has the names of its members');
  const fields = ['description', 'about', 'access', 'posting', 'replying'] as const;
  const changed = fields.find((field) => field in changes);
  if (isDirect && changed) throw boardError('DIRECT_FIXED', `it has no ${changed}`);
  const { access = before.access } = changes;
  if (access !== 'open' && nameKey(before.name) === publicGroup && before.access === 'open') {
    throw boardError('GROUP_PROTECTED', before.name);
  }
}

function rename(statements: Statements, { id, name }: Group, access: Access): void {
  const named = { name, key: nameKey(name) };
  if (access === 'secret') requireReadable(named);
  else requireFreeGroupName(statements, named, id);
  const columns = access === 'secret' ? secretColumns(named, id) : nameColumns(named);
  statements.setGroupName.run({ group: id, ...columns });
}

/** A group that may be renamed and deleted. @throws BoardError `GROUP_NOT_FOUND`, `GROUP_PROTECTED` */
export function findDeletable(statements: Statements, ref: GroupRef): GroupDetails {
  const group = findGroup(statements, ref);
  requireDeletable(group);
  return group;
}

function requireDeletable({ name, access }: GroupDetails): void {
  if (nameKey(name) === publicGroup && access !== 'secret') {
    throw boardError('GROUP_PROTECTED', name);
  }
}

/**
 * Removes a group for its owner: it exists for nobody from now on. The upkeep deletes its rows in steps, and then the
 * group.
 * @throws BoardError as `Repository.deleteGroup` does
 */
export function hideGroup(tx: OperatorTx, authority: Authority): { group: Group } {
  const { statements } = tx;
  const { group } = requireRight(statements, authority, 'delete the group');
  const { access } = findDeletable(statements, { id: group.id });
  const { actor } = authority;
  hide(tx, { ...group, access }, actor && { by: actor.user.name, origin: actor.origin });
  return { group };
}

/**
 * Removes a group for the operator as `hideGroup` does for its owner, also a direct conversation. Does nothing if the group
 * is already removed.
 */
export function dropGroup(tx: OperatorTx, { group }: { group: Group }): void {
  const found = tx.statements.groupById.get({ group: group.id });
  if (found) hide(tx, { ...group, access: found.access }, null);
}

function hide(
  tx: OperatorTx,
  { access, ...group }: Group & { readonly access: Access },
  author: { readonly by: string; readonly origin: Origin } | null,
): void {
  const { statements } = tx;
  removeRolesAndInvitations(statements, group.id);
  statements.hideGroup.run({ group: group.id });
  tx.emit({ type: 'group.removed', group, ...author });
  announceList(tx, { access });
}
