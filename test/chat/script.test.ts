import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { ScriptedServer } from '../client/scripted-server.ts';
import { TestBoard } from '../helpers/board.ts';
import { runCli } from '../helpers/cli.ts';
import { program } from '../helpers/server.ts';
import { tempFolder } from '../helpers/temp.ts';
import { range } from '../server/support.ts';

/** Runs a script against a board, and returns what came of it without the address. */
async function script(board: TestBoard, args: string[], ...lines: string[]) {
  const chat = ['chat', '127.0.0.1', String(board.port), ...args];
  const { stdout, ...rest } = await runCli(chat, { input: lines.join('\n') });
  return { ...rest, stdout: stdout.replace(/^\[INFO\] Connected to .*\n/, '') };
}

/** A script whose lines are typed as the test goes. */
function startScript(args: (string | number)[]) {
  const child = spawn(process.execPath, [program, 'chat', ...args.map(String)]);
  onTestFinished(() => void child.kill('SIGKILL'));
  const exit = once(child, 'close').then(([code]) => code as number);
  return { child, exit, stdout: text(child.stdout), stderr: text(child.stderr) };
}

/** Waits until `stream` has brought `what`. */
async function until(stream: Readable, what: string): Promise<void> {
  let seen = '';
  return new Promise((resolve) => {
    stream.on('data', (chunk) => {
      seen += chunk;
      if (seen.includes(what)) resolve();
    });
  });
}

const notRun = 'corkboard: No command was run.\n';
const welcome =
  '[INFO] Welcome alice\n[INFO] Type %groups to see the groups, %join to join main, %help for every command.\n';

test('commands are run in order, and answered as the text protocol answers them', async () => {
  const board = await TestBoard.start();
  const result = await script(board, ['--user', 'alice'], '%join', '', '%post a "b" c', '%unread');
  expect(result).toEqual({
    code: 0,
    stderr: '',
    stdout: `${welcome}[SUCCESS] You joined main.
[INFO] Members of main (1): alice (online)
--- Group: main History ---
(no messages)
----------------------------------------
[SUCCESS] Message 1 posted in main. Subject: a
[INFO] Nothing unread.
`,
  });
});

test('without --user the first line of a script is the user name', async () => {
  const board = await TestBoard.start();
  const { code, stdout } = await script(board, [], 'alice', '%ping\r', '');
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${welcome}[INFO] pong\n` });
});

test('a command that fails does not stop the others, and makes the exit code 1', async () => {
  const board = await TestBoard.start();
  const result = await script(board, ['--user', 'alice'], '%post a b', '%frobnicate', '%ping');
  expect(result).toEqual({
    code: 1,
    stderr: `corkboard: line 1: %post a b: You are not a member of main. Join it first: %groupjoin <group>, or %join for main.
corkboard: line 2: %frobnicate: There is no command %frobnicate. Type %help for the commands.
corkboard: 2 of 3 commands failed.
`,
    stdout:
      `${welcome}[ERROR] You are not a member of main. Join it first: %groupjoin <group>, or %join for main.\n` +
      '[ERROR] There is no command %frobnicate. Type %help for the commands.\n[INFO] pong\n',
  });
});

test('%exit ends a script, whatever lines follow', async () => {
  const board = await TestBoard.start();
  const { code, stdout } = await script(board, ['--user', 'alice'], '%exit', '%ping');
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${welcome}[INFO] Goodbye.\n` });
});

test('a refused name ends a script before any command runs', async () => {
  const board = await TestBoard.start();
  await board.person('alice');
  const refusal = '[ERROR] Username already in use. Please choose another.\n';
  const expected = { code: 1, stdout: refusal };
  const named = await script(board, ['--user', 'alice'], '%ping');
  expect(named).toEqual({ ...expected, stderr: notRun });
  const asked = await script(board, [], 'Alice', 'bob', '%ping');
  expect(asked).toEqual({
    ...expected,
    stderr: `corkboard: line 1: Alice: Username already in use. Please choose another.
corkboard: The script ended at command 1, because there is no connection to a board any more.
`,
  });
});

test('a script reports on standard error that the board cannot be reached', async () => {
  const board = await TestBoard.start();
  const { port } = board;
  const { code, stdout, stderr } = await runCli(['chat', '127.0.0.9', String(port)]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toBe(
    `[ERROR] Nothing listens on 127.0.0.9:${port}. Check the address and the port, and whether the board is running.\n${notRun}`,
  );
});

test('a script may use %connect, and ends if that fails', async () => {
  const board = await TestBoard.start();
  const input = `%connect 127.0.0.1 ${board.port}\nalice\n%ping\n`;
  expect(await runCli(['chat'], { input })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('pong'),
  });
  expect(await runCli(['chat'], { input: '%help ping\n%post a b\n%help exit\n' })).toEqual({
    code: 1,
    stdout: '[INFO] %ping: ask whether the server is there\n',
    stderr: `[ERROR] You are not connected. Type %connect <address>.
corkboard: line 2: %post a b: You are not connected. Type %connect <address>.
corkboard: The script ended at command 2, because there is no connection to a board any more.
`,
  });
});

test('a script without input exits with 0', async () => {
  expect(await runCli(['chat'])).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('a line that is not UTF-8 or too long counts as a failed command', async () => {
  const board = await TestBoard.start();
  const { child, exit, stdout } = startScript(['127.0.0.1', board.port, '--user', 'alice']);
  child.stdin.write(Buffer.from([0xff, 0x0a]));
  child.stdin.end(`%post a ${'x'.repeat(70_000)}\n%ping\n`);
  expect(await exit).toBe(1);
  expect(await stdout).toMatch(
    /\n\[ERROR\] This line is not valid UTF-8\.\n\[ERROR\] This line is longer than 65536 bytes; it was skipped\.\n\[INFO\] pong\n$/,
  );
});

test('notices are printed as they come', async () => {
  const board = await TestBoard.start();
  const bob = await board.memberProgram('bob');
  const { child, exit, stdout } = startScript(['127.0.0.1', board.port, '--user', 'alice']);
  child.stdin.write('%join\n');
  await bob.notice();
  const printed = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => String(chunk).includes('lunch') && resolve());
  });
  await bob.call('message.post', { group: 'main', subject: 'lunch', content: 'x' });
  await printed;
  child.stdin.end();
  expect(await exit).toBe(0);
  expect(await stdout).toMatch(
    /\[GROUP:main\] \[NOTIFY\] New message from bob .*Subject: lunch\)\n$/,
  );
});

test('a script waits while the connection is lost, and posts its messages once', async () => {
  const board = await TestBoard.start();
  const { port } = board;
  const { child, exit, stdout, stderr } = startScript(['127.0.0.1', port, '--user', 'alice']);
  child.stdin.write('%join\n');
  await until(child.stdout, '(no messages)');
  const told = until(child.stderr, 'Trying to connect again.');
  await board.restart(() => child.stdin.end('%post one x\n%post two x\n'), { port });
  await told;
  expect(await exit).toBe(0);
  expect(await stdout).toMatch(
    /\[SUCCESS\] Message 1 .*\n\[SUCCESS\] Message 2 posted in main\. Subject: two\n$/,
  );
  expect(await stderr).toMatch(
    /^\[INFO\] The connection to .* was lost: The server is shutting down\. Trying to connect again\.\n\[INFO\] Connected again\.\n$/,
  );
});

test('a script ends at once when its session ends, though its input is open', async () => {
  const board = await TestBoard.start();
  const { child, exit, stderr } = startScript(['127.0.0.1', board.port, '--user', 'alice']);
  child.stdin.write('%ping\n');
  await until(child.stdout, 'pong');
  await board.operate((operator) => operator.banUser('alice', ''));
  expect(await exit).toBe(1);
  expect(await stderr).toMatch(/was lost: You were banned from this board\. Type %connect/);
});

test('a join without an answer when the connection is lost counts as failed', async () => {
  const server = await ScriptedServer.start();
  const accepted = server.client();
  const { address } = server;
  const { child, exit, stderr } = startScript([address.host, address.port, '--user', 'alice']);
  const client = await accepted;
  await client.welcome();
  child.stdin.end('%join\n');
  await client.request();
  client.socket.end();
  expect(await exit).toBe(1);
  expect(await stderr).toContain(
    '[ERROR] The connection was lost before the answer came: this may or may not have been done.\n',
  );
});

test('a wrong port is wrong usage', async () => {
  const { code, stderr } = await runCli(['chat', 'localhost', '0']);
  expect({ code, stderr }).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('It takes a whole number from 1 to 65535.'),
  });
});

test('a script that posts faster than the board allows posts all, in order', async () => {
  const board = await TestBoard.start({ limits: { commandsPerSecond: 100, commandBurst: 20 } });
  const posts = range(1, 150).map((number) => `%post s${number} x`);
  const result = await script(board, ['--user', 'alice'], '%join', ...posts);
  expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 0, stderr: '' });
  const subjects = board
    .database()
    .prepare<[], { subject: string }>('SELECT subject FROM messages ORDER BY number')
    .all();
  expect(subjects.map(({ subject }) => subject)).toEqual(range(1, 150).map((n) => `s${n}`));
});

test('a password in a line that fails is not repeated', async () => {
  const board = await TestBoard.start();
  const { code, stderr } = await script(board, ['--user', 'alice'], '%password geheim');
  expect(code).toBe(1);
  expect(stderr).toMatch(/^corkboard: line 1: %password …: This password cannot be used: /);
  expect(stderr).not.toContain('geheim');
});

test('a reader that closes the pipe ends a script that waits for its next line', async () => {
  const board = await TestBoard.start();
  const chat = `'${process.execPath}' '${program}' chat 127.0.0.1 ${board.port} --user alice`;
  const child = spawn('sh', ['-c', `{ ${chat}; echo "chat: $?" >&2; } | head -n 1`]);
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdin.write('%ping\n');
  expect(await text(child.stdout)).toMatch(/^\[INFO\] Connected to .*\n$/);
  expect(await text(child.stderr)).toBe('chat: 141\n');
});

test('a script that ends after the reader has closed the pipe exits with 0', async () => {
  const board = await TestBoard.start();
  const file = join(tempFolder(), 'script');
  writeFileSync(file, '%groups\n'.repeat(2000));
  const chat = `'${process.execPath}' '${program}' chat 127.0.0.1 ${board.port} --user alice`;
  const codes = range(1, 4).map(async (lines) => {
    const name = `${chat}${lines} < '${file}'`;
    const child = spawn('sh', ['-c', `{ ${name}; echo "chat: $?" >&2; } | head -n ${lines * 3}`]);
    onTestFinished(() => void child.kill('SIGKILL'));
    child.stdout.resume();
    return text(child.stderr);
  });
  for (const code of await Promise.all(codes)) expect(code).toBe('chat: 141\n');
});
