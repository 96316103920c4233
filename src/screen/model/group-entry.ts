import { isDirectName } from '../../protocol/direct.ts';
import { limits } from '../../protocol/limits.ts';
import { isRead, type Marks } from '../../protocol/marks.ts';
import { isMentioned } from '../../protocol/mentions.ts';
import type { Header, Membership } from '../../protocol/schemas.ts';
import { caseless } from '../../protocol/unicode.ts';

/** A group of the user, or a direct conversation, as the left column shows it. */
export interface GroupEntry extends Marks {
  readonly id: number;
  readonly name: string;
  /** How many messages are unread, up to `limits.unread`. */
  readonly unread: number;
  readonly mentions: number;
  /** Messages up to this number are in the counts already. */
  readonly countedTo: number;
  readonly notify: Membership['notify'];
  readonly role: Membership['role'];
}

export function entryOf(membership: Membership): GroupEntry {
  const { id, group: name, lastNumber: countedTo, ...rest } = membership;
  const { unread, mentions, lastRead, ranges, notify, role } = rest;
  return { id, name, unread, mentions, lastRead, ranges, countedTo, notify, role };
}

/** Entries in the order of the left column: `main`, the groups by name, the direct conversations by name. */
export function inOrder(entries: readonly GroupEntry[]): GroupEntry[] {
  const keyed = entries.map((entry) => ({ entry, rank: rankOf(entry), key: caseless(entry.name) }));
  keyed.sort((a, b) => a.rank - b.rank || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return keyed.map(({ entry }) => entry);
}

function rankOf({ name }: GroupEntry): number {
  if (isDirectName(name)) return 2;
  return name === 'main' ? 0 : 1;
}

/** Replaces the entry of a group. An entry that is not there is not added. */
export function changed(
  entries: readonly GroupEntry[],
  id: number,
  change: Partial<Omit<GroupEntry, 'id' | 'name'>>,
): readonly GroupEntry[] {
  const at = entries.findIndex((entry) => entry.id === id);
  const before = entries[at];
  if (!before) return entries;
  return entries.with(at, { ...before, ...change });
}

/** What decides whether a message is unread for the user. */
export interface Reader {
  readonly userId: number;
  readonly user: string;
  /** Whether the user has muted the thread or the sender of a message. */
  isMuted(group: number, message: Pick<Header, 'senderId' | 'thread'>): boolean;
}

export function mentionsReader(message: Header, { user }: Reader): boolean {
  return isMentioned(message, user);
}

/** Whether a visible message is unread, by the rules of the board. */
export function isUnread(entry: GroupEntry | undefined, message: Header, reader: Reader): boolean {
  if (!entry || entry.notify === 'none' || isRead(entry, message.number)) return false;
  if (message.senderId === reader.userId || reader.isMuted(entry.id, message)) return false;
  return entry.notify === 'all' || mentionsReader(message, reader);
}

/** The entry after a message was posted in its group. */
export function withPosted(entry: GroupEntry, message: Header, reader: Reader): GroupEntry {
  if (message.number <= entry.countedTo) return entry;
  const counted = { ...entry, countedTo: message.number };
  if (!isUnread(entry, message, reader)) return counted;
  const mentions = entry.mentions + Number(mentionsReader(message, reader));
  return { ...counted, unread: Math.min(limits.unread, entry.unread + 1), mentions };
}
