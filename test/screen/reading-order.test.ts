import { expect, test } from 'vitest';
import {
  nextStep,
  nextUnreadThread,
  type WhereReading,
  whereMeant,
} from '../../src/screen/model/reading-order.ts';

const group = (id: number, unread: number, mentions = 0, isDirect = false) => ({
  id,
  unread,
  mentions,
  isDirect,
});

/** In group 1, at the first message of thread 10. Nothing is unread. */
const calm: WhereReading = {
  endShown: true,
  group: 1,
  number: 10,
  thread: 10,
  open: {
    thread: 10,
    isWhole: true,
    messages: [10, 11, 12].map((number) => ({ number, unread: false })),
  },
  threads: [30, 10, 20].map((thread) => ({ thread, unread: 0 })),
  groups: [group(1, 0), group(2, 0), group(3, 0)],
};

const messages = (...unread: number[]) =>
  [10, 11, 12].map((number) => ({ number, unread: unread.includes(number) }));
const threads = (...unread: number[]) =>
  [30, 10, 20].map((thread) => ({ thread, unread: unread.includes(thread) ? 1 : 0 }));
const open = (...unread: number[]) => ({
  thread: 10,
  isWhole: true,
  messages: messages(...unread),
});
const oneUnread = [group(1, 1), group(2, 1), group(3, 0)];

test.each<[string, Partial<WhereReading>, ReturnType<typeof nextStep>]>([
  ['pages a message whose end is not shown', { endShown: false, open: open(11) }, { to: 'page' }],
  [
    'goes to the next unread message of the thread',
    { open: open(12) },
    { to: 'message', number: 12 },
  ],
  [
    'prefers messages after the cursor to those before it',
    { number: 11, open: open(10, 12) },
    { to: 'message', number: 12 },
  ],
  [
    'reads the thread of the cursor, not another one that is open',
    { number: 20, thread: 20, open: open(11), threads: threads(10, 20) },
    { to: 'thread', thread: 20 },
  ],
  [
    'goes on from the cursor if another thread is open',
    { number: 30, thread: 30, open: open(11), threads: threads(10, 20) },
    { to: 'thread', thread: 10 },
  ],
  [
    'comes back for messages before the cursor',
    { number: 12, open: open(10) },
    { to: 'message', number: 10 },
  ],
  [
    'finds the unread messages of a long thread that are not loaded',
    {
      open: { ...open(), isWhole: false },
      threads: threads(10),
      groups: oneUnread,
    },
    { to: 'thread', thread: 10 },
  ],
  [
    'goes to the next unread thread below',
    { threads: threads(20, 30), groups: oneUnread },
    { to: 'thread', thread: 20 },
  ],
  [
    'goes on from the top after the last thread',
    { threads: threads(30), groups: oneUnread },
    { to: 'thread', thread: 30 },
  ],
  [
    'asks the board for unread messages of threads that are not loaded',
    { groups: oneUnread },
    { to: 'oldest', group: 1 },
  ],
  [
    'goes to the next unread group below',
    { groups: [group(3, 1), group(1, 0), group(2, 1)] },
    { to: 'group', group: 2 },
  ],
  [
    'goes on with the first unread group after the last one',
    { groups: [group(3, 1), group(1, 0), group(2, 0)] },
    { to: 'group', group: 3 },
  ],
  ['ends when nothing is unread', {}, { to: 'nothing' }],
  [
    'begins at the first unread thread of a group that was just entered',
    {
      number: undefined,
      thread: undefined,
      open: undefined,
      threads: threads(30, 20),
      groups: oneUnread,
    },
    { to: 'thread', thread: 30 },
  ],
])('the space bar %s', (_, where, step) => {
  expect(nextStep({ ...calm, ...where })).toEqual(step);
});

test.each<[string, 1 | -1, Partial<WhereReading>, ReturnType<typeof nextStep>]>([
  [
    'n skips the rest of the thread',
    1,
    { open: open(11), threads: threads(10, 20) },
    { to: 'thread', thread: 20 },
  ],
  [
    'N goes to the unread thread above',
    -1,
    { threads: threads(20, 30) },
    { to: 'thread', thread: 30 },
  ],
  ['N goes on from the bottom', -1, { threads: threads(20) }, { to: 'thread', thread: 20 }],
  [
    'N goes to the unread group above',
    -1,
    { groups: [group(3, 1), group(1, 0), group(2, 1)] },
    { to: 'group', group: 3 },
  ],
])('%s', (_, direction, where, step) => {
  expect(nextUnreadThread({ ...calm, ...where }, direction)).toEqual(step);
});

test.each([
  [
    'first to a mention',
    [group(1, 5), group(2, 2, 1), group(3, 1, 1, true)],
    { to: 'mention', group: 2 },
  ],
  ['then to a direct conversation', [group(1, 5), group(3, 1, 0, true)], { to: 'group', group: 3 }],
  ['then to any unread group', [group(1, 0), group(2, 5)], { to: 'group', group: 2 }],
  ['and back when there is nothing', [group(1, 0)], { to: 'back' }],
])('a goes %s', (_, groups, meant) => {
  expect(whereMeant(groups)).toEqual(meant);
});
