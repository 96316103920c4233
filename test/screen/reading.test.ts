import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import { ScreenTester } from './screen-tester.ts';

test('the space bar reads every unread message, thread by thread and group by group', async () => {
  const board = await TestBoard.start();
  const reader = await board.memberProgram('alice');
  await reader.call('group.join', { group: 'news' });
  await reader.call('session.logout', {});
  const bob = await board.memberProgram('bob');
  await bob.call('group.join', { group: 'news' });
  const post = (group: string, subject: string, content: string, replyTo?: number) =>
    bob.call('message.post', { group, subject, content, ...(replyTo && { replyTo }) });
  await post('main', 'Parking', 'Where can I park?');
  await post('main', 'Lunch', `Who is in?\n${'line\n'.repeat(40)}The end of lunch.`);
  await post('main', 'Re: Parking', 'Behind the house.', 1);
  await post('news', 'Release', 'It is out.');
  const screen = await ScreenTester.open(board);
  await screen.shows('Where can I park?');
  await screen.typed(' ', 'Behind the house.');
  await screen.typed(' ', 'Who is in?');
  await screen.typed(' ', 'line');
  await screen.typed('   ', 'The end of lunch.');
  await screen.typed(' ', 'It is out.');
  await screen.typed(' ', 'Nothing more is unread.');
  const { groups } = await screen.board.call('group.list', {});
  expect(groups.every(({ unread }) => unread === 0)).toBe(true);
  screen.type('qqy');
  expect(await screen.ended).toBeUndefined();
});
