import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { spawn as spawnInTerminal } from '@lydell/node-pty';
import { expect, onTestFinished, test } from 'vitest';
import { JsonPeer } from '../helpers/json-peer.ts';
import { has } from '../helpers/programs.ts';
import { program, TestServer } from '../helpers/server.ts';
import { tempFolder } from '../helpers/temp.ts';

test('SIGHUP while the server starts does not end it, and reads the configuration again', async () => {
  const folder = tempFolder();
  // The server reads its configuration before it listens. It waits in the pipe until the test lets it go on.
  const file = join(folder, 'corkboard.toml');
  const pipe = `${file}.pipe`;
  execFileSync('mkfifo', [pipe]);
  symlinkSync(pipe, file);
  const args = [program, 'serve', '--port', '0', '--data', join(folder, 'data'), '--config', file];
  const next = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void next.kill('SIGKILL'));
  let log = '';
  next.stderr.setEncoding('utf8').on('data', (text) => {
    log += text;
  });
  const ended = once(next, 'exit').then(() => {
    // Without a reader the writer would wait for ever, and keep a thread of this process.
    closeSync(openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK));
    throw new Error(`The server has ended: ${log}`);
  });
  const writer = await Promise.race([open(pipe, 'w'), ended]);
  next.kill('SIGHUP');
  rmSync(file);
  writeFileSync(file, 'access = "closed"\n');
  await writer.close();
  while (!/access has changed.*read the configuration again.*"listening"/s.test(log)) {
    await once(next.stderr, 'data');
  }
  next.kill('SIGTERM');
  expect(await once(next, 'exit')).toEqual([0, null]);
});

test('SIGUSR1 does not open Node’s debugger, which would let any user of the machine control the server', async () => {
  const server = await TestServer.start();
  server.child.kill('SIGUSR1');
  const peer = await JsonPeer.connect(server.port);
  await peer.call('ping', {});
  expect(await server.stop()).toBe(0);
  expect(server.log).not.toContain('Debugger');
});

test.each(['SIGUSR2', 'SIGALRM', 'SIGVTALRM', 'SIGIO', 'SIGPWR', 'SIGXFSZ'] as const)(
  '%s does not end a server',
  async (signal) => {
    const server = await TestServer.start();
    server.child.kill(signal);
    const peer = await JsonPeer.connect(server.port);
    await peer.call('ping', {});
    expect(await server.stop()).toBe(0);
  },
);

/** Runs a shell command in a terminal of its own. `listening` resolves with the port that is printed. */
function inTerminal(command: string, folder: string) {
  const terminal = spawnInTerminal('/bin/sh', ['-c', command], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', TERM: 'xterm' },
  });
  onTestFinished(() => terminal.kill('SIGKILL'));
  const listening = new Promise<number>((resolve, reject) => {
    let screen = '';
    terminal.onData((data) => {
      screen += data;
      const { port } = /Listening on \S+:(?<port>\d+)/.exec(screen)?.groups ?? {};
      if (port) resolve(Number(port));
    });
    terminal.onExit(() => reject(new Error(`ended: ${screen}`)));
  });
  listening.catch(() => {});
  return { terminal, listening };
}

test('a server ends when its terminal is closed, and frees its port and lock', async () => {
  const folder = tempFolder();
  const { terminal, listening } = inTerminal(
    `exec ${process.execPath} ${program} serve --port 0`,
    folder,
  );
  const peer = await JsonPeer.connect(await listening);
  const ended = new Promise((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)));
  (terminal as unknown as { destroy(): void }).destroy();
  await peer.closed();
  await ended;
  const again = await TestServer.start({ data: join(folder, 'data') });
  expect(await again.stop()).toBe(0);
});

test('a server started with nohup keeps running when its terminal is closed', async () => {
  const folder = tempFolder();
  const { terminal } = inTerminal(
    `nohup ${process.execPath} ${program} serve --port 0 > out 2> log & echo $! > pid; exec cat`,
    folder,
  );
  const { port, pid } = await started(folder);
  onTestFinished(() => void process.kill(pid, 'SIGKILL'));
  const peer = await JsonPeer.connect(port);
  const ended = new Promise((resolve) => terminal.onExit(resolve));
  (terminal as unknown as { destroy(): void }).destroy();
  await ended;
  expect(await peer.call('ping', {})).toEqual({});
});

async function started(folder: string): Promise<{ port: number; pid: number }> {
  const text = (name: string) => {
    const file = join(folder, name);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  };
  for (;;) {
    const port = /:(\d+)\n/.exec(text('out'))?.[1];
    if (port) return { port: Number(port), pid: Number(text('pid')) };
    await new Promise(setImmediate);
  }
}

const namespaces = spawnSync('unshare', ['--user', '--map-user=12345', 'true']).status === 0;

test.runIf(namespaces)(
  'a user without a home folder and without an entry in passwd can use the client',
  async () => {
    const server = await TestServer.start();
    const { HOME, XDG_CONFIG_HOME, XDG_STATE_HOME, ...env } = process.env;
    const run = (args: string[]) =>
      spawnSync('unshare', ['--user', '--map-user=12345', process.execPath, program, ...args], {
        env,
        encoding: 'utf8',
        input: '%groups\n',
      });
    const to = ['--host', '127.0.0.1', '--port', String(server.port)];
    expect(run(['post', 'main', 'Hello', 'there', '--user', 'ann', '--join', ...to])).toMatchObject(
      {
        status: 0,
        stderr: '',
      },
    );
    const chat = run(['chat', '127.0.0.1', String(server.port), '--user', 'bob']);
    expect(chat).toMatchObject({ status: 0, stderr: '' });
    expect(chat.stdout).toContain('main');
    const profile = run(['post', 'main', 'x', 'y', '--profile', 'work']);
    expect(profile.status).toBe(1);
    expect(profile.stderr).toBe(
      'corkboard: There is no home folder to look for profiles in. Set HOME or XDG_CONFIG_HOME.\n',
    );
  },
);

const notifies = has('systemd-notify') && has('python3');

test.runIf(notifies)('systemd is notified once the server listens', async () => {
  const folder = tempFolder();
  const path = join(folder, 'notify');
  // Node has no datagram sockets of the Unix kind: Python plays systemd.
  const manager = spawn(
    'python3',
    [
      '-uc',
      `import socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(${JSON.stringify(path)})
print('bound')
print(s.recv(4096).decode())`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  onTestFinished(() => void manager.kill('SIGKILL'));
  const lines = createInterface({ input: manager.stdout })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe('bound');
  const args = [program, 'serve', '--port', '0', '--data', folder];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, NOTIFY_SOCKET: path },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [printed] = await once(child.stdout, 'data');
  expect(String(printed)).toMatch(/^Listening on /);
  expect((await lines.next()).value).toBe('READY=1');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});
