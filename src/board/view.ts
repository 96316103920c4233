import { deletedUser } from '../protocol/direct.ts';
import type { Marks } from '../protocol/marks.ts';
import type { Header, Member, ShownKey, LogLine as ShownLine } from '../protocol/schemas.ts';
import { formatTime } from '../protocol/time.ts';
import type { HeaderRow, ListedMessage, MemberPage } from './ports/reading.ts';
import type { ThreadSummary } from './ports/threads.ts';
import type {
  Header as BoardHeader,
  ClaimedKey,
  Group,
  LogLine,
  StoredKey,
  User,
} from './types.ts';

/** The group that a result or a notice is about. */
export function toGroup({ id, name }: Group) {
  return { group: name, groupId: id };
}

/** What a user has read of a group. */
export function toMarks({ lastRead, ranges }: Marks) {
  return { lastRead, ranges: ranges.map(([first, last]): [number, number] => [first, last]) };
}

/** The user whom a notice is about. */
export function toUser({ id, name }: User) {
  return { user: name, userId: id };
}

/** Who owns a group after its owner has left or stepped down: null for nobody. Nothing if it has not lost its owner. */
export function toOwner(owner: User | null | undefined) {
  return owner === undefined ? {} : { owner: owner?.name ?? null };
}

/** A line of a group's log. */
export function toLogLine({ id, at, act, by, user, number, until, detail }: LogLine): ShownLine {
  return {
    ...{ id, at: formatTime(at), act, by },
    ...(user !== null && { user }),
    ...(number !== null && { number }),
    ...(until !== null && { until: formatTime(until) }),
    ...(detail !== '' && { detail }),
  };
}

/** An SSH key of a user. */
export function toKey(key: StoredKey | ClaimedKey): ShownKey {
  const { id, fingerprint, type, comment, addedAt, lastUsedAt } = key;
  return {
    ...{ fingerprint, type, comment, addedAt: formatTime(addedAt) },
    lastUsedAt: lastUsedAt === null ? null : formatTime(lastUsedAt),
    confirmed: id !== null,
  };
}

/** A header as the protocol sends it. */
export function toHeader(header: BoardHeader): Header {
  const { number, senderId, sender, postedAt, subject, thread } = header;
  const { replyTo, editedAt, mentions } = header;
  const shown: Header = {
    number,
    senderId,
    sender: sender ?? deletedUser,
    postedAt: formatTime(postedAt),
    subject,
    thread,
  };
  if (replyTo !== null) shown.replyTo = replyTo;
  if (editedAt !== null) shown.editedAt = formatTime(editedAt);
  if (mentions !== null) shown.mentions = JSON.parse(mentions) as string[];
  return shown;
}

/** A message of a list, with its content if the request asked for it. */
export function toListed(message: ListedMessage) {
  const { content } = message;
  return content === undefined ? toHeader(message) : { ...toHeader(message), content };
}

/** The header of a row. */
export function fromRow(row: HeaderRow): BoardHeader {
  const [number, senderId, sender, postedAt, subject, thread, replyTo, editedAt, mentions] = row;
  return { number, senderId, sender, postedAt, subject, thread, replyTo, editedAt, mentions };
}

/** A thread as the protocol sends it. */
export function toThread({ startedBy, lastPostedAt, ...thread }: ThreadSummary) {
  return {
    ...thread,
    lastPostedAt: formatTime(lastPostedAt),
    ...(startedBy !== undefined && { startedBy: startedBy ?? '[deleted]' }),
  };
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
