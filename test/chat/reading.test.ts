import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import { runCli } from '../helpers/cli.ts';
import { Pty } from '../helpers/pty.ts';
import { aliceAndBob } from './support.ts';

const password = 'correct horse';

/** A board where alice left before bob posted: two messages in `main`, one in `news`. */
async function backlog() {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  await alice.call('group.join', { group: 'news' });
  await alice.call('session.logout', {});
  await alice.closed();
  const bob = await board.memberProgram('bob');
  await bob.call('group.join', { group: 'news' });
  const post = (group: string, subject: string) =>
    bob.call('message.post', { group, subject, content: `about ${subject}` });
  for (const subject of ['one', 'two']) await post('main', subject);
  await post('news', 'three');
  return { board, bob, post };
}

test('Enter shows unread messages group by group, and says how many are left', async () => {
  const { board, bob, post } = await backlog();
  const alice = Pty.chat(['127.0.0.1', board.port, '--user', 'alice']);
  await alice.shows(
    /\[INFO\] main: 2 unread\n\[INFO\] news: 1 unread\n\[INFO\] Type %next .*\n.*>$/,
  );
  alice.type('\r');
  await alice.shows(/Subject: one\n-+\nabout one\n-+\n\[INFO\] 2 left: main 1, news 1\.\n.*>$/);
  // What is announced meanwhile is offered in its turn, what she posts herself is not.
  alice.type('%post mine x\r');
  await alice.shows('Message 3 posted');
  await post('main', 'four');
  await alice.shows(/ID: 4,.*four\)/);
  alice.type('%next\r');
  await alice.shows(/about two\n-+\n\[INFO\] 2 left: main 1, news 1\.\n/);
  alice.type('\r');
  await alice.shows(/about four\n-+\n\[INFO\] 1 left: news 1\.\n/);
  alice.type('\r');
  await alice.shows(/about three\n-+\n\[INFO\] That was the last one\.\n/);
  alice.type('\r');
  await alice.shows(/\[INFO\] Nothing unread\.\n.*>$/);
  await bob.call('ping', {});

  alice.type('%exit\r');
  expect(await alice.exited).toBe(0);
  const again = await board.connectProgram();
  const { memberships } = await again.call('session.login', { user: 'alice' });
  expect(memberships.map(({ unread }) => unread)).toEqual([0, 0]);
});

test('%next in a script reads, and stays plain', async () => {
  const { board } = await backlog();
  const { code, stdout } = await runCli(
    ['chat', '127.0.0.1', String(board.port), '--user', 'alice'],
    { input: '%next\n%list\n%next\n%compose x\n%post subject\n%ping\n' },
  );
  expect(stdout).toMatch(/Date: \d{4}-\d\d-\d\dT[\d:]+Z\nSubject: one\n/);
  // A list marks nothing as read.
  expect(stdout).toMatch(/Subject: two\n-+\nabout two\n-+\n\[INFO\] 1 left: news 1\.\n/);
  // The text has no end.
  expect(stdout).toMatch(/\[INFO\] Nothing was posted\.\n$/);
  expect(stdout).toContain('[ERROR] There is no command %compose.');
  expect(code).toBe(1);
});

test('%next skips a message that was deleted before it was read', async () => {
  const { board, alice, post } = await aliceAndBob();
  await post('one', 'about one');
  await post('two', 'about two');
  await alice.shows(/two\)/);
  await runCli(['message', 'delete', 'main', '1', '--yes', '--data', board.data]);
  alice.type('\r');
  await alice.shows(/about two\n-+\n(\[GROUP.*\n)?\[INFO\] That was the last one\.\n/);
});

test('%next does not show messages that were read in another client', async () => {
  const board = await TestBoard.start();
  await board.protect('alice', password);
  const bob = await board.memberProgram('bob');
  const phone = await board.protectedProgram('alice', password);
  await phone.call('group.join', { group: 'main' });
  const alice = Pty.chat(['127.0.0.1', board.port, '--user', 'alice']);
  await alice.shows('Password:');
  alice.type(`${password}\r`);
  await alice.shows(/every command\.\n.*>$/);
  for (const subject of ['one', 'two', 'three']) {
    await bob.call('message.post', { group: 'main', subject, content: `about ${subject}` });
  }
  await alice.shows(/three\)/);
  await phone.call('message.markRead', { group: 'main', number: 2 });
  // What comes behind the mark on the way says that the mark has come.
  await bob.call('message.post', { group: 'main', subject: 'four', content: 'x' });
  await alice.shows(/four\)/);
  alice.type('\r');
  await alice.shows(/about three\n-+\n\[INFO\] 1 left: main 1\.\n/);
});

test('a user’s own messages are not unread after the operator renames the user', async () => {
  const { board } = await backlog();
  const alice = Pty.chat(['127.0.0.1', board.port, '--user', 'alice']);
  await alice.shows(/news: 1 unread\n.*\n.*>$/);
  await runCli(['user', 'rename', 'alice', 'alicia', '--data', board.data]);
  await alice.shows('User alice is now called alicia.');
  alice.type('%post mine x\r');
  await alice.shows('Message 3 posted');
  alice.type('\r');
  await alice.shows(/about one\n-+\n\[INFO\] 2 left: main 1, news 1\.\n/);
  alice.type('\r');
  await alice.shows(/about two\n-+\n\[INFO\] 1 left: news 1\.\n/);
});
