import { expect, test, vi } from 'vitest';
import { Hub } from '../../src/core/hub.ts';
import { TestBoard } from '../helpers/board.ts';
import { range, serverEnds } from './support.ts';

test('when very many sessions end in one turn, they leave their groups over many turns of the event loop', async () => {
  const board = await TestBoard.start();
  const ends = serverEnds();
  await Promise.all(range(1, 60).map((n) => board.memberProgram(`user${n}`)));
  let removed = 0;
  let most = 0;
  const remove = Hub.prototype.remove;
  const spy = vi.spyOn(Hub.prototype, 'remove').mockImplementation(function (this: Hub, session) {
    removed++;
    // As long as a session in hundreds of groups takes.
    for (const end = performance.now() + 0.3; performance.now() < end; );
    remove.call(this, session);
  });
  for (const end of ends) end.destroy();
  for (let before = 0; removed < 60; before = removed) {
    await new Promise((resolve) => setImmediate(resolve));
    most = Math.max(most, removed - before);
  }
  spy.mockRestore();
  expect(removed).toBe(60);
  expect(most).toBeLessThanOrEqual(5);
});
