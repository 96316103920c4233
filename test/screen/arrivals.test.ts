import { expect, test } from 'vitest';
import { ScreenTester } from './screen-tester.ts';
import { stage } from './stage.ts';

/** Alice reads Lunch, the second of two threads. */
async function reading(columns = 100, rows = 30) {
  const { board, bob, post, password } = await stage();
  await post('main', 'Lunch', 'Who is in?');
  await post('main', 'Parking', 'Where can I park?');
  const screen = await ScreenTester.open(board, { password, columns, rows });
  await screen.shows('Where can I park?');
  await screen.typed('j', 'Who is in?');
  return { board, bob, post, screen, password };
}

/** The rows of the panes, without the counts. */
const panes = (screen: ScreenTester) =>
  screen.rows.slice(1, -2).map((row) => row.slice(row.indexOf('│')));

test('what arrives moves nothing on the screen, and is counted in the line below', async () => {
  const { post, screen } = await reading();
  const before = panes(screen);
  await post('main', 'Trip', 'On Sunday?');
  await screen.shows('1 new ▼');
  expect(panes(screen)).toEqual(before);
  await post('news', 'Release', 'It is out.');
  await screen.shows(/news +1 │/);
  expect(panes(screen)).toEqual(before);
});

test('a new thread is above the others once the user goes on, and the rows stay where they are', async () => {
  const { post, screen } = await reading();
  for (let count = 0; count < 12; count++) await post('main', `Thread ${count}`, 'More.');
  await screen.shows('12 new ▼');
  const before = panes(screen)[0];
  await screen.typed('k', 'new ▲');
  expect(panes(screen)[0]?.slice(2)).toBe(before?.slice(2));
  await screen.typed('\x1b[H', 'Thread 11');
  await screen.until(() => !screen.text.includes('new ▲') && !screen.text.includes('new ▼'));
});

test('a reply to the open thread is read with the next Space', async () => {
  const { post, screen } = await reading();
  await screen.typed('\r', 'Who is in?');
  await post('main', undefined, 'I am.', 1);
  await screen.shows('1 new ▼');
  await screen.typed(' ', 'I am.');
});

test('an edited message shows its new text, and a deleted one who deleted it', async () => {
  const { bob, screen } = await reading();
  await bob.call('message.edit', { group: 'main', number: 1, content: 'Who is hungry?' });
  await screen.shows('Who is hungry?');
  await screen.shows('edited');
  await bob.call('message.delete', { group: 'main', number: 1 });
  await screen.shows('Message 1 was deleted by bob.');
  await screen.shows('(deleted)');
  await screen.typed('k', 'Where can I park?');
  await screen.until(() => !screen.text.includes('(deleted)'));
});

test('what another session reads is read here too', async () => {
  const { board, screen } = await reading();
  await screen.shows(/^▸main +\d/m);
  const other = await board.protectedProgram('alice', 'correct horse');
  await other.call('group.markRead', { group: 'main' });
  await screen.until(() => !/^▸main +\d/m.test(screen.text) && !screen.text.includes('●'));
});

test('a group that another session joins, leaves or renames changes in the list', async () => {
  const { board, screen } = await reading();
  const other = await board.protectedProgram('alice', 'correct horse');
  await other.call('group.join', { group: 'random' });
  await screen.shows(/^.random/m);
  await other.call('group.leave', { group: 'random' });
  await screen.until(() => !/^.random/m.test(screen.text));
});

test('a user who is removed from the group they read is told so, and goes on in another', async () => {
  const { board, bob, screen } = await reading();
  await bob.call('group.create', { name: 'plans' });
  const other = await board.protectedProgram('alice', 'correct horse');
  await other.call('group.join', { group: 'plans' });
  await screen.shows(/^.plans/m);
  await screen.typed('gplans\r', 'No messages yet.');
  await bob.call('group.remove', { group: 'plans', user: 'alice', reason: 'spam' });
  await screen.shows('You were removed from plans by bob: spam.');
  await screen.shows(/^▸main/m);
  await screen.until(() => !/^.plans/m.test(screen.text));
});

test('a lost connection has a line, keys go on, and what was missed is there when it is back', async () => {
  const { board, screen, password } = await reading();
  await board.restart(
    async () => {
      await screen.shows('The connection is lost');
      await screen.shows('not connected');
      await screen.typed('k', 'Where can I park?');
      await screen.typed('r', 'Reply to #2');
      await screen.typed(
        'In the yard.\x13',
        'There is no connection. The text is sent when it is back.',
      );
    },
    { port: board.port },
  );
  await screen.shows('Your reply is message 3 of main.');
  const bob = await board.protectedProgram('bob', password);
  expect((await bob.call('message.get', { group: 'main', number: 3 })).content).toBe(
    'In the yard.',
  );
  await bob.call('message.post', { group: 'main', subject: 'Trip', content: 'On Sunday?' });
  await screen.shows('1 new ▼');
});

test('a new thread of the user is in sight at once, also if there was no connection', async () => {
  const { board, screen } = await reading();
  await screen.typed('c', 'New thread in main');
  await screen.typed('Trip\rOn Sunday?\x13', 'Posted as message 3 of main.');
  await screen.shows(/│ +Trip +alice .*\n.*Parking/);
  await board.restart(
    async () => {
      await screen.shows('The connection is lost');
      await screen.typed('c', 'New thread in main');
      await screen.typed('Swim\rIn the lake?\x13', 'There is no connection.');
    },
    { port: board.port },
  );
  await screen.shows('Posted as message 4 of main.');
  await screen.shows(/│ +Swim +alice .*\n.*Trip/);
  // The cursor is where it was.
  await screen.shows('Who is in?');
});

test('the end of the session ends the screen with its reason, and leaves the terminal as it was', async () => {
  const { board, screen } = await reading();
  await board.operate((operator) => operator.banUser('alice', 'spam'));
  expect(await screen.ended).toMatch(/spam/);
  expect(screen.raw).toContain('\x1b[?1049l');
});

test('a count that notices cannot tell is asked of the board', async () => {
  const { bob, post, screen } = await reading();
  for (let count = 0; count < 3; count++) await post('news', 'Release', 'It is out.');
  await screen.shows(/news +3 │/);
  await bob.call('message.delete', { group: 'news', number: 2 });
  await screen.shows(/news +2 │/);
});

test('more than is kept may arrive before the user goes on', async () => {
  const { post, screen } = await reading();
  const posts = [];
  for (let count = 1; count <= 410; count++) posts.push(post('main', `Thread ${count}.`, 'More.'));
  const newest = Math.max(...(await Promise.all(posts)).map(({ number }) => number));
  await screen.shows('410 new ▼');
  screen.type('j');
  await screen.until(() => !screen.text.includes('new ▼'));
  screen.type('\x1b[H');
  await screen.until(() => screen.rows.some((row) => /▾? *Thread \d+\./.test(row)));
  await screen.typed('\r', `#${newest}`);
});
