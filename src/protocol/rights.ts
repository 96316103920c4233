export const roles = ['member', 'moderator', 'owner'] as const;
/** What a member is in a group. */
export type Role = (typeof roles)[number];

export const accesses = ['open', 'invite', 'secret'] as const;
/** Who can join a group, and who knows of it: see `groups.access` in the schema. */
export type Access = (typeof accesses)[number];

export const policies = ['members', 'moderators'] as const;
/** Who can begin threads in a group, or reply there. */
export type Policy = (typeof policies)[number];

/** Who can make groups on a board, besides its operator. */
export const groupCreations = ['operator', 'protected', 'anyone'] as const;
export type GroupCreation = (typeof groupCreations)[number];

/** What only some members can do in a group, with the lowest role that can. The operator can do all of it. */
const lowestRoles = {
  'delete messages of others': 'moderator',
  'close threads': 'moderator',
  'pin messages': 'moderator',
  'silence members': 'moderator',
  'remove members': 'moderator',
  'bar users': 'moderator',
  'invite users': 'moderator',
  'read reports': 'moderator',
  'begin threads': 'moderator',
  'mention all members': 'moderator',
  reply: 'moderator',
  'give roles': 'owner',
  'change the group': 'owner',
  'delete the group': 'owner',
} as const satisfies Record<string, Role>;

export type Right = keyof typeof lowestRoles;

/** Whether a member with the role has the right. */
export function may(role: Role, right: Right): boolean {
  return rank(role) >= rank(lowestRoles[right]);
}

/** The lowest role with the right. */
export function lowestRoleWith(right: Right): Role {
  return lowestRoles[right];
}

/** Whether the role stands above the other one: only then may its holder remove, bar, silence or demote the other. */
export function standsAbove(role: Role, other: Role): boolean {
  return rank(role) > rank(other);
}

/**
 * The role that has effect: none for an unprotected name, because anybody may take it. A role is removed together with the
 * last password or SSH key; a session may have begun before.
 * @param stored null for a user who is not a member
 */
export function effectiveRole(stored: Role | null, isProtected: boolean): Role {
  return isProtected ? (stored ?? 'member') : 'member';
}

function rank(role: Role): number {
  return roles.indexOf(role);
}

export const groupFields = [
  'name',
  'description',
  'about',
  'access',
  'posting',
  'replying',
] as const;
/** What an owner can change about a group. */
export type GroupField = (typeof groupFields)[number];

/** What a line of a group's log tells: see `LogLine`. */
export const logActs = [
  'create',
  'rename',
  'edit',
  'invite',
  'code',
  'revoke',
  'remove',
  'bar',
  'unbar',
  'silence',
  'unsilence',
  'role',
  'delete',
  'close',
  'reopen',
  'pin',
  'unpin',
] as const;
export type LogAct = (typeof logActs)[number];
