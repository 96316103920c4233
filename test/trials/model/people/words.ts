import { isRead, type Marks } from '../../../../src/protocol/marks.ts';

// Times, and numbers that only the storage gives.
const unknown = new Set([
  ...['postedAt', 'lastPostedAt', 'writtenAt', 'createdAt', 'change', 'at', 'token'],
  ...['id', 'groupId', 'userId', 'senderId', 'next', 'online'],
]);

/** The numbers of a group, under its number or its name for one user, that can be unread. */
export type Unreadable = (group: string) => readonly number[];

/**
 * What a result or a notice says, without what the model does not know. Read marks hold numbers that the user cannot
 * see, too, so in their place are the numbers that they leave unread.
 * @param group the group of the request
 */
export function comparable(value: unknown, numbersOf: Unreadable, group = ''): unknown {
  if (Array.isArray(value)) return value.map((each) => comparable(each, numbersOf, group));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const { group: named, name, lastRead, ranges = [], id } = value as Record<string, unknown>;
  const of = String((name !== undefined && id) || (named ?? name ?? group));
  const shown = entries.flatMap(([key, each]): [string, unknown][] => {
    if (unknown.has(key) || key === 'lastRead' || key === 'ranges') return [];
    if (key === 'editedAt' || key === 'until' || key === 'silencedUntil') return [[key, 'then']];
    if (key === 'code') return [[key, 'CODE']];
    if (key === 'moderators') return [[key, [...(each as string[])].sort()]];
    if (key === 'members' && Array.isArray(each)) return [[key, namesIn(each)]];
    return [[key, comparable(each, numbersOf, of)]];
  });
  if (lastRead !== undefined) {
    const marks = { lastRead, ranges } as Marks;
    shown.push(['unreadNumbers', numbersOf(of).filter((number) => !isRead(marks, number))]);
  }
  return Object.fromEntries(shown);
}

function namesIn(members: readonly { name: string }[]): string[] {
  return members.map(({ name }) => name).sort();
}
