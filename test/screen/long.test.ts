import { expect, test } from 'vitest';
import { ScreenTester } from './screen-tester.ts';
import { stage } from './stage.ts';

/** A group of 450 threads, the first of which has 450 replies: more of both than is kept. All are read up to a number. */
async function long(readTo: number) {
  const { board, bob, post, password } = await stage();
  const posts = [];
  posts.push(post('main', 'Thread 1', 'The first message.'));
  await posts[0];
  for (let count = 1; count <= 450; count++) {
    posts.push(post('main', undefined, `Reply ${count}.`, 1));
  }
  for (let count = 2; count <= 450; count++) {
    posts.push(post('main', `Thread ${count}`, `The text of thread ${count}.`));
  }
  await Promise.all(posts);
  const alice = await board.protectedProgram('alice', password);
  await alice.call('message.markRead', { group: 'main', number: readTo });
  await alice.call('session.logout', {});
  const screen = await ScreenTester.open(board, { password });
  return { board, bob, post, screen };
}

test('an index that is longer than what is kept is walked to its end and back', async () => {
  const { screen } = await long(1000);
  await screen.shows('Thread 450');
  await screen.typed('\x1b[F', 'The first message.');
  await screen.typed('k', 'The text of thread 2.');
  await screen.typed('k'.repeat(100), 'The text of thread 102.');
  await screen.typed('k'.repeat(348), 'The text of thread 450.');
  await screen.typed('j'.repeat(20), 'The text of thread 430.');
  await screen.typed('\x1b[H', 'The text of thread 450.');
});

test('a long thread opens at its first unread message, and is read with Space from there', async () => {
  const { screen } = await long(301);
  await screen.shows('The text of thread 450.');
  await screen.typed('g#302\r', 'Reply 301.');
  for (let count = 302; count <= 306; count++) await screen.typed(' ', `Reply ${count}.`);
  // Up to messages that are not loaded.
  await screen.typed('k'.repeat(60), 'Reply 246.');
  await screen.typed(' ', 'Reply 307.');
});

test('a message that Space goes to is found in a thread that is not loaded', async () => {
  const { screen, post } = await long(1000);
  await screen.shows('Thread 450');
  await post('main', undefined, 'A late reply.', 1);
  await screen.shows('1 new ▼');
  await screen.typed(' ', 'A late reply.');
  expect(screen.text).toContain('└ Re: Thread 1');
});
