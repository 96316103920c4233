import { InvalidArgumentError } from 'commander';
import { limits } from '../../protocol/limits.ts';
import type { Call, Header, Membership, Result } from '../../protocol/schemas.ts';
import { formatTime } from '../../protocol/time.ts';
import { parseWholeNumber } from '../../protocol/whole-number.ts';
import { pastTime } from '../parse.ts';

/** Where to begin: at a message number, or at a time in microseconds since the epoch. */
export type Since = { readonly number: number } | { readonly time: number };

/** Where to begin in one group: after a number, and at a time in the form of `postedAt`. */
export interface Start {
  readonly after: number;
  readonly since?: string;
}

/** @throws InvalidArgumentError */
export function parseSince(text: string): Since {
  if (!/^#?\d+$/.test(text)) return { time: pastTime(text) };
  const number = parseWholeNumber(text.replace(/^#/, ''), 1);
  if (number === undefined) {
    throw new InvalidArgumentError('The number of a message is a whole number from 1 up.');
  }
  return { number };
}

/** Without `since`, only new messages are read. */
export function startOf({ lastNumber }: Membership, since: Since | undefined): Start {
  if (!since) return { after: lastNumber };
  if ('number' in since) return { after: since.number - 1 };
  return { after: 0, since: formatTime(since.time) };
}

/**
 * Where to begin in each group, so that the newest `count` messages of all groups together are shown.
 * Groups without such a message are left out.
 * @param thread count only messages of this thread
 * @throws any error of `call`
 */
export async function startsOfNewest(
  call: Call,
  groups: readonly Membership[],
  count: number,
  thread?: number,
): Promise<Map<number, Start>> {
  const all: { id: number; header: Header }[] = [];
  for (const { id } of groups) {
    for (const header of await newest(call, id, count, thread)) all.push({ id, header });
  }
  all.sort((a, b) => (a.header.postedAt < b.header.postedAt ? 1 : -1));
  // The oldest message of each group is the last one, and overrides the others.
  return new Map(all.slice(0, count).map(({ id, header }) => [id, { after: header.number - 1 }]));
}

/** The same with only the messages that mention the user. */
export async function startsOfNewestMentions(
  call: Call,
  groups: readonly Membership[],
  count: number,
  thread?: number,
): Promise<Map<number, Start>> {
  const starts = new Map<number, Start>();
  let left = count;
  for (let before: string | undefined; left > 0; ) {
    const page: Result<'mention.list'> = await call('mention.list', {
      limit: limits.searchMost,
      before,
    });
    for (const { groupId, number, ...header } of page.messages) {
      if (left === 0 || !groups.some(({ id }) => id === groupId)) continue;
      if ((thread ?? header.thread) !== header.thread) continue;
      left--;
      starts.set(groupId, { after: number - 1 });
    }
    before = page.next;
    if (before === undefined) break;
  }
  return starts;
}

/** The newest headers of a group, at most `count`. */
async function newest(
  call: Call,
  group: number,
  count: number,
  thread: number | undefined,
): Promise<Header[]> {
  const found: Header[] = [];
  let before: number | undefined;
  for (let more = true; more && found.length < count; ) {
    const limit = thread === undefined ? count - found.length : limits.listMost;
    const page = await call('message.list', {
      group,
      limit: Math.min(limit, limits.listMost),
      before,
    });
    found.unshift(
      ...page.messages.filter((header) => thread === undefined || header.thread === thread),
    );
    before = page.messages[0]?.number;
    ({ more } = page);
  }
  return found.slice(-count);
}
