import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { member, openBoard, post, seen } from '../helpers/storage.ts';
import { tempFolder } from '../helpers/temp.ts';
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

test('what members see holds to the rule over random histories', { timeout: 300_000 }, async () => {
  const folder = tempFolder();
  const { file: start, client, close } = openBoard();
  client.exec(`DELETE FROM groups WHERE name NOT IN ('${groupNames.join("', '")}')`);
  close();
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(histories, async (steps) => {
      const file = join(folder, `${++runs}.db`);
      copyFileSync(start, file);
      const replay = new Replay(file);
      try {
        await replay.play(steps);
      } finally {
        replay.close();
        rmSync(file);
      }
    }),
    { numRuns: 1000 },
  );
});
