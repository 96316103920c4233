import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Administration } from '../../src/board/ports/administration.ts';
import { main, member, post, seen } from '../helpers/storage.ts';
import { setting } from '../trials/settings.ts';
import { histories } from './history.ts';
import { Replay } from './replay.ts';
import { type OpenStorage, type StorageUnderTest, toTheEnd } from './storage.ts';

/** Alice has posted `one` and `two`, Bob `three` and `four`, and Carol has joined after them. */
async function carolAfterFour(board: StorageUnderTest) {
  const alice = await member(board, 'alice');
  for (const subject of ['one', 'two']) await post(board, alice, subject);
  const bob = await member(board, 'bob');
  for (const subject of ['three', 'four']) await post(board, bob, subject);
  return { alice, bob, carol: await member(board, 'carol') };
}

const deletions: [string, (operator: Administration) => Promise<unknown>, number[]][] = [
  ['one of the last two messages', (operator) => operator.deleteMessages(main, [3]), [4]],
  ['both of the last two messages', (operator) => operator.deleteMessages(main, [3, 4]), []],
  [
    'their sender with all messages',
    (operator) => operator.deleteUser('bob', 'purge', toTheEnd),
    [],
  ],
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

/** The rule of visibility. */
export function visibilityContract(open: OpenStorage): void {
  test('a member sees the last two messages from before joining, and all from after', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    for (const subject of ['one', 'two', 'three']) await post(board, alice, subject);
    const bob = await member(board, 'bob');
    await post(board, alice, 'four');

    expect(await seen(board, alice)).toEqual([1, 2, 3, 4]);
    expect(await seen(board, bob)).toEqual([2, 3, 4]);
  });

  test.each(deletions)(
    'after deleting %s, a member sees no older message than before',
    async (_, act, left) => {
      const board = open();
      const { alice, carol } = await carolAfterFour(board);
      expect(await seen(board, carol)).toEqual([3, 4]);
      await act(board.administration);
      expect(await seen(board, carol)).toEqual(left);
      // Nor does a member who joins only now.
      expect(await seen(board, await member(board, 'dave'))).toEqual(left);
      await post(board, alice, 'five');
      expect(await seen(board, carol)).toEqual([...left, 5]);
      const { more } = await board.repository.messages(carol, main, { limit: 1 });
      expect(more).toBe(left.length > 0);
    },
  );

  test('deleted messages between two others do not cut a page short', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    for (let each = 1; each <= 300; each++) await post(board, alice, `${each}`);
    const numbers = Array.from({ length: 298 }, (_, index) => index + 2);
    await board.administration.deleteMessages(main, numbers);
    const page = (bounds: object) =>
      board.repository.messages(alice, main, { limit: 1, ...bounds });
    expect(await page({})).toMatchObject({ messages: [{ number: 300 }], more: true });
    expect(await page({ before: 300 })).toMatchObject({ messages: [{ number: 1 }], more: false });
    expect(await page({ after: 0 })).toMatchObject({ messages: [{ number: 1 }], more: true });
    expect(await page({ after: 1 })).toMatchObject({ messages: [{ number: 300 }], more: false });
  });

  const runs = setting('runs', 100);

  test('in random histories, members see what the rule of visibility says', {
    timeout: 300_000 + 300 * runs,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (steps) => {
        const replay = Replay.on(open);
        try {
          await replay.play(steps);
        } finally {
          await replay.close();
        }
      }),
      { numRuns: runs },
    );
  });
}
