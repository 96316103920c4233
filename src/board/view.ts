import type { Header, Member } from '../protocol/schemas.ts';
import { formatTime } from '../protocol/time.ts';
import type { ListedMessage, MemberPage } from './ports/repository.ts';
import type { Header as BoardHeader, Group, User } from './types.ts';

/** The group that a result or a notice is about. */
export function toGroup({ id, name }: Group) {
  return { group: name, groupId: id };
}

/** The user whom a notice is about. */
export function toUser({ id, name }: User) {
  return { user: name, userId: id };
}

/** A header as the protocol sends it. */
export function toHeader({ number, senderId, sender, postedAt, subject }: BoardHeader): Header {
  return {
    number,
    senderId,
    sender: sender ?? '[deleted]',
    postedAt: formatTime(postedAt),
    subject,
  };
}

/** A message of a list, with its content if the request asked for it. */
export function toListed({ content, ...header }: ListedMessage) {
  return content === undefined ? toHeader(header) : { ...toHeader(header), content };
}

/** A page of members as the protocol sends it. */
export function toMemberPage(
  { members, total, next }: MemberPage,
  isOnline: (userId: number) => boolean,
) {
  return {
    members: members.map(({ id, name }): Member => ({ name, online: isOnline(id) })),
    total,
    ...(next !== undefined && { next }),
  };
}
