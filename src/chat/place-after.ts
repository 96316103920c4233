import type { Notice } from '../protocol/schemas.ts';
import type { Place } from '../protocol/text/place.ts';

/**
 * The place of a user after a notice: under its new name, or undefined if the group is gone, or the user was removed from it
 * or has left it in another client.
 */
export function placeAfter(place: Place, notice: Notice, userId: number): Place | undefined {
  const { method, params } = notice;
  if (!('groupId' in params) || params.groupId !== place.group) return place;
  if (method === 'group.changed') {
    return params.group === place.name ? place : { ...place, name: params.group };
  }
  const isGone =
    method === 'group.removed' ||
    method === 'membership.ended' ||
    (method === 'member.left' && params.userId === userId);
  return isGone ? undefined : place;
}
