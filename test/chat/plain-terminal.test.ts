import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import { Pty } from '../helpers/pty.ts';
import { program } from '../helpers/server.ts';
import { keys } from './support.ts';

async function dumbTerminal() {
  const board = await TestBoard.start();
  const chat = Pty.chat(['127.0.0.1', board.port], { env: { TERM: 'dumb' } });
  await chat.shows(/What is your username\?$/);
  chat.type('alice\r');
  await chat.shows(/\n.*>$/);
  return { board, chat };
}

test('a terminal that cannot move its cursor gets no escape sequences', async () => {
  const { board, chat } = await dumbTerminal();
  const bob = await board.memberProgram('bob');
  chat.type('%join\r');
  await chat.shows(/-{40}\n.*>$/);
  chat.type('%pi');
  await chat.shows(/> %pi$/);
  await bob.call('message.post', { group: 'main', subject: 'lunch', content: 'x' });
  await chat.shows(/> %pi\n\[GROUP:main\] \[NOTIFY\] .*lunch\)\n.*>$/);
  chat.type('ng\r');
  await chat.shows(/> ng\n\[INFO\] pong\n.*>$/);
  expect(chat.raw).not.toContain('\x1b');
});

test.each([
  ['Ctrl-C', keys.ctrlC],
  ['Ctrl-D', keys.ctrlD],
  ['%exit', '%exit\r'],
])('%s leaves it with exit code 0', async (_, typed) => {
  const { chat } = await dumbTerminal();
  chat.type(typed);
  expect(await chat.exited).toBe(0);
});

test('an output that is not a terminal gets no escape sequences', async () => {
  const board = await TestBoard.start();
  const chat = `"${process.execPath}" "${program}" chat 127.0.0.1 ${board.port} --user alice`;
  const shell = new Pty('sh', ['-c', `${chat} | cat`]);
  await shell.shows(/\n.*>$/);
  shell.type('%ping\r');
  await shell.shows('[INFO] pong');
  shell.type(keys.ctrlD);
  expect(await shell.exited).toBe(0);
  expect(shell.raw).not.toContain('\x1b');
});
