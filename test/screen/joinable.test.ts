import { expect, onTestFinished, test } from 'vitest';
import { limits } from '../../src/protocol/limits.ts';
import { Joinable } from '../../src/screen/program/joinable.ts';
import { ScreenTester } from './screen-tester.ts';
import { stage } from './stage.ts';

test('groups that could not be listed are asked for again', async () => {
  let calls = 0;
  const board = {
    connected: true,
    call: async () => {
      calls++;
      if (calls === 2) throw new Error('refused');
      return { groups: [] };
    },
  };
  const joinable = new Joinable({
    board: board as never,
    changed: () => {},
    failed: () => {},
    isShown: () => false,
  });
  onTestFinished(() => joinable.stop());
  await joinable.load();
  joinable.change();
  await expect(joinable.load()).rejects.toThrow('refused');
  await joinable.load();
  expect(calls).toBe(3);
});

test('the list of groups to join says that there are more groups than it has', async () => {
  const { board, password } = await stage();
  board
    .database()
    .exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${limits.groupsListed + 5})
    INSERT INTO groups (name, name_key, skeleton, key_skeleton, created_at) SELECT 'x' || i, 'x' || i, 'x' || i, 'x' || i, 1 FROM n`);
  const screen = await ScreenTester.open(board, { password });
  await screen.shows('1000+');
  await screen.typed('\t\t\x1b[F', '+ join a g');
  await screen.typed('\r', 'There are more groups than are listed.');
});
