import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import { numbersIn, range, rule, undated } from './support.ts';

function joinTimes(board: TestBoard): unknown[] {
  const database = board.database();
  const rows = database.prepare('SELECT group_id, user_id, joined_at FROM memberships').all();
  database.close();
  return rows;
}

test('memberships, join times and messages outlive a restart', async () => {
  const board = await TestBoard.start();
  const bob = await board.member('bob');
  for (const number of range(1, 5)) await bob.ask(`%post s${number} content ${number}`);
  const alice = await board.member('alice');
  await alice.ask('%groupjoin news');
  const times = joinTimes(board);

  await board.restart();

  expect(joinTimes(board)).toEqual(times);
  const again = await board.person('alice');
  expect(await again.ask('%whoami')).toBe('[INFO] You are alice, a member of main, news.\n');
  expect(await again.ask('%users')).toBe('[INFO] Members of main (2): alice (online), bob\n');
  expect(numbersIn(await again.ask('%list all'))).toEqual([4, 5]);
  expect(undated(await again.ask('%message 5'))).toBe(
    '--- Message ID: 5 (Group: main) ---\n' +
      `Sender: bob\nDate: DATE\nSubject: s5\n${rule}\ncontent 5\n${rule}\n`,
  );
  expect(joinTimes(board)).toEqual(times);
});

test('after a restart numbers continue, and members are notified', async () => {
  const board = await TestBoard.start();
  const before = await board.memberProgram('bot');
  await before.call('message.post', { group: 'main', subject: 's', content: 'c', key: 'k' });
  await board.member('alice');

  await board.restart();

  const alice = await board.person('alice');
  const bot = await board.program('bot');
  const again = { group: 'main', subject: 's', content: 'c', key: 'k' };
  expect(await bot.call('message.post', again)).toMatchObject({ number: 1 });
  const next = { group: 'main', subject: 'next', content: 'c' };
  expect(await bot.call('message.post', next)).toMatchObject({ number: 2 });
  await alice.expect('New message from bot (ID: 2,');
});

test('after a restart unread messages are still unread, announced or not', async () => {
  const board = await TestBoard.start();
  const bob = await board.member('bob');
  const away = await board.memberProgram('away');
  await away.call('session.logout', {});
  await board.member('live');
  for (let each = 0; each < 3; each++) await bob.ask('%post s c');

  await board.restart();

  const live = await board.person('live');
  expect(await live.ask('%unread')).toBe('[INFO] main: 3 unread\n');
  const back = await board.person('away');
  expect(await back.ask('%unread')).toBe('[INFO] main: 3 unread\n');
});

test('names are free after a restart', async () => {
  const board = await TestBoard.start();
  const alice = await board.member('alice');
  const bot = await board.program('bot');
  await board.restart();
  expect(await alice.toEnd()).toContain('[INFO] The server is shutting down. Goodbye.\n');
  await bot.until(() => bot.received.find(({ method }) => method === 'session.closing'));
  await board.person('alice');
  await board.program('bot');
});
