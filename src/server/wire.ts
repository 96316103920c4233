import type { Header as BoardHeader, User } from '../board/types.ts';
import type { Header, Member } from '../protocol/schemas.ts';
import { formatTime } from '../protocol/time.ts';
import type { Hub } from './hub.ts';

/** A header in the shape that the protocol gives it. */
export function toHeader({ number, sender, postedAt, subject }: BoardHeader): Header {
  return { number, sender: sender ?? '[deleted]', postedAt: formatTime(postedAt), subject };
}

export function toMembers(users: User[], hub: Pick<Hub, 'isOnline'>): Member[] {
  return users.map(({ id, name }) => ({ name, online: hub.isOnline(id) }));
}
