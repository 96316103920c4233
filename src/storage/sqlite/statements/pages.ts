import type {
  HeaderRow,
  ListedMessage,
  MemberPage,
  Page,
  Revision,
} from '../../../board/ports/reading.ts';
import type { Group, Message } from '../../../board/types.ts';
import { fromRow } from '../../../board/view.ts';
import { limits } from '../../../protocol/limits.ts';
import { findMessage, timesBetween } from './by-number.ts';
import type { Statements } from './statements.ts';

/** The members that joining a group shows. */
export const firstMembers = { after: 0, limit: limits.membersDefault };

/** Members in the order of their ids, so that a page costs no more than it holds; within it, by name. */
export function memberPage(
  { membersOf, memberCount }: Statements,
  { id: group }: Group,
  { after, limit }: { after: number; limit: number },
): MemberPage {
  const found = membersOf.all({ group, after, limit: limit + 1 });
  const members = found.slice(0, limit);
  const next = found.length > limit ? members.at(-1)?.id : undefined;
  members.sort((a, b) => (a.key < b.key ? -1 : 1));
  const total = memberCount.get({ group })?.members ?? members.length;
  return { members: members.map(({ id, name }) => ({ id, name })), total, next };
}

/**
 * The messages of a group that are visible to a member who joined it at `joined`. The query asks for one message
 * more than the page holds, to know whether there are more.
 */
export function messagePage(
  statements: Statements,
  group: Group,
  joined: number,
  page: Page,
): { messages: ListedMessage[]; more: boolean } {
  const { contentBytes, limit } = page;
  if (contentBytes === undefined) {
    const { rows, more } = headerRows(statements, group, joined, page);
    return { messages: rows.map(fromRow), more };
  }
  const { newestWhole, oldestWhole } = statements;
  const { newestFirst, values } = boundsOf(statements, group, joined, page);
  const found = (newestFirst ? newestWhole : oldestWhole).each(values);
  return fillPage(found, { limit, bytes: contentBytes }, newestFirst);
}

/** The headers of `messagePage` as rows. */
export function headerRows(
  statements: Statements,
  group: Group,
  joined: number,
  page: Page,
): { rows: HeaderRow[]; more: boolean } {
  const { newestFirst, values } = boundsOf(statements, group, joined, page);
  const found = (newestFirst ? statements.newest : statements.oldest).rows(values);
  const { messages: rows, more } = cutPage(found as HeaderRow[], page.limit, newestFirst);
  return { rows, more };
}

function boundsOf(
  statements: Statements,
  { id: group }: Group,
  joined: number,
  { limit, since, ...bounds }: Page,
) {
  const { above, below } = timesBetween(statements, group, bounds);
  const from = Math.max(above, (since ?? 0) - 1);
  const values = { group, joined, above: from, below, limit: limit + 1 };
  return { newestFirst: bounds.after === undefined && since === undefined, values };
}

/** The message of a group with a number, if it is visible to a member who joined at `joined`. */
export function visibleMessage(
  statements: Statements,
  { id: group }: Group,
  joined: number,
  number: number,
): Message | undefined {
  const found = findMessage(statements, group, number);
  if (!found) return undefined;
  const times = { above: found.postedAt - 1, below: found.postedAt + 1 };
  return statements.newestWhole.get({ group, joined, ...times, limit: 1 });
}

/** Some texts of a message, from a revision on, the present one last. */
export function historyPage(
  statements: Statements,
  group: number,
  { number, edits: revision, editedAt, postedAt, subject, content }: Message,
  { from, bytes }: { from: number; bytes: number },
): { revisions: Revision[]; more: boolean } {
  const present = { revision, writtenAt: editedAt ?? postedAt, subject, content };
  const all = function* () {
    // The message may have been edited since it was read.
    yield* statements.revisionsOf.each({ group, number, from, below: revision });
    if (from <= revision) yield present;
  };
  const page = { limit: Number.POSITIVE_INFINITY, bytes };
  const { messages: revisions, more } = fillPage<Revision>(all(), page, false);
  return { revisions, more };
}

/** The headers of all messages of a group, for the operator. */
export function headerPage(statements: Statements, group: number, { limit, before, after }: Page) {
  const newestFirst = after === undefined;
  const statement = newestFirst ? statements.newestHeaders : statements.oldestHeaders;
  const times = timesBetween(statements, group, { before, after });
  return cutPage(statement.all({ group, ...times, limit: limit + 1 }), limit, newestFirst);
}

function cutPage<T>(found: readonly T[], limit: number, newestFirst: boolean) {
  const messages = found.slice(0, limit);
  if (newestFirst) messages.reverse();
  return { messages, more: found.length > limit };
}

/**
 * Reads messages with their contents until the page is full: it ends early where their subjects and contents
 * come to more than `most.bytes`, and holds at least one message.
 */
function fillPage<T extends { subject: string; content: string }>(
  found: Iterable<T>,
  most: { limit: number; bytes: number },
  newestFirst: boolean,
) {
  const messages: T[] = [];
  let more = false;
  let bytes = 0;
  for (const message of found) {
    bytes += Buffer.byteLength(message.subject) + Buffer.byteLength(message.content);
    more = messages.length === most.limit || (messages.length > 0 && bytes > most.bytes);
    if (more) break;
    messages.push(message);
  }
  if (newestFirst) messages.reverse();
  return { messages, more };
}
