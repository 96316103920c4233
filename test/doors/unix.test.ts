import { once } from 'node:events';
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from '../../src/client/connect.ts';
import { TestBoard } from '../helpers/board.ts';
import { runCli } from '../helpers/cli.ts';
import { Netcat } from '../helpers/netcat.ts';
import { Pty } from '../helpers/pty.ts';
import { TestServer } from '../helpers/server.ts';
import { tempFolder } from '../helpers/temp.ts';
import { startScript } from '../storage/script.ts';
import { askHealth, scrape } from './scrape.ts';

/** A server that listens on a Unix socket alone, or elsewhere too. */
async function serverAt(path: string, ...args: string[]) {
  return TestServer.start({ where: ['--listen', `unix:${path}`], args });
}

test('chat, post, tail, nc and the library reach a board that listens only on a Unix socket', async () => {
  const path = join(tempFolder(), 'board.sock');
  const server = await serverAt(path);
  expect(server.port).toBe(0);
  const address = `unix:${path}`;
  const nc = Netcat.connect(path);
  await nc.shows('What is your username? ');
  nc.send('alice');
  nc.send('%groupjoin main');
  await nc.shows('You joined main.');

  const client = await connect({ host: address, user: 'bot' });
  onTestFinished(() => client.close());
  await client.call('group.join', { group: 'main' });
  await client.call('message.post', { group: 'main', subject: 'from a program', content: 'x' });
  await nc.shows('Subject: from a program');

  const posted = await runCli(
    ['post', 'main', 'from a script', 'y', '--join', '--host', address, '--user', 'builder'],
    { env: { CORKBOARD_PORT: '1', CORKBOARD_TLS: '1' } },
  );
  expect(posted).toEqual({ code: 0, stdout: 'Message 2 posted in main.\n', stderr: '' });
  const tail = await runCli(
    ['tail', 'main', '--join', '--since', '1h', '-n', '2', '--json', '--user', 'reader'],
    { env: { CORKBOARD_HOST: address } },
  );
  expect(tail.stderr).toBe('');
  expect(tail.stdout).toContain('"subject":"from a script"');

  const chat = Pty.chat([address, '--user', 'carol']);
  await chat.shows(`[INFO] Connected to ${address}.`);
  await chat.shows(`carol@${address}>`);
  chat.type('%exit\r');
  expect(await chat.exited).toBe(0);

  const { stdout } = await runCli(['stats', '--data', server.data, '--json']);
  const { sessions } = JSON.parse(stdout) as { sessions: { user: string; address: string }[] };
  expect(sessions.map(({ user, address: from }) => [user, from])).toEqual([
    ['alice', address],
    ['bot', address],
  ]);
  expect(server.lines('logged in')[0]).toMatchObject({ user: 'alice', address });
  expect(server.lines('listening')).toMatchObject([{ address }]);
  await server.stop();
  expect(existsSync(path)).toBe(false);
});

test('a profile and %connect accept a Unix socket', async () => {
  const path = join(tempFolder(), 'board.sock');
  const board = await TestBoard.start({ listen: [{ scheme: 'unix', path }] });
  const home = tempFolder();
  mkdirSync(join(home, 'corkboard'));
  const profile = `[here]\nhost = "unix://${path}"\nuser = "alice"\n`;
  writeFileSync(join(home, 'corkboard', 'profiles.toml'), profile);
  const env = { XDG_CONFIG_HOME: home };
  const args = ['post', 'main', 's', 'c', '--join', '--profile', 'here'];
  expect(await runCli(args, { env })).toMatchObject({ code: 0, stderr: '' });
  const script = await runCli(['chat', '--user', 'bob'], {
    input: `%connect unix:${path}\n%groups\n`,
  });
  expect(script).toMatchObject({ code: 0, stderr: '' });
  expect(script.stdout).toContain(`Connected to unix:${path}.`);
  await board.stop();
});

test('only the user of the server may connect, from the moment that the socket is there', async () => {
  const path = join(tempFolder(), 'board.sock');
  await serverAt(path);
  expect((lstatSync(path).mode & 0o777).toString(8)).toBe('600');
});

test('the socket of a killed server is replaced', async () => {
  const path = join(tempFolder(), 'board.sock');
  const first = await serverAt(path);
  first.signal('SIGKILL');
  await first.exited();
  expect(lstatSync(path).isSocket()).toBe(true);
  const second = await TestServer.start({
    where: ['--listen', `unix:${path}`],
    data: first.data,
  });
  const client = await connect({ host: `unix:${path}`, user: 'alice' });
  await client.close();
  await second.stop();
});

/** What a start that fails prints, and whether it has made anything. */
async function failedStart(...args: string[]) {
  const data = join(tempFolder(), 'data');
  const { code, stderr } = await runCli(['serve', '--data', data, ...args]);
  return { code, stderr, made: existsSync(data) };
}

test('a socket of another running server is refused, and that server keeps running', async () => {
  const path = join(tempFolder(), 'board.sock');
  const server = await serverAt(path);
  const says = `corkboard: unix:${path} cannot be listened on: another program listens there. Stop it, or choose another path.\n`;
  expect(await failedStart('--listen', `unix:${path}`)).toEqual({
    code: 1,
    stderr: says,
    made: false,
  });
  await (await connect({ host: `unix:${path}`, user: 'alice' })).close();
  await server.stop();
});

test('a file at the path of the socket that is not a socket is neither replaced nor removed', async () => {
  const path = join(tempFolder(), 'notes.txt');
  writeFileSync(path, 'mine');
  const { code, stderr, made } = await failedStart('--listen', `unix:${path}`);
  expect({ code, made }).toEqual({ code: 1, made: false });
  expect(stderr).toBe(
    `corkboard: unix:${path} cannot be listened on: there is a file that is not a socket. Choose another path, or remove it.\n`,
  );
  expect(readFileSync(path, 'utf8')).toBe('mine');
});

test('a path too long for a socket, or in a missing folder, is refused in one line', async () => {
  const long = join(tempFolder(), 'a'.repeat(107));
  const { stderr } = await failedStart('--listen', `unix:${long}`);
  expect(stderr).toMatch(
    /its path has \d+ bytes, and a Unix socket at most 10[37]\. Choose a shorter one\.\n$/,
  );
  const nowhere = await failedStart('--listen', 'unix:/nowhere/board.sock');
  expect(nowhere.stderr).toBe(
    'corkboard: unix:/nowhere/board.sock cannot be listened on: there is no folder /nowhere. Make it, or choose another path.\n',
  );
});

test('a path of exactly as many bytes as a socket may have is listened on', async () => {
  const folder = tempFolder();
  const most = process.platform === 'linux' ? 107 : 103;
  const path = join(folder, 'a'.repeat(most - Buffer.byteLength(folder) - 1));
  expect(Buffer.byteLength(path)).toBe(most);
  const board = await TestBoard.start({ listen: [{ scheme: 'unix', path }] });
  expect(lstatSync(path).isSocket()).toBe(true);
  await board.stop();
});

test('a Unix socket with the name of a file of the board is refused', async () => {
  const data = tempFolder();
  const board = await TestBoard.start({ data });
  await board.stop();
  for (const name of ['corkboard.db', 'corkboard.db.sock', 'corkboard.db-wal']) {
    const { code, stderr } = await runCli([
      'serve',
      '--data',
      data,
      '--listen',
      `unix:${join(data, name)}`,
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/give another name\.\n$/);
  }
});

test('no command writes its file over the socket of a server', async () => {
  const path = join(tempFolder(), 'board.sock');
  const server = await serverAt(path);
  const { data } = server;
  for (const command of [
    ['db', 'backup', path, '--yes', '--data', data],
    ['export', path, '--force', '--data', data],
  ]) {
    const { code, stderr } = await runCli(command);
    expect(code).toBe(1);
    expect(stderr).toContain('is a Unix socket; give another name.');
  }
  expect(lstatSync(path).isSocket()).toBe(true);
  await server.stop();
});

test('the peers of a Unix socket are exempt from the limits per address', async () => {
  const path = join(tempFolder(), 'board.sock');
  const board = await TestBoard.start({
    listen: [{ scheme: 'unix', path }],
    metrics: { host: '127.0.0.1', port: 0 },
    limits: { connectionsPerAddress: 1, networkCommandsPerSecond: 1, networkCommandBurst: 1 },
  });
  const host = `unix:${path}`;
  const clients = await Promise.all(
    ['alice', 'bob', 'carol'].map((user) => connect({ host, user })),
  );
  expect(await scrape(board.metricsUrl)).toMatchObject({
    'corkboard_connections_total{door="unix"}': 3,
  });
  expect(await askHealth(board.metricsUrl)).toMatchObject({ status: 200 });
  await Promise.all(clients.map((client) => client.close()));
});

test('the error for a failed connection to a Unix socket says why', async () => {
  const path = join(tempFolder(), 'board.sock');
  const post = () =>
    runCli(['post', 'main', 's', 'c', '--host', `unix:${path}`, '--user', 'a', '--retry', '0']);
  expect((await post()).stderr).toBe(
    `corkboard: There is no unix:${path}. Check the path, and whether the board is running.\n`,
  );
  writeFileSync(path, '');
  expect((await post()).stderr).toBe(
    `corkboard: Nothing listens on unix:${path}. Check the address, and whether the board is running.\n`,
  );
});

test.skipIf(process.getuid?.() === 0)(
  'the error for a user who may not connect to the socket says so',
  async () => {
    const path = join(tempFolder(), 'board.sock');
    const server = createServer().listen(path);
    onTestFinished(() => void server.close());
    chmodSync(path, 0);
    const target = connect({ host: `unix:${path}`, user: 'alice' });
    await expect(target).rejects.toThrow('only the user who runs the board may');
  },
);

test.skipIf(process.getuid?.() !== 0)(
  'a stale socket of another user, in a folder like /tmp, is not replaced, and the error says so',
  async () => {
    const folder = tempFolder();
    chmodSync(folder, 0o1777);
    const path = join(folder, 'board.sock');
    const listen = `
      import { createServer } from 'node:net';
      createServer().listen({ path: process.argv[1], writableAll: true }, () => console.log('listens'));`;
    const { child, line } = await startScript(listen, [path]);
    expect(line).toBe('listens');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const script = `
      import { createServer } from 'node:net';
      import { listenAt } from 'DIST/doors/unix/socket-file.js';
      listenAt(createServer(), process.argv[1]).catch(({ name, message }) => console.log(name + ': ' + message));`;
    const nobody = { uid: 65534, gid: 65534 };
    const { line: error } = await startScript(script, [path], nobody);
    expect(error).toBe(
      `ListenError: unix:${path} cannot be listened on: the socket there belongs to another user. Choose another path.`,
    );
    expect(lstatSync(path).isSocket()).toBe(true);
  },
);
