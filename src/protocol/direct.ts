/**
 * A direct conversation is a group of two users that no list shows. Each of them sees it under the name of the other,
 * such as `@dave`. No group and no user can have a name with `@`.
 */
const sign = '@';

/** Shown in place of the name of a user who was deleted. */
export const deletedUser = '[deleted]';

/** The name of a conversation with a user, and a reference to it. */
export function directName(user: string): string {
  return `${sign}${user}`;
}

/** Whether a name or a reference is that of a direct conversation. */
export function isDirectName(group: string): boolean {
  return group.startsWith(sign);
}

/** The user whom the name of a direct conversation names. */
export function userOfDirectName(group: string): string {
  return group.slice(sign.length);
}
