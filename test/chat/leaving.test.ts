import { expect, test } from 'vitest';
import { ScriptedServer } from '../client/scripted-server.ts';
import { TestBoard } from '../helpers/board.ts';
import { Pty } from '../helpers/pty.ts';
import { program } from '../helpers/server.ts';
import { aliceAndBob, aliceInChat, keys } from './support.ts';

test.each([
  ['%exit', '%exit\r'],
  ['%quit', '%quit\r'],
  ['Ctrl-D on an empty line', keys.ctrlD],
  ['Ctrl-C on an empty line', keys.ctrlC],
])('%s leaves with exit code 0, and the others see it', async (_, typed) => {
  const { alice, bob } = await aliceAndBob();
  alice.type(typed);
  expect(await alice.exited).toBe(0);
  const gone = await bob.until(() =>
    bob.received.find(({ params }) => String(params?.offline) === 'alice'),
  );
  expect(gone.method).toBe('presence.changed');
});

test.each([
  ['%exit', '%exit\r', /> %exit\n\[INFO\] Goodbye\.\nleft 0\nas before\n$/],
  ['Ctrl-D', keys.ctrlD, />\nleft 0\nas before\n$/],
  ['Ctrl-C', keys.ctrlC, />\nleft 0\nas before\n$/],
])('%s leaves the terminal as it was found', async (_, typed, end) => {
  const board = await TestBoard.start();
  const chat = `"${process.execPath}" "${program}" chat 127.0.0.1 ${board.port} --user alice`;
  const compare = '[ "$before" = "$(stty -a)" ] && echo as before || stty -a';
  const shell = new Pty('sh', ['-c', `before=$(stty -a); ${chat}; echo left $?; ${compare}`]);
  await shell.shows(/\n.*>$/);
  shell.type(typed);
  // The end of the process may be told before its last output.
  await shell.until(() => end.test(`${shell.screen}\n`));
  expect(await shell.exited).toBe(0);
});

test('Ctrl-C clears the line being typed, and leaves nothing of it', async () => {
  const { alice } = await aliceInChat({ cols: 60 });
  alice.type(`%post secret ${'x'.repeat(60)}${keys.left.repeat(30)}`);
  await alice.until(() => alice.cursor.up === 0 && alice.cursor.column === 6);
  alice.type(keys.ctrlC);
  await alice.shows(/\n.*>$/);
  alice.type('%ping\r');
  await alice.shows(/> %ping\n\[INFO\] pong\n.*>$/);
});

test('Ctrl-C leaves while the name is asked for', async () => {
  const board = await TestBoard.start();
  const chat = Pty.chat(['127.0.0.1', board.port]);
  await chat.shows('What is your username?');
  chat.type(keys.ctrlC);
  expect(await chat.exited).toBe(0);
});

test('Ctrl-C leaves a server that does not answer, whatever was typed before', async () => {
  const server = await ScriptedServer.start();
  const accepted = server.client();
  const chat = Pty.chat(['127.0.0.1', server.address.port, '--user', 'alice']);
  const client = await accepted;
  await client.welcome();
  await chat.shows(/\n.*>$/);
  chat.type('%groups\r');
  await client.request();
  chat.type('%post never sent\r%po');
  chat.type(keys.ctrlC);
  expect(await chat.exited).toBe(0);
  expect(await client.request()).toMatchObject({ method: 'session.logout' });
  expect(chat.screen).toMatch(/> %groups$/);
});

test('Ctrl-C leaves while a server is being connected to', async () => {
  const server = await ScriptedServer.start();
  const accepted = server.client();
  const chat = Pty.chat(['127.0.0.1', server.address.port]);
  await (await accepted).request();
  chat.type(keys.ctrlC);
  expect(await chat.exited).toBe(0);
});

test('text typed while a command runs is kept for the next prompt', async () => {
  const server = await ScriptedServer.start();
  const accepted = server.client();
  const chat = Pty.chat(['127.0.0.1', server.address.port, '--user', 'alice']);
  const client = await accepted;
  await client.welcome();
  chat.type('%ping\r');
  const { id } = await client.request();
  chat.type('%ping\r%pi');
  client.send({
    method: 'member.joined',
    params: { group: 'main', groupId: 1, user: 'bob', userId: 2, lastNumber: 0 },
  });
  await chat.shows(/> %ping\n\[GROUP:main\] \[NOTIFY\] User bob joined the group\.$/);
  client.send({ id, result: {} });
  await client.answerNext({});
  await chat.shows(/joined the group\.\n\[INFO\] pong\n.*> %ping\n\[INFO\] pong\n.*> %pi$/);
});

test('stopped with Ctrl-Z and brought back, it shows the line being typed', async () => {
  const board = await TestBoard.start();
  const shell = new Pty('bash', ['--norc', '--noprofile', '-i'], { env: { PS1: 'shell$ ' } });
  const chat = `"${process.execPath}" "${program}" chat 127.0.0.1 ${board.port} --user alice`;
  shell.type(`${chat}\r`);
  await shell.shows(/\n.*>$/);
  shell.type('%pin');
  await shell.shows(/\n.*> %pin$/);
  shell.type(keys.ctrlZ);
  await shell.shows(/shell\$$/);
  shell.type('fg\r');
  await shell.shows(/\n.*> %pin$/);
  shell.type('g\r');
  await shell.shows(/\n.*> %ping\n\[INFO\] pong\n.*>$/);
});
