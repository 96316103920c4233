import type { Actor } from '../../../board/ports/actor.ts';
import type { GroupDetails } from '../../../board/ports/administration.ts';
import type { Group, GroupRef, User } from '../../../board/types.ts';
import { directName, isDirectName, userOfDirectName } from '../../../protocol/direct.ts';
import { BoardError, boardError } from '../../../protocol/errors.ts';
import {
  effectiveRole,
  type Access as GroupAccess,
  type Policy,
  type Role,
} from '../../../protocol/rights.ts';
import { formatTime, toSeconds } from '../../../protocol/time.ts';
import type { Statements } from '../statements/statements.ts';
import { requireActiveSession } from './active-session.ts';

/** A group as a transaction finds it; `joinedAt` is null for a user who is not a member. */
interface Access extends Group {
  readonly lastNumber: number;
  readonly joinedAt: number | null;
  readonly access: GroupAccess;
  readonly posting: Policy;
  readonly replying: Policy;
  /** The stored role: see `effectiveRole`. */
  readonly role: Role | null;
  /** The id of the user's invitation to the group; null without one. */
  readonly invitation: number | null;
  /** When the user may write again; it may be past. Null for a user who was never silenced. */
  readonly silencedUntil: number | null;
}

/** A group for one of its members. */
export interface MemberAccess {
  readonly group: Group;
  readonly joined: number;
  readonly lastNumber: number;
  /** The role that has effect. */
  readonly role: Role;
  readonly posting: Policy;
  readonly replying: Policy;
  readonly silencedUntil: number | null;
}

/**
 * A group for the operator, who needs no membership. A name means the listed group of that name. Without one, it means the
 * secret group of that name; if there are several, each is given as `plans#12`.
 * @throws BoardError `GROUP_NOT_FOUND`, which lists the secret groups that the name could mean
 */
export function findGroup(statements: Statements, ref: GroupRef): GroupDetails {
  if ('id' in ref) {
    const known = statements.groupById.get({ group: ref.id });
    if (!known) throw noGroup(ref);
    return known;
  }
  const exact = statements.groupByKey.get({ key: ref.key });
  if (exact) return exact;
  const secret = statements.secretGroupsNamed.all({ key: ref.key, limit: namesakesShown + 1 });
  const [first] = secret;
  if (!first) throw noGroup(ref);
  if (secret.length > 1) throw severalGroups(ref.name, secret);
  return first;
}

const namesakesShown = 10;

function severalGroups(name: string, found: readonly Group[]): BoardError {
  const shown = found.slice(0, namesakesShown).map((group) => `${group.name}#${group.id}`);
  const more = found.length > namesakesShown ? ' and others' : '';
  const which = `${shown.join(', ')}${more}`;
  return new BoardError('GROUP_NOT_FOUND', `Several secret groups are called ${name}: ${which}.`);
}

/** Why direct messages are refused to or from an unprotected name. */
export const betweenProtected = 'Direct messages go only between protected names';

/**
 * Checks that a user may read and write direct conversations. Anybody can log in under an unprotected name, perhaps after the
 * operator has removed its password and its keys, so its conversations are shut until it is protected again.
 * @throws BoardError `NAME_UNPROTECTED`
 */
export function requireProtected({ proof }: Pick<Actor, 'proof'>): void {
  if (!proof.isProtected) throw boardError('NAME_UNPROTECTED', null, betweenProtected);
}

/** The groups that a user may know of: under an unprotected name, no direct conversation. */
export function openTo<G extends { readonly name: string }>(
  { proof }: Pick<Actor, 'proof'>,
  groups: readonly G[],
): readonly G[] {
  return proof.isProtected ? groups : groups.filter(({ name }) => !isDirectName(name));
}

/**
 * A group for a session.
 * @throws BoardError `GROUP_NOT_FOUND`, what `requireActiveSession` throws, and what `requireProtected` throws for a direct
 * conversation
 */
export function findAccess(statements: Statements, actor: Actor, ref: GroupRef): Access {
  // Whether there is a conversation of that name is not said.
  if ('key' in ref && isDirectName(ref.key)) requireProtected(actor);
  const found = lookUpGroup(statements, actor.user, ref);
  if (!found) throw noGroup(ref);
  requireActiveSession(statements, actor, found);
  if (isDirectName(found.name)) requireProtected(actor);
  return found;
}

/**
 * The group that a user means, if there is one that the user may know of. By name, a group of the user comes first, then a
 * secret group to which the user is invited, then another group.
 * @throws BoardError `GROUP_NOT_FOUND` if the user is in several groups of that name. Nobody joins a second one, but an owner can
 * rename a group to the name of another that a member is in; to refuse it would tell the owner of a secret group.
 */
export function lookUpGroup(statements: Statements, { id: user }: Pick<User, 'id'>, ref: GroupRef) {
  const id = 'id' in ref ? ref.id : idInKey(ref.key);
  if (id !== undefined && !statements.knownGroup.get({ group: id, user })?.known) return undefined;
  if ('id' in ref) return statements.accessById.get({ group: ref.id, user });
  const exact = statements.accessByKey.get({ key: storedKey(statements, user, ref.key), user });
  if (isDirectName(ref.key)) return exact;
  const isMember = exact?.joinedAt != null;
  const own = isMember ? [exact.id] : [];
  const { first = null, last = null } =
    statements.secretsOfMember.get({ key: ref.key, user }) ?? {};
  for (const secret of [first, last]) {
    if (secret !== null && !own.includes(secret)) own.push(secret);
  }
  if (own.length > 1) throw severalOwnGroups(ref.name, own);
  if (isMember) return exact;
  const secret = own[0] ?? statements.secretOfInvited.get({ key: ref.key, user })?.id;
  return secret ? statements.accessById.get({ group: secret, user }) : exact;
}

/** The number in the key of a secret group, such as 12 in `plans#12`. Other keys have no `#`. */
function idInKey(key: string): number | undefined {
  const [, digits] = /#(\d{1,15})$/.exec(key) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

function severalOwnGroups(name: string, ids: readonly number[]): BoardError {
  const why = `You are in several groups that are named ${name}: say the number of the group, ${ids.join(' or ')}`;
  return new BoardError('GROUP_NOT_FOUND', `${why}.`);
}

/** @throws BoardError `NOT_MEMBER`, and what `findAccess` throws */
export function requireMember(statements: Statements, actor: Actor, ref: GroupRef): MemberAccess {
  const { id, name, joinedAt, role, ...access } = findAccess(statements, actor, ref);
  if (joinedAt === null) throw boardError('NOT_MEMBER', name);
  const { lastNumber, posting, replying, silencedUntil } = access;
  return {
    ...{ group: { id, name }, joined: joinedAt, lastNumber, posting, replying, silencedUntil },
    role: effectiveRole(role, actor.proof.isProtected),
  };
}

/** @param now as in `Tx` @throws BoardError `SILENCED` */
export function requireNotSilenced({ group, silencedUntil }: MemberAccess, now: number): void {
  if (silencedUntil === null || silencedUntil <= now) return;
  throw boardError('SILENCED', group.name, toSeconds(formatTime(silencedUntil)));
}

/** The key in the database of a group that a user refers to, who may mean a direct conversation by `@dave`. */
function storedKey({ accountByKey }: Statements, user: number, key: string): string {
  if (!isDirectName(key)) return key;
  return storedName(user, accountByKey.get({ key: userOfDirectName(key) })?.id ?? 0);
}

/**
 * The name that a direct conversation of two users has in the database, such as `@12,34`. The ids never change, and
 * the name is unique, so two users have one conversation, even if both begin it at the same moment.
 */
export function storedName(one: number, other: number): string {
  return directName(`${Math.min(one, other)},${Math.max(one, other)}`);
}

/** The error for a group that does not exist, or that the user may not know of. */
export function noGroup(ref: GroupRef): BoardError {
  if ('key' in ref && isDirectName(ref.key)) {
    const why = `You have no conversation with ${userOfDirectName(ref.name)}.`;
    return new BoardError('GROUP_NOT_FOUND', why);
  }
  return boardError('GROUP_NOT_FOUND', 'id' in ref ? String(ref.id) : ref.name);
}
