import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import type { TextPeer } from '../helpers/text-peer.ts';
import { numbersIn, range, rule } from './support.ts';

/** Someone who has joined a group and posted there `count` times. */
async function poster(board: TestBoard, count: number, group = 'main'): Promise<TextPeer> {
  const alice = await board.member('alice', group);
  alice.send(...range(1, count).map((number) => `%grouppost ${group} s${number} c`));
  await alice.expect(`[SUCCESS] Message ${count} posted in ${group}. Subject: s${count}\n`);
  return alice;
}

test('a list without a count shows the newest 100, and how to see the others', async () => {
  const board = await TestBoard.start();
  const alice = await poster(board, 130);
  const hint =
    '[INFO] Up to 30 older messages (from ID 1): type %list 100 before 31, or %list all.\n';
  for (const line of ['%list', '%grouplist main', '%grouplist 1']) {
    const shown = await alice.ask(line);
    expect(numbersIn(shown)).toEqual(range(31, 130));
    if (line === '%list') expect(shown.endsWith(`${rule}\n${hint}`)).toBe(true);
    else expect(shown).toContain('[INFO] Up to 30 older messages (from ID 1)');
  }
});

test('the command in the hint shows the older messages', async () => {
  const board = await TestBoard.start();
  const alice = await poster(board, 230, 'news');
  const first = await alice.ask('%grouplist news');
  const [, before = '', all = ''] =
    /type (%grouplist news \d+ before \d+), or (%grouplist news all)\./.exec(first) ?? [];
  const second = await alice.ask(before);
  expect(numbersIn(second)).toEqual(range(31, 130));
  expect(second).toContain(
    'Up to 30 older messages (from ID 1): type %grouplist news 100 before 31',
  );
  expect(numbersIn(await alice.ask(all))).toEqual(range(1, 230));
});

test('the hint counts only messages that the user can see', async () => {
  const board = await TestBoard.start();
  const alice = await poster(board, 10);
  const bob = await board.member('bob');
  await alice.ask('%post s11 c');
  await bob.receivedSoFar();
  expect(await bob.ask('%list 1')).toContain('Up to 2 older messages (from ID 9)');
  expect(await bob.ask('%list 2')).toContain('Up to 1 older message (from ID 9)');
  expect(await bob.ask('%list 3')).not.toContain('older');
});

test.each([
  ['%list 1', range(12, 12)],
  ['%list 12', range(1, 12)],
  ['%list 1000', range(1, 12)],
  ['%list before 5', range(1, 4)],
  ['%list 2 before 5', range(3, 4)],
  ['%LIST 2 BEFORE 5', range(3, 4)],
  ['%list before 1', []],
  ['%list before 999', range(1, 12)],
  ['%list all', range(1, 12)],
  ['%list ALL before 5', range(1, 4)],
])('%s shows these of twelve messages: %s', async (line, numbers) => {
  const board = await TestBoard.start();
  const alice = await poster(board, 12);
  expect(numbersIn(await alice.ask(line))).toEqual(numbers);
});

test('all shows 2,500 messages in one frame', async () => {
  const board = await TestBoard.start();
  const alice = await poster(board, 2500);
  const shown = await alice.ask('%list all');
  expect(numbersIn(shown)).toEqual(range(1, 2500));
  expect(shown.split('\n').filter((line) => line.startsWith('-'))).toEqual([
    '--- Group: main History ---',
    rule,
  ]);
  expect(numbersIn(await alice.ask('%list all before 1501'))).toEqual(range(1, 1500));
});

test('all of a group without messages says so', async () => {
  const board = await TestBoard.start();
  const alice = await board.member('alice', 'news');
  expect(await alice.ask('%grouplist news all')).toBe(
    `--- Group: news History ---\n(no messages)\n${rule}\n`,
  );
});
