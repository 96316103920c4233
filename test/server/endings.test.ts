import { expect, onTestFinished, test, vi } from 'vitest';
import { Accounts } from '../../src/board/accounts.ts';
import { Hub } from '../../src/core/hub.ts';
import { Session } from '../../src/core/session.ts';
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

test('the end of a session is logged and stored as it was, though the session is removed and taken over turns later', async () => {
  const board = await TestBoard.start();
  const ends = serverEnds();
  await Promise.all(range(1, 20).map((n) => board.program(`user${n}`)));
  const noted = vi.spyOn(Accounts.prototype, 'publishedUntil');
  const stored = vi.spyOn(Accounts.prototype, 'disconnect');
  const log = vi.spyOn(Session.prototype, 'log');
  const notedBefore: number[] = [];
  const remove = Hub.prototype.remove;
  vi.spyOn(Hub.prototype, 'remove').mockImplementation(function (this: Hub, session) {
    notedBefore.push(noted.mock.calls.length);
    for (const end = performance.now() + 1.1; performance.now() < end; );
    remove.call(this, session);
    // As a resume by its token does.
    session.login = undefined;
  });
  onTestFinished(() => void vi.restoreAllMocks());
  for (const end of ends) end.destroy();
  await vi.waitFor(() => expect(stored).toHaveBeenCalledTimes(20));
  expect(notedBefore.slice(-10)).toEqual(range(1, 10).map(() => 20));
  const untils = noted.mock.results.map(({ value }) => value);
  expect(stored.mock.calls.map(([, , until]) => until)).toEqual(untils);
  const lines = log.mock.calls.filter(([, , words]) => words === 'disconnected');
  const users = lines.map(([level, fields]) => [level, (fields as { user?: string }).user]);
  const expected = range(1, 20).map((n) => ['info', `user${n}`]);
  expect(users.sort()).toEqual(expected.sort());
});
