import { isDirectName, userOfDirectName } from '../protocol/direct.ts';
import { boardError } from '../protocol/errors.ts';
import { limits } from '../protocol/limits.ts';
import { nameKey } from './name-key.ts';
import { isLongerThan } from './names.ts';
import type { GroupRef } from './types.ts';

/**
 * A group given by its name or, in digits, by its number.
 * @throws BoardError `GROUP_NOT_FOUND` for a text that is too long to be a name
 */
export function groupRef(group: string | number): GroupRef {
  if (typeof group === 'number') return { id: group };
  if (isLongerThan(group, limits.groupName)) {
    throw boardError('GROUP_NOT_FOUND', `${group.slice(0, limits.groupName)}…`);
  }
  return /^\d{1,15}$/.test(group) ? { id: Number(group) } : { key: nameKey(group), name: group };
}

/**
 * A user given by name, with or without the `@` of a direct conversation.
 * @throws BoardError `USER_NOT_FOUND` for a text that is too long to be a name
 */
export function userRef(user: string): string {
  if (isLongerThan(user, limits.userName)) {
    throw boardError('USER_NOT_FOUND', `${user.slice(0, limits.userName)}…`);
  }
  return isDirectName(user) ? userOfDirectName(user) : user;
}
