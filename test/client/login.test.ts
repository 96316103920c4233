import { expect, test } from 'vitest';
import { keys, promptOf } from '../chat/support.ts';
import { TestBoard } from '../helpers/board.ts';
import { Pty } from '../helpers/pty.ts';

const question = 'What is your username?';

async function newcomer(...args: string[]) {
  const board = await TestBoard.start();
  const chat = Pty.chat(['127.0.0.1', board.port, ...args]);
  return { board, chat };
}

test('the client asks for the name, welcomes the user, and says what to type next', async () => {
  const { board, chat } = await newcomer();
  await chat.shows(question);
  chat.type('alice\r');
  await chat.shows(/\n.*>$/);
  expect(chat.rows).toEqual([
    `[INFO] Connected to 127.0.0.1:${board.port}.`,
    `${question} alice`,
    '[INFO] Welcome alice',
    '[INFO] Type %groups to see the groups, %join to join main, %help for every command.',
    promptOf(board).trimEnd(),
  ]);
});

test('after a name that is in use, in any case, the client asks again', async () => {
  const { board, chat } = await newcomer();
  await board.person('bob');
  await chat.shows(question);
  chat.type('BOB\r');
  await chat.shows(
    '[ERROR] Username already in use. Please choose another.\nWhat is your username?',
  );
  chat.type('carol\r');
  await chat.shows('[INFO] Welcome carol');
});

test('after an invalid name the client asks again', async () => {
  const { chat } = await newcomer();
  await chat.shows(question);
  chat.type('two words\r');
  await chat.shows(/\[ERROR\] "two words" cannot be a name: .*choose another\.\nWhat is your/);
  chat.type('\r');
  await chat.shows(/\[ERROR\] "" cannot be a name: it is empty\. .*\nWhat is your username\?$/);
});

test('with --user the client asks no question', async () => {
  const { chat } = await newcomer('--user', 'alice');
  await chat.shows(/\n.*>$/);
  expect(chat.screen).toContain('[INFO] Welcome alice');
  expect(chat.screen).not.toContain(question);
});

test('if the name of --user is in use, the client says so and asks for a name', async () => {
  const board = await TestBoard.start();
  await board.person('alice');
  const chat = Pty.chat(['127.0.0.1', board.port, '--user', 'alice']);
  await chat.shows(/\[ERROR\] Username already in use\. Please choose another\.\nWhat is your/);
  chat.type('alice2\r');
  await chat.shows('[INFO] Welcome alice2');
});

test('a member who returns sees the unread messages', async () => {
  const { board, chat } = await newcomer();
  const before = await board.member('alice');
  before.finish();
  await before.toEnd();
  const bob = await board.memberProgram('bob');
  for (const subject of ['one', 'two']) {
    await bob.call('message.post', { group: 'main', subject, content: 'x' });
  }
  await chat.shows(question);
  chat.type('alice\r');
  await chat.shows('[INFO] Welcome alice\n[INFO] main: 2 unread\n[INFO] Type %next to read');
});

test('commands that need no login work while the name is asked for', async () => {
  const { chat } = await newcomer();
  await chat.shows(question);
  chat.type('%help ping\r');
  await chat.shows(/\[INFO\] %ping: .*\nWhat is your username\?$/);
  chat.type('%groups\r');
  await chat.shows(/\[ERROR\] Say who you are first\. Type your name\.\nWhat is your username\?$/);
});

test('the arrow keys do not bring back a typed name', async () => {
  const { chat } = await newcomer();
  await chat.shows(question);
  chat.type('alice\r');
  await chat.shows(/\n.*>$/);
  chat.type(`${keys.up}%ping\r`);
  await chat.shows('> %ping\n[INFO] pong');
});
