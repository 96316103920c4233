import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { scrape } from '../doors/scrape.ts';
import { JsonPeer } from '../helpers/json-peer.ts';
import { program } from '../helpers/server.ts';
import { tempFolder } from '../helpers/temp.ts';

const { O_RDWR, O_NONBLOCK } = constants;

/** A server whose log goes to `stderr`, at a level that writes a line for each request. */
async function startLogging(
  stderr: number | 'pipe',
  stdout: number | 'pipe' = 'pipe',
  more: readonly string[] = [],
) {
  const data = tempFolder();
  const args = [program, 'serve', '--port', '0', '--data', data, ...more];
  const child = spawn(process.execPath, [...args, '--log-level', 'debug', '--rate', 'off'], {
    stdio: ['ignore', stdout, stderr],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function portOf(child: ReturnType<typeof spawn>): Promise<number> {
  const lines = createInterface({ input: child.stdout as Socket });
  const [line] = await once(lines, 'line');
  return Number(String(line).split(':').at(-1));
}

/** A pipe that is open for reading and that nobody reads. */
function unreadPipe(): number {
  const path = join(tempFolder(), 'pipe');
  execFileSync('mkfifo', [path]);
  const descriptor = openSync(path, O_RDWR | O_NONBLOCK);
  onTestFinished(() => closeSync(descriptor));
  return descriptor;
}

/** Makes the server log more than a full pipe and what may wait in memory can hold. */
async function floodLog(port: number): Promise<JsonPeer> {
  const peer = await JsonPeer.login(port, 'alice');
  for (let round = 0; round < 25; round++) {
    const pings = Array.from({ length: 800 }, () => peer.call('ping', {}));
    await Promise.all(pings);
  }
  return peer;
}

function parsed(log: string): { msg: string; dropped?: number }[] {
  return log
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

test('a full log pipe does not delay members, and the log says how many lines are missing', async () => {
  const pipe = unreadPipe();
  const child = await startLogging(pipe);
  const peer = await floodLog(await portOf(child));
  expect(await peer.call('ping', {})).toEqual({});

  let log = '';
  const chunk = Buffer.alloc(64 * 1024);
  const missing = () => log.includes('lines are missing here');
  while (!missing()) {
    try {
      log += chunk.subarray(0, readSync(pipe, chunk)).toString();
    } catch (error) {
      expect(error).toMatchObject({ code: 'EAGAIN' });
      await peer.call('ping', {});
    }
  }
  const lines = parsed(log.slice(0, log.lastIndexOf('\n')));
  const report = lines.find(({ dropped }) => dropped !== undefined);
  expect(report?.dropped).toBeGreaterThan(1000);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('a metric counts the log lines that were dropped because nobody read the log', async () => {
  // The log, which says the port, is not read. Nobody else uses this address of loopback.
  const metrics = `127.77.${(process.pid >> 8) % 256}.${(process.pid % 254) + 1}:9464`;
  const child = await startLogging(unreadPipe(), 'pipe', ['--metrics', metrics]);
  await floodLog(await portOf(child));
  const values = await scrape(`http://${metrics}`);
  expect(values.corkboard_log_lines_dropped_total).toBeGreaterThan(1000);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('a server with a full log pipe can be stopped', async () => {
  const child = await startLogging(unreadPipe());
  await floodLog(await portOf(child));
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('a log socket that nobody reads does not delay members', async () => {
  const child = await startLogging('pipe');
  const peer = await floodLog(await portOf(child));
  expect(await peer.call('ping', {})).toEqual({});
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test.each(['/dev/full', '/dev/null'])(
  'a server whose log goes to %s keeps running',
  async (path) => {
    const descriptor = openSync(path, 'w');
    onTestFinished(() => closeSync(descriptor));
    const child = await startLogging(descriptor);
    const peer = await JsonPeer.connect(await portOf(child));
    expect(await peer.call('ping', {})).toEqual({});
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  },
);

test('a server keeps running after the reader of its log has closed the pipe', async () => {
  const child = await startLogging('pipe');
  child.stderr?.destroy();
  const peer = await JsonPeer.connect(await portOf(child));
  expect(await peer.call('ping', {})).toEqual({});
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('a server whose standard output is full keeps running, and its log has the address', async () => {
  const full = openSync('/dev/full', 'w');
  onTestFinished(() => closeSync(full));
  const child = await startLogging('pipe', full);
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    log += text;
  });
  while (!log.includes('cannot write to standard output'))
    await once(child.stderr as Socket, 'data');
  const { port } = /"port":(?<port>\d+)/.exec(log)?.groups ?? {};
  const peer = await JsonPeer.connect(Number(port));
  expect(await peer.call('ping', {})).toEqual({});
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});
