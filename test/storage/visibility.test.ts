import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SqliteAdministration } from '../../src/storage/sqlite/operator/administration.ts';
import {
  groupsOf,
  login,
  main,
  member,
  openBoard,
  post,
  type StoredBoard,
  seen,
} from '../helpers/storage.ts';
import { tempFolder } from '../helpers/temp.ts';
import { setting } from '../trials/settings.ts';
import { groupNames, histories } from './history.ts';
import { Replay } from './replay.ts';

test('a member sees the last two messages from before joining, and all from after', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  for (const subject of ['one', 'two', 'three']) await post(board, alice, subject);
  const bob = await member(board, 'bob');
  await post(board, alice, 'four');

  expect(await seen(board, alice)).toEqual([1, 2, 3, 4]);
  expect(await seen(board, bob)).toEqual([2, 3, 4]);
});

const toTheEnd = { signal: new AbortController().signal, progress: () => {} };

/** Alice has posted `one` and `two`, Bob `three` and `four`, and Carol has joined after them. */
async function carolAfterFour(board: StoredBoard) {
  const alice = await member(board, 'alice');
  for (const subject of ['one', 'two']) await post(board, alice, subject);
  const bob = await member(board, 'bob');
  for (const subject of ['three', 'four']) await post(board, bob, subject);
  return { alice, bob, carol: await member(board, 'carol') };
}

const deletions: [string, (operator: SqliteAdministration) => Promise<unknown>, number[]][] = [
  ['one of the last two messages', (operator) => operator.deleteMessages(main, [3]), [4]],
  ['both of the last two messages', (operator) => operator.deleteMessages(main, [3, 4]), []],
  ['their sender with all of it', (operator) => operator.deleteUser('bob', 'purge', toTheEnd), []],
  [
    'their sender, whose messages stay',
    (operator) => operator.deleteUser('bob', 'keep', toTheEnd),
    [3, 4],
  ],
  [
    'all but the newest message',
    async (operator) => operator.purge(await operator.planPurge(main, { keep: 1 }), toTheEnd),
    [4],
  ],
];

test.each(deletions)(
  'deleting %s shows a member nothing older than before',
  async (_, act, left) => {
    const board = openBoard();
    const { alice, carol } = await carolAfterFour(board);
    expect(await seen(board, carol)).toEqual([3, 4]);
    await act(SqliteAdministration.outside(board.client));
    expect(await seen(board, carol)).toEqual(left);
    // Nor does someone who joins only now.
    expect(await seen(board, await member(board, 'dave'))).toEqual(left);
    await post(board, alice, 'five');
    expect(await seen(board, carol)).toEqual([...left, 5]);
    expect((await board.repository.messages(carol, main, { limit: 1 })).more).toBe(left.length > 0);
  },
);

test('a page ends before deleted messages only if there are no others beyond them', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  for (let each = 1; each <= 300; each++) await post(board, alice, `${each}`);
  const numbers = Array.from({ length: 298 }, (_, index) => index + 2);
  await SqliteAdministration.outside(board.client).deleteMessages(main, numbers);
  const page = (bounds: object) => board.repository.messages(alice, main, { limit: 1, ...bounds });
  expect(await page({})).toMatchObject({ messages: [{ number: 300 }], more: true });
  expect(await page({ before: 300 })).toMatchObject({ messages: [{ number: 1 }], more: false });
  expect(await page({ after: 0 })).toMatchObject({ messages: [{ number: 1 }], more: true });
  expect(await page({ after: 1 })).toMatchObject({ messages: [{ number: 300 }], more: false });
});

test('a message that was posted in the very microsecond of a join is one of the last two', async () => {
  const board = openBoard();
  const { carol } = await carolAfterFour(board);
  // Only an import can bring this about.
  board.client.exec(`UPDATE memberships SET joined_at =
    (SELECT posted_at FROM messages WHERE number = 3) WHERE user_id = ${carol.user.id}`);
  expect(await seen(board, carol)).toEqual([2, 3, 4]);
  const [group] = await groupsOf(board, await login(board, 'carol'));
  expect(group?.unread).toBe(0);
});

const runs = setting('runs', 300);

test('what members see holds to the rule over random histories', {
  timeout: 300_000 + 300 * runs,
}, async () => {
  const folder = tempFolder();
  const { file: start, client, close } = openBoard();
  client.exec(`DELETE FROM groups WHERE name NOT IN ('${groupNames.join("', '")}')`);
  close();
  let played = 0;
  await fc.assert(
    fc.asyncProperty(histories, async (steps) => {
      const file = join(folder, `${++played}.db`);
      copyFileSync(start, file);
      const replay = new Replay(file);
      try {
        await replay.play(steps);
      } finally {
        replay.close();
        rmSync(file);
      }
    }),
    { numRuns: runs },
  );
});
