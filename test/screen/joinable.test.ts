import { expect, onTestFinished, test } from 'vitest';
import { Joinable } from '../../src/screen/program/joinable.ts';

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
