import { expect, test } from 'vitest';
import { aliceInChat, keys } from '../chat/support.ts';
import { TestBoard } from '../helpers/board.ts';
import { Pty } from '../helpers/pty.ts';
import { RoughPath } from '../helpers/rough-path.ts';
import { TestServer } from '../helpers/server.ts';
import { info, ScriptedServer } from './scripted-server.ts';

test('without an address the client starts offline, and %connect connects it', async () => {
  const board = await TestBoard.start();
  const chat = Pty.chat([]);
  await chat.shows(
    /^\[INFO\] Not connected\. Type %connect <address>, or %help for every command\.\n.*>$/,
  );
  chat.type(`%connect 127.0.0.1 ${board.port}\r`);
  await chat.shows(`[INFO] Connected to 127.0.0.1:${board.port}.\nWhat is your username?`);
  chat.type('alice\r');
  await chat.shows('[INFO] Welcome alice');
});

test('offline, commands that need a board say so, and %help works', async () => {
  const chat = Pty.chat([], { rows: 60 });
  await chat.shows(/\n.*>$/);
  const missing = '[ERROR] You are not connected. Type %connect <address>.\n';
  for (const command of ['%groups', '%ping', '%post a b', '%message 1']) {
    chat.type(`${command}\r`);
    await chat.until(
      () => chat.screen.includes(`> ${command}\n`) && chat.screen.endsWith(`${missing}offline>`),
    );
  }
  chat.type('%help\r');
  await chat.shows(/%grouppost <group> <subject> +post a message\n(.*\n)*offline>$/);
});

test('--user holds for a board that is connected to later', async () => {
  const board = await TestBoard.start();
  const chat = Pty.chat(['--user', 'alice']);
  await chat.shows(/\n.*>$/);
  chat.type(`%connect 127.0.0.1 ${board.port}\r`);
  await chat.shows('[INFO] Welcome alice');
});

test('a failed %connect says what to check, and the client goes on', async () => {
  const board = await TestBoard.start();
  const chat = Pty.chat(['127.0.0.9', board.port]);
  await chat.shows(
    /^\[ERROR\] Nothing listens on 127\.0\.0\.9:\d+\. Check the address and the port, and whether the board is running\.\n.*>$/,
  );
  chat.type(`%connect 127.0.0.1 ${board.port}\r`);
  await chat.shows('What is your username?');
});

test('a %connect that is not understood says how it is written', async () => {
  const chat = Pty.chat([]);
  await chat.shows(/\n.*>$/);
  chat.type('%connect localhost http\r');
  await chat.shows(
    '[ERROR] Wrong arguments: the port is a number from 1 to 65535, not "http".\n' +
      '[INFO] Type: %connect <address> [port]\noffline>',
  );
  chat.type('%connect localhost 65536\r');
  await chat.shows('not "65536".');
  chat.type('%connect\r');
  await chat.shows('[ERROR] Wrong arguments: the address is missing.');
});

test('a lost connection is reported above the line being typed, and made again', async () => {
  const server = await TestServer.start();
  const { port, data } = server;
  const alice = Pty.chat(['127.0.0.1', port]);
  await alice.shows('What is your username?');
  alice.type('alice\r%join\r%post half');
  await alice.shows(/\n.*> %post half$/);
  server.signal('SIGKILL');
  await alice.shows(
    /\n\[INFO\] The connection to 127\.0\.0\.1:\d+ was lost: The server c.*\. Trying to connect again\.\n.*> %post half$/,
  );
  alice.type(' done\r%pi');
  await alice.shows(
    /> %post half done\n\[INFO\] This is done once the connection is back\.\n.*> %pi$/,
  );

  await server.exited();
  await TestServer.start({ data, args: ['--port', String(port)] });
  await alice.shows(
    /\n\[INFO\] Connected again\.\n\[SUCCESS\] Message 1 posted in main\. Subject: half\n.*> %pi$/,
  );
});

test('a server that is stopped says why it closes the connection', async () => {
  const { board, alice } = await aliceInChat();
  await board.restart(undefined, { port: board.port });
  await alice.shows(
    /was lost: The server is shutting down\. Trying to connect again\.\n\[INFO\] Connected again\.\n.*>$/,
  );
});

test.each([
  ['%exit', '%exit\r'],
  ['Ctrl-C', keys.ctrlC],
  ['Ctrl-D', keys.ctrlD],
])('%s leaves while the board is away, and says that what waits is given up', async (_, typed) => {
  const { board, alice } = await aliceInChat();
  await board.stop();
  await alice.shows(/Trying to connect again\.\n.*>$/);
  alice.type('%groups\r');
  await alice.shows(/This is done once the connection is back\.\n.*>$/);
  alice.type(typed);
  await alice.shows(/\n\[INFO\] What waited for the connection was given up\./);
  expect(await alice.exited).toBe(0);
  expect(alice.screen.match(/given up/g)).toHaveLength(1);
});

test('%connect moves elsewhere while the board is away', async () => {
  const { board, alice } = await aliceInChat();
  const other = await TestBoard.start();
  await board.stop();
  await alice.shows(/Trying to connect again\.\n.*>$/);
  alice.type('%groups\r');
  await alice.shows(/once the connection is back\.\n.*>$/);
  alice.type(`%connect 127.0.0.1 ${other.port}\r`);
  await alice.shows(
    /\[ERROR\] The session was closed before this was done\.\n(.*\n)*\[INFO\] Welcome alice\n.*\n.*>$/,
  );
  alice.type('%ping\r');
  await alice.shows(/> %ping\n\[INFO\] pong\n.*>$/);
});

test('the client does not connect again after a session has ended for good', async () => {
  const { board, alice } = await aliceInChat();
  await board.operate((operator) => operator.banUser('alice', 'spam'));
  await alice.shows(
    /was lost: You were banned from this board: spam\. Type %connect to connect again\.\n.*>$/,
  );
  alice.type('%groups\r');
  await alice.shows('[ERROR] You are not connected.');
});

test('if the connection is lost while the name is asked for, the prompt for commands is shown', async () => {
  const server = await ScriptedServer.start();
  const accepted = server.client();
  const chat = Pty.chat(['127.0.0.1', server.address.port]);
  const client = await accepted;
  await client.answerNext(info);
  await chat.shows('What is your username?');
  client.socket.end();
  await chat.shows(/Type %connect to connect again\.\n.*>$/);
});

test('a command without an answer when the connection is lost is reported as in doubt', async () => {
  const server = await ScriptedServer.start();
  const accepted = server.client();
  const chat = Pty.chat(['127.0.0.1', server.address.port, '--user', 'alice']);
  const client = await accepted;
  await client.welcome();
  chat.type('%join\r');
  await client.request();
  client.socket.end();
  await chat.shows(
    /> %join\n\[INFO\] The connection .* was lost: The server closed it\. .*\n(\[INFO\] This is .*\n)?\[ERROR\] The connection was lost before the answer came: this may or may not have been done\.\n.*>$/,
  );
});

test('%connect moves from one board to another, under the same name', async () => {
  const { board, alice } = await aliceInChat();
  const other = await TestBoard.start();
  const bob = await other.memberProgram('bob');
  alice.type(`%connect 127.0.0.1 ${other.port}\r`);
  await alice.shows(
    /Connected to .*\n.*\n.*\n.*> %connect .*\n.*\n\[INFO\] Welcome alice\n.*\n.*>$/,
  );
  alice.type('%join\r');
  expect(await bob.notice()).toMatchObject({ method: 'member.joined', params: { user: 'alice' } });
  await board.person('alice');
});

test('a %connect that fails leaves the user connected to the old board', async () => {
  const { board, alice } = await aliceInChat();
  alice.type(`%connect 127.0.0.9 ${board.port}\r`);
  await alice.shows('[ERROR] Nothing listens on 127.0.0.9');
  alice.type('%whoami\r');
  await alice.shows('[INFO] You are alice, in no group yet.');
});

test('over a path that breaks, every notice is shown once and in order', async () => {
  const board = await TestBoard.start();
  const path = await RoughPath.start(() => board.port, { seed: 1, within: 0 });
  const bob = await board.memberProgram('bob');
  const alice = Pty.chat(['127.0.0.1', path.port, '--user', 'alice'], { cols: 200 });
  await alice.shows(/every command\.\n.*>$/);
  alice.type('%join\r');
  await alice.shows(/\(no messages\)\n-{40}\n.*>$/);
  const post = (subject: string) =>
    bob.call('message.post', { group: 'main', subject, content: 'x' });
  const subjects: string[] = [];
  for (const round of [1, 2, 3]) {
    subjects.push(`before ${round}`, `while away ${round}`);
    await post(`before ${round}`);
    path.cut();
    await post(`while away ${round}`);
    await alice.shows(`while away ${round}`);
  }
  alice.type('%post mine x\r');
  await alice.shows('Message 7 posted in main.');
  const shown = [...alice.screen.matchAll(/Subject: ([^)]+)\)/g)].map(([, subject]) => subject);
  expect(shown).toEqual(subjects);
  expect(alice.screen.match(/Connected again/g)?.length).toBe(3);
});
