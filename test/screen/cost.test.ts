import { expect, test } from 'vitest';
import { cleanText } from '../../src/protocol/clean.ts';
import { limits } from '../../src/protocol/limits.ts';
import { type Target, targetsFor } from '../../src/screen/model/go.ts';
import type { GroupEntry } from '../../src/screen/model/group-entry.ts';
import { changed, inOrder } from '../../src/screen/model/group-entry.ts';
import { nextStep } from '../../src/screen/model/reading-order.ts';
import { rowsOf } from '../../src/screen/model/row.ts';
import { shownFrom } from '../../src/screen/model/scrolled.ts';
import { windowOf } from '../../src/screen/model/thread-window.ts';
import { Clock } from '../../src/screen/panes/clock.ts';
import { drawGroups, groupRows } from '../../src/screen/panes/groups-pane.ts';
import { drawIndex } from '../../src/screen/panes/index-pane.ts';
import { drawText, MessageRows } from '../../src/screen/panes/message-pane.ts';
import { Surface } from '../../src/screen/terminal/surface.ts';
import { cost, costlyTexts } from '../helpers/costly.ts';

// The most that a key press may take on a screen of 200 columns and 60 rows, in milliseconds of processor time.
const most = 10;
const clock = new Clock('UTC');

const entry = (id: number): GroupEntry => ({
  id,
  name: `group-${id}`,
  unread: id % 3,
  mentions: 0,
  lastRead: 0,
  ranges: [],
  countedTo: 9,
  notify: 'all',
  role: 'member',
});
const groups = inOrder(Array.from({ length: 3000 }, (_, index) => entry(index + 1)));

const message = (content: string) => ({
  group: 'main',
  groupId: 1,
  number: 17,
  senderId: 2,
  sender: 'bob',
  postedAt: '2026-11-28T05:00:00Z',
  subject: 'Lunch',
  thread: 17,
  content,
  revision: 0,
});

test.each(costlyTexts(limits.content))(
  'a key press that shows the first page of a message full of %s takes 10 ms',
  (_, text) => {
    const surface = new Surface(170, 36);
    // As the client cleans it when it comes in.
    const shown = message(cleanText(text));
    expect(cost(() => drawText(surface, new MessageRows(shown, 170, clock), 0))).toBeLessThan(most);
  },
);

test('a key press in a list of 3,000 groups takes 10 ms', () => {
  const surface = new Surface(30, 57);
  const taken = cost(() => {
    const after = changed(groups, 1500, { unread: 7 });
    const rows = groupRows(after);
    const { first } = shownFrom(rows, { cursor: 'g1500', top: 'g1490' }, surface.rows);
    drawGroups(surface, rows, { first, here: 'g1500', cursor: 'g1500' });
    nextStep({
      endShown: true,
      group: 3000,
      number: undefined,
      thread: undefined,
      open: undefined,
      threads: [],
      groups: after.map((each) => ({ ...each, isDirect: false })),
    });
  });
  expect(taken).toBeLessThan(most);
});

test('a key typed into the line of g takes 10 ms with 3,000 groups', () => {
  const targets = groups.map(({ id, name, unread }): Target => {
    return { to: 'group', group: id, name, unread };
  });
  expect(cost(() => targetsFor('gp29', targets, undefined))).toBeLessThan(most);
});

test('a key press in an index of as many rows as are kept takes 10 ms', () => {
  const header = message('');
  const threads = Array.from({ length: 400 }, (_, index) => ({
    thread: 1000 - index,
    subject: '昼食 lunch '.repeat(10),
    startedBy: 'bob',
    lastNumber: 1000 - index,
    lastPostedAt: header.postedAt,
    replies: 300,
    unread: 1,
  }));
  const messages = Array.from({ length: 300 }, (_, index) => ({ ...header, number: index + 800 }));
  const surface = new Surface(170, 22);
  const taken = cost(() => {
    const rows = rowsOf({
      group: 1,
      window: windowOf({ threads, next: undefined }, true),
      open: { thread: 800, messages, atStart: true, more: false },
      isUnread: () => true,
      isMention: () => false,
      isMutedThread: () => false,
    });
    const { first, at } = shownFrom(rows, { cursor: 't900', top: 't905' }, surface.rows);
    drawIndex(surface, rows, { first, at, isFocused: true, clock, empty: '' });
  });
  expect(taken).toBeLessThan(most);
});
