import { expect, test } from 'vitest';
import { ScreenTester } from './screen-tester.ts';
import { stage } from './stage.ts';

const numbers = [5, 4, 3, 2, 1];

/** Five threads of main, of which the newest comes first, and a message of news. All of it is unread. */
async function reading(size: { columns?: number; rows?: number } = {}) {
  const { board, bob, post, password } = await stage();
  for (const number of numbers.toReversed()) {
    await post('main', `Thread ${number}`, `The text of ${number}, @alice.`);
  }
  await post('news', 'Release', 'It is out.');
  const screen = await ScreenTester.open(board, { password, ...size });
  await screen.shows('The text of 5');
  const watcher = await board.protectedProgram('alice', password);
  /** What is unread on the board, once it has heard of all that was typed. */
  const unread = async (group = 'main') => {
    await screen.board.call('ping', {});
    const { memberships } = await watcher.call('session.show', {});
    return memberships.find((each) => each.group === group)?.unread;
  };
  return { board, bob, post, screen, unread, password };
}

test('Spaces that are typed ahead read one message, not those that nobody has seen', async () => {
  const { screen, unread } = await reading();
  await screen.typed(' '.repeat(30), 'The text of 4');
  expect(await unread()).toBe(4);
  await screen.typed(' ', 'The text of 3');
  expect(await unread()).toBe(3);
});

test('Space that is held down stops at the end of a message', async () => {
  const { screen, post, unread } = await reading();
  await screen.hold(' ', 30);
  await screen.shows('The text of 4');
  expect(await unread()).toBe(4);
  await post('main', 'Long', `${'row\n'.repeat(100)}The end of it.`);
  await screen.typed('gmain#6\r', 'row');
  await screen.hold(' ', 30);
  await screen.shows('The end of it.');
  expect(await unread()).toBe(5);
});

test('Space goes nowhere while the frame with the message is not on the terminal', async () => {
  const { screen, unread } = await reading();
  await screen.stick(() => screen.type(' '));
  for (const key of '   ') screen.type(key);
  await screen.board.call('ping', {});
  screen.unstick();
  await screen.shows('The text of 4');
  expect(await unread()).toBe(4);
  await screen.typed(' ', 'The text of 3');
});

test('a cursor that flies over messages marks none of them, but one that stays does', async () => {
  const { screen, unread } = await reading();
  await screen.hold('j', 3);
  await screen.shows('The text of 2');
  expect(await unread()).toBe(4);
  await screen.typed('j', 'The text of 1');
  expect(await unread()).toBe(3);
});

test('looking marks nothing: to log in, go to a group, search, Esc, resize, and to be connected again', async () => {
  const { board, screen, unread, password } = await reading();
  await screen.typed('gnews\r', 'It is out.');
  await screen.typed('a', 'The text of 1');
  await screen.typed('gmain#3\r', 'The text of 3');
  await screen.typed('/text\r', 'search: text');
  await screen.shows('The text of 5');
  await screen.typed('\r', 'The text of 5');
  screen.type('\x1b');
  screen.type('\x1b');
  await screen.shows(/main › /);
  await screen.typed('@', '@ mentions');
  await screen.typed('q', /main › /);
  await screen.typed('\x1b[F', 'The text of 1');
  await screen.typed('\x1b[H', 'The text of 5');
  screen.resize(60, 24);
  await screen.until(() => !screen.text.includes('│'));
  screen.resize(100, 30);
  await screen.shows(/main +5 │/);
  await board.restart(() => screen.shows('not connected'), { port: board.port });
  await screen.shows('Connected again.');
  screen.type('qqy');
  expect(await screen.ended).toBeUndefined();
  const again = await ScreenTester.open(board, { password });
  await again.shows('The text of 5');
  const { groups } = await again.board.call('group.list', {});
  expect(groups.map(({ name, unread: count }) => [name, count])).toContainEqual(['main', 5]);
  await expect(unread()).rejects.toThrow();
});

test('a message under the box that is written in counts as unread', async () => {
  const { screen, post, unread } = await reading();
  await post('main', 'Long', `${'row\n'.repeat(10)}The end of it.`);
  await screen.typed('r', 'Reply to #5');
  await screen.typed('gone\x1b', 'The draft is kept');
  expect(await unread()).toBe(6);
});

test('a search hit counts as read when the reader goes on from it', async () => {
  const { screen, unread } = await reading();
  await screen.typed('/text\r', 'search: text');
  await screen.shows('The text of 5');
  await screen.typed(' ', 'The text of 4');
  expect(await unread()).toBe(4);
  await screen.typed('z', 'main#5 is unread again.');
  await screen.shows('The text of 5');
  // Still among what was found.
  await screen.typed('\x0c', 'search: text');
  expect(await unread()).toBe(5);
});

test('a goes on from what it led to, and leaves the place where it was pressed unread', async () => {
  const { screen, bob, unread } = await reading();
  await bob.call('message.post', { group: '@alice', subject: 'Hi', content: 'Just for you.' });
  await screen.shows('bob wrote to you.');
  await screen.typed('a', 'The text of 1');
  expect(await unread()).toBe(5);
  await screen.typed('a', 'Just for you.');
  expect(await unread()).toBe(4);
  expect(await unread('@bob')).toBe(1);
});

test('z takes the steps of Space back, one after the other, and goes back with them', async () => {
  const { screen, unread } = await reading();
  await screen.typed(' ', 'The text of 4');
  await screen.typed(' ', 'The text of 3');
  await screen.typed('j', 'The text of 2');
  expect(await unread()).toBe(2);
  await screen.typed('x', '1 message of the thread marked as read.');
  await screen.typed('z', 'The thread is as unread as before.');
  for (const number of [3, 4, 5]) {
    await screen.typed('z', `main#${number} is unread again.`);
    await screen.shows(`The text of ${number}`);
  }
  expect(screen.rows[0]).toContain('6 unread · 5 @');
  expect(await unread()).toBe(5);
  await screen.typed('z', 'There is nothing to take back.');
  await screen.typed(' ', 'The text of 4');
});

test('z goes back to the group of the message', async () => {
  const { screen, unread } = await reading();
  for (const number of [4, 3, 2, 1]) await screen.typed(' ', `The text of ${number}`);
  await screen.typed(' ', 'It is out.');
  expect(await unread()).toBe(0);
  await screen.typed('z', 'main#1 is unread again.');
  await screen.shows('The text of 1');
  expect(await unread()).toBe(1);
});

test('x, X, u and z change the counts with the answer of the board', async () => {
  const { screen } = await reading();
  const counts = () => [screen.rows[0]?.match(/alice.*/)?.[0], screen.rows[1]?.match(/\d+ │/)?.[0]];
  for (const [key, said, ...shown] of [
    ['x', '1 message of the thread', 'alice · 5 unread · 4 @', '4 │'],
    ['X', '4 messages of main', 'alice · 1 unread', undefined],
    ['z', 'main is as unread as before.', 'alice · 5 unread · 4 @', '4 │'],
    ['z', 'The thread is as unread', 'alice · 6 unread · 5 @', '5 │'],
    ['X', '5 messages of main', 'alice · 1 unread', undefined],
    ['u', '1 message from here on', 'alice · 2 unread · 1 @', '1 │'],
  ] as const) {
    await screen.typed(key, said);
    expect(counts()).toEqual(shown);
  }
});

test('what is marked as unread twice is counted once', async () => {
  const { screen, unread } = await reading();
  await screen.typed(' ', 'The text of 4');
  await screen.typed('k', 'The text of 5');
  await screen.typed('u', '1 message from here on marked as unread.');
  await screen.typed('z', 'main#4 is unread again.');
  await screen.typed('z', 'main#5 is unread again.');
  await screen.until(() => screen.rows[0]?.includes('6 unread · 5 @') ?? false);
  expect(await unread()).toBe(5);
});

test('x says if the board counts older messages as read too, and then z does not take it back', async () => {
  const screen = await besideOthers();
  await screen.typed('x', '301 messages of the thread marked as read, and older messages');
  await screen.typed('z', 'There is nothing to take back.');
  const { memberships } = await screen.board.call('session.show', {});
  const unread = memberships.find(({ group }) => group === 'main')?.unread;
  expect(unread).toBeLessThan(300);
  await screen.until(() => screen.rows[0]?.includes(`${unread} unread`) ?? false);
});

test('u says if the board keeps too few ranges to mark all as unread', async () => {
  const screen = await besideOthers();
  await screen.typed('X', '601 messages of main marked as read.');
  await screen.typed('u', /Only the newest \d+ of 301 messages from here on could be marked/);
  const said = Number(/newest (\d+) of/.exec(screen.text)?.[1]);
  const { memberships } = await screen.board.call('session.show', {});
  expect(memberships.find(({ group }) => group === 'main')?.unread).toBe(said);
});

/** A screen at the first message of a thread, whose 300 replies have messages of other threads between them. */
async function besideOthers(): Promise<ScreenTester> {
  const { board, post, password } = await stage();
  const posts = [post('main', 'Long', 'The first.')];
  await posts[0];
  for (let count = 0; count < 300; count++) {
    posts.push(post('main', `Other ${count}`, 'Something else.'));
    posts.push(post('main', undefined, 'A reply.', 1));
  }
  await Promise.all(posts);
  const screen = await ScreenTester.open(board, { password });
  await screen.typed('gmain#1\r', 'The first.');
  return screen;
}
