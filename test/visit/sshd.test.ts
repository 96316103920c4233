import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from '../../src/client/connect.ts';
import { databaseFile } from '../../src/storage/sqlite/file/open.ts';
import { TestBoard } from '../helpers/board.ts';
import { runCli } from '../helpers/cli.ts';
import { has } from '../helpers/programs.ts';
import { Pty } from '../helpers/pty.ts';
import { program, TestServer } from '../helpers/server.ts';
import { makeSshKey } from '../helpers/ssh-keys.ts';
import { tempFolder } from '../helpers/temp.ts';
import { boardWithSsh } from '../ssh/board.ts';

const missing = ['sshd', 'ssh', 'ssh-keygen'].filter((name) => !has(name));
const why =
  missing.length > 0
    ? `${missing.join(', ')} is not installed`
    : process.getuid?.() === 0
      ? undefined
      : 'sshd needs root';
if (why !== undefined && process.env.CI)
  throw new Error(`The tests behind sshd cannot run: ${why}.`);
const behindSshd = test.skipIf(why !== undefined);

const contrib = fileURLToPath(
  new URL('../../contrib/sshd_config.d/corkboard.conf', import.meta.url),
);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * An sshd on loopback with the configuration of contrib/, for a board in this process. The user of the board is root here,
 * because the tests run as root.
 */
async function sshdFor(board: {
  readonly data: string;
}): Promise<{ port: number; log: () => string }> {
  // sshd wants the command in folders that belong to root and that nobody else can write to, so not in /tmp.
  const folder = mkdtempSync('/run/corkboard-test-');
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  const command = join(folder, 'corkboard');
  writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, {
    mode: 0o755,
  });
  const hostKey = join(folder, 'host-key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', hostKey]);
  const port = await freePort();
  const given = readFileSync(contrib, 'utf8')
    .replace('Match User board', 'Match User root')
    .replace('CommandUser board', 'CommandUser root')
    .replace('/usr/bin/corkboard ssh-keys', `${command} ssh-keys --program ${command}`)
    .replace('/var/lib/corkboard', board.data);
  const config = join(folder, 'sshd_config');
  const general = [`Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${hostKey}`, 'PidFile none'];
  const users = [
    'UsePAM no',
    'PermitRootLogin forced-commands-only',
    'Subsystem sftp internal-sftp',
  ];
  writeFileSync(config, `${[...general, ...users].join('\n')}\n${given}`);
  if (!existsSync('/run/sshd')) mkdirSync('/run/sshd', { mode: 0o755 });
  const sshd = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(sshd, 'exit');
  onTestFinished(async () => {
    sshd.kill();
    await ended;
  });
  let log = '';
  sshd.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    log += chunk;
  });
  while (!log.includes('Server listening')) {
    await Promise.race([
      once(sshd.stderr, 'data'),
      ended.then(() => Promise.reject(new Error(log))),
    ]);
  }
  return { port, log: () => log };
}

/** A person with OpenSSH, a key of their own and a configuration of the test. */
async function person(board: { readonly data: string }) {
  const { port } = await sshdFor(board);
  const folder = tempFolder();
  const { file } = makeSshKey();
  const config = join(folder, 'config');
  writeFileSync(
    config,
    [
      'Host board',
      ...['HostName 127.0.0.1', `Port ${port}`, 'User root', `IdentityFile ${file}`],
      ...['IdentitiesOnly yes', `UserKnownHostsFile ${folder}/known_hosts`],
      ...['StrictHostKeyChecking accept-new', 'LogLevel ERROR'],
    ].join('\n'),
  );
  const ssh = async (args: string[], input = '') => {
    const child = spawn('ssh', ['-F', config, ...args], { stdio: 'pipe' });
    child.stdin.on('error', () => {}).end(input);
    const closed = once(child, 'close');
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      closed,
    ]);
    return { code: code as number, stdout, stderr };
  };
  // A wrapper stands for a user's own ~/.ssh/config, which ssh reads for the user in the password file alone.
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const real = execFileSync('sh', ['-c', 'command -v ssh'], { encoding: 'utf8' }).trim();
  writeFileSync(join(bin, 'ssh'), `#!/bin/sh\nexec ${real} -F ${config} "$@"\n`, { mode: 0o755 });
  const env = { PATH: `${bin}:${process.env.PATH}` };
  return { ssh, config, folder, env, file };
}

behindSshd(
  'a visitor behind sshd chooses a name once, and is known by the key from then on',
  async () => {
    const board = await TestBoard.start();
    const { ssh, config } = await person(board);
    const unknown = await ssh(['board', 'groups']);
    expect(unknown).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('does not know your SSH key'),
    });
    const terminal = new Pty('ssh', ['-F', config, '-t', 'board', 'plain'], { cols: 100 });
    await terminal.shows('New here? Your name:');
    terminal.type('alice\r');
    await terminal.shows('I know you by your key SHA256:');
    await terminal.shows('Welcome alice');
    terminal.type('%exit\r');
    expect(await terminal.exited).toBe(0);
    expect((await ssh(['board', 'join', 'main'])).stdout).toContain('You joined main.');
    const posted = await ssh(['board', 'post', 'main', '"Lunch on Friday"'], 'Who is in?\n');
    expect(posted).toMatchObject({ code: 0, stdout: expect.stringContaining('Message 1 posted') });
    expect((await ssh(['board', 'read', 'main', '1'])).stdout).toContain('Who is in?');
    expect((await ssh(['board', 'grups'])).code).toBe(127);
    const rpc = await ssh(
      ['board', 'rpc'],
      '{"jsonrpc":"2.0","id":1,"method":"session.show","params":{}}\n',
    );
    expect(JSON.parse(rpc.stdout)).toMatchObject({ id: 1, result: { user: 'alice' } });
    const screen = new Pty('ssh', ['-F', config, 'board'], { cols: 80 });
    await screen.until(() => screen.raw.includes('\x1b[?1049h'));
    await screen.shows('alice');
    screen.type('q');
    screen.signal('SIGKILL');
    await screen.exited;
  },
);

behindSshd(
  'behind sshd, a visitor whose key was added by a user is asked once: are you this user?',
  async () => {
    const board = await TestBoard.start();
    const { ssh, config } = await person(board);
    const [, file = ''] = /IdentityFile (\S+)/.exec(readFileSync(config, 'utf8')) ?? [];
    const line = readFileSync(`${file}.pub`, 'utf8');
    const alice = await board.program('alice');
    await alice.call('account.addKey', { line });
    const refused = await ssh(['board', 'groups']);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^corkboard: alice has added your SSH key SHA256:\S+ here\. Connect once with a terminal/,
      ),
    });
    const terminal = new Pty('ssh', ['-F', config, '-t', 'board', 'plain'], { cols: 100 });
    await terminal.shows('alice has added this key. Are you alice? y/N');
    terminal.type('y\r');
    await terminal.shows('I know you by your key SHA256:');
    await terminal.shows('Welcome alice');
    terminal.type('%exit\r');
    expect(await terminal.exited).toBe(0);
    expect(await ssh(['board', 'groups'])).toMatchObject({ code: 0, stderr: '' });
    // The name was unprotected until then, so its other session ended.
    await alice.until(() => alice.ended || undefined);
  },
);

/** The drafts that a board has on disk. */
function draftsOf({ data }: { readonly data: string }): unknown[] {
  const client = new Database(databaseFile(data), { readonly: true });
  try {
    return client.prepare('SELECT place, content FROM drafts').all();
  } finally {
    client.close();
  }
}

behindSshd(
  'a text that is being written when the board is killed is a draft at the next visit, by the other way in',
  async () => {
    const { server, ssh } = await boardWithSsh();
    const { config, file } = await person(server);
    const size = { cols: 90, rows: 30 };
    const first = new Pty('ssh', ssh('-i', file, 'alice@127.0.0.1'), size);
    await first.shows('New here? Your name: [alice]');
    first.type('\r');
    await first.shows('You are in no group yet.');
    first.type('\r');
    await first.shows('You joined main.');
    first.type('c');
    await first.shows('New thread in main');
    first.type('Lunch\rThe place at the\rcorner');
    await expect
      .poll(() => draftsOf(server), { timeout: 20_000 })
      .toEqual([{ place: 'main', content: 'The place at the\ncorner' }]);
    server.signal('SIGKILL');
    await first.exited;
    await server.exited();
    await TestServer.start({ data: server.data });
    const second = new Pty('ssh', ['-F', config, 'board'], size);
    await second.shows('Space next');
    second.type('c');
    await second.shows('corner');
    expect(second.screen).toContain('The place at the');
    second.type(' is closed');
    await second.shows('is closed');
    // The connection is cut in the middle of the text.
    second.signal('SIGKILL');
    await second.exited;
    await expect
      .poll(() => draftsOf(server), { timeout: 20_000 })
      .toEqual([{ place: 'main', content: 'The place at the\ncorner is closed' }]);
  },
);

behindSshd(
  'sshd gives a visitor nothing but the board: no shell, no forwarding, no files',
  async () => {
    const board = await TestBoard.start();
    const { ssh } = await person(board);
    expect((await ssh(['board', 'sh', '-c', 'id'])).code).toBe(127);
    expect((await ssh(['board', 'groups; id'])).code).toBe(127);
    expect((await ssh(['-s', 'board', 'sftp'])).code).toBe(127);
    const forward = await ssh(['-W', `127.0.0.1:${board.port}`, 'board']);
    expect(forward).toMatchObject({
      stdout: '',
      stderr: expect.stringMatching(/prohibited|refused|failed/),
    });
  },
);

behindSshd('ssh:// connects the client over the user’s own ssh, and connects again', async () => {
  const board = await TestBoard.start();
  const { ssh, config, folder, env } = await person(board);
  const terminal = new Pty('ssh', ['-F', config, '-t', 'board', 'plain'], { cols: 100 });
  await terminal.shows('New here? Your name:');
  terminal.type('alice\r');
  await terminal.shows('Welcome alice');
  terminal.type('%exit\r');
  await terminal.exited;
  const { PATH } = process.env;
  process.env.PATH = env.PATH;
  onTestFinished(() => {
    process.env.PATH = PATH;
  });
  const bob = await board.memberProgram('bob');
  const client = await connect({ host: 'ssh://board', timing: { firstPause: 50 } });
  onTestFinished(() => client.close());
  expect(client.user).toBe('alice');
  await client.call('group.join', { group: 'main' });
  const heard = once(client, 'notice');
  await bob.call('message.post', { group: 'main', subject: 'Lunch', content: 'x' });
  expect(await heard).toMatchObject([{ method: 'message.posted' }]);
  const resumed = once(client, 'resumed');
  await board.restart();
  await resumed;
  expect((await client.post('main', 'Again', 'y')).number).toBe(2);
  const post = await runCli(['post', 'main', 'Third', 'z', '--host', 'ssh://board'], { env });
  expect(post).toMatchObject({ code: 0, stdout: 'Message 3 posted in main.\n' });
  const chat = Pty.chat(['ssh://board'], { env });
  await chat.shows('Connected to ssh://board.');
  await chat.shows('Welcome alice');
  await chat.shows('alice@ssh://board>');
  chat.type('%exit\r');
  expect(await chat.exited).toBe(0);

  writeFileSync(config, `${readFileSync(config, 'utf8')}\nPubkeyAuthentication no\n`);
  await expect(connect({ host: 'ssh://board' })).rejects.toThrow(/^ssh: .*Permission denied/);
  const key = readFileSync(`${makeSshKey().file}.pub`, 'utf8');
  const [, port = ''] = /Port (\d+)/.exec(readFileSync(config, 'utf8')) ?? [];
  writeFileSync(join(folder, 'known_hosts'), `[127.0.0.1]:${port} ${key}`);
  await expect(connect({ host: 'ssh://board' })).rejects.toThrow(
    'ssh: Host key verification failed.',
  );
  expect((await ssh(['board', 'groups'])).code).toBe(255);
});
