import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import { Pty } from '../helpers/pty.ts';
import { aliceAndBob } from './support.ts';

const bell = '\x07';

test('a message that mentions the user is marked, and rings the bell', async () => {
  const { alice, post } = await aliceAndBob();
  await post('for nobody', 'hello');
  await alice.shows(/for nobody\)\n.*>$/);
  expect(alice.raw).not.toContain(bell);
  await post('for alice', 'hello @alice');
  await alice.shows(/for alice\) \(mentions you\)\n.*>$/);
  expect(alice.raw.split(bell)).toHaveLength(2);
  alice.type('%mentions\r');
  await alice.shows(/--- Mentions ---\nGroup: main \| #2 .* bob: for alice\n-{40}\n.*>$/);
});

test('@all of a moderator rings for the members, and not for the moderator in another session', async () => {
  const board = await TestBoard.start();
  const password = 'correct horse';
  await board.protect('mona', password);
  const mona = await board.protectedProgram('mona', password);
  await mona.call('group.join', { group: 'main' });
  await board.operate((operator) => operator.moderation.setRole({ id: 1 }, 'mona', 'moderator'));
  await mona.notice();
  const alice = Pty.chat(['127.0.0.1', board.port, '--user', 'alice']);
  await alice.shows(/every command\.\n.*>$/);
  alice.type('%join\r');
  await alice.shows(/\(no messages\)\n-{40}\n.*>$/);
  const again = Pty.chat(['127.0.0.1', board.port, '--user', 'mona']);
  await again.shows(/Password:$/);
  again.type(`${password}\r`);
  await again.shows(/every command\.\n.*>$/);
  await mona.call('message.post', { group: 'main', subject: 'for all', content: 'hello @all' });
  await alice.shows(/for all\) \(mentions you\)\n.*>$/);
  await again.shows(/for all\)\n.*>$/);
  expect(alice.raw.split(bell)).toHaveLength(2);
  expect(again.raw).not.toContain(bell);
});

test('with --no-bell it is marked, and nothing rings', async () => {
  const board = await TestBoard.start();
  const alice = Pty.chat(['127.0.0.1', board.port, '--user', 'alice', '--no-bell']);
  await alice.shows(/every command\.\n.*>$/);
  const bob = await board.memberProgram('bob');
  alice.type('%join\r');
  await alice.shows(/\(no messages\)\n-{40}\n.*>$/);
  await bob.call('message.post', { group: 'main', subject: 'for alice', content: '@alice' });
  await alice.shows(/for alice\) \(mentions you\)\n.*>$/);
  expect(alice.raw).not.toContain(bell);
});

test('messages of a muted user and of a muted thread are not announced, also after a new login', async () => {
  const { board, alice, bob, post } = await aliceAndBob();
  const carol = await board.memberProgram('carol');
  const say = (subject: string, replyTo?: number) =>
    carol.call('message.post', { group: 'main', subject, content: 'c', replyTo });
  await say('a thread');
  alice.type('%mute @bob\r');
  await alice.shows(/You muted bob\.\n.*>$/);
  alice.type('%mute thread 1\r');
  await alice.shows(/You muted thread 1 of main\.\n.*>$/);
  await post('of bob, for @alice');
  await say('in the thread', 1);
  await say('audible one');
  await alice.shows(/audible one\)\n.*>$/);
  alice.type('%unread\r');
  await alice.shows(/main: 1 unread\n.*>$/);
  expect(alice.screen).not.toMatch(/of bob|in the thread/);
  alice.type('%exit\r');
  await alice.exited;

  const again = Pty.chat(['127.0.0.1', board.port, '--user', 'alice']);
  await again.shows(/every command\.\n.*>$/);
  await post('of bob again');
  await say('audible two');
  await again.shows(/audible two\)\n.*>$/);
  expect(again.screen).not.toContain('of bob');
  again.type('%unmute @bob\r');
  await again.shows(/bob is no longer muted\.\n.*>$/);
  await bob.call('message.post', { group: 'main', subject: 'of bob at last', content: 'c' });
  await again.shows(/of bob at last\)\n.*>$/);
});
