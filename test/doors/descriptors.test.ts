import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { capacityFor } from '../../src/doors/arriving/descriptors.ts';
import { runCli } from '../helpers/cli.ts';
import { JsonPeer } from '../helpers/json-peer.ts';
import { program } from '../helpers/server.ts';
import { tempFolder } from '../helpers/temp.ts';
import { askHealth, scrape } from './scrape.ts';

/** A server process that may open few files; resolves with its ports. */
async function poorServer(files: number) {
  const data = tempFolder();
  const serve = `exec "$0" "$@" serve --port 0 --data ${data} --metrics 127.0.0.1:0`;
  const child = spawn('sh', ['-c', `ulimit -n ${files}; ${serve}`, process.execPath, program]);
  onTestFinished(() => void child.kill('SIGKILL'));
  const server = { data, log: '', port: 0, metrics: '' };
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    server.log += text;
  });
  const [listening] = await once(child.stdout, 'data');
  server.port = Number(/:(\d+)\n/.exec(String(listening))?.[1]);
  while (!server.log.includes('"listening"')) await once(child.stderr, 'data');
  server.metrics = /"url":"(\S+)\/metrics"/.exec(server.log)?.[1] ?? '';
  return Object.assign(server, { child });
}

/** What a peer that says nothing is sent at first: '' if it is closed without a word. */
async function firstWords(port: number): Promise<string> {
  const socket: Socket = connect({ host: '127.0.0.1', port });
  socket.setEncoding('utf8').on('error', () => {});
  onTestFinished(() => void socket.destroy());
  return new Promise((resolve) => {
    socket.once('data', resolve);
    socket.once('close', () => resolve(''));
  });
}

test('with few file descriptors every peer gets an answer, and health, log and backups still work', async () => {
  const server = await poorServer(256);
  expect(server.log).toContain('the limit of open files is too low for max-connections');
  const { connections = 0, filesNeeded = 0 } = JSON.parse(
    server.log.split('\n').find((line) => line.includes('limit of open files')) ?? '{}',
  );
  expect(filesNeeded).toBeGreaterThan(10_000);

  const words = await Promise.all(Array.from({ length: 600 }, () => firstWords(server.port)));
  const greeted = words.filter((text) => text.startsWith('Welcome to corkboard'));
  const refused = words.filter((text) => text.includes('There are too many connections'));
  expect(greeted).toHaveLength(connections);
  expect(greeted.length + refused.length).toBe(600);

  expect(await askHealth(server.metrics)).toEqual({ status: 200, text: 'ok\n' });
  const values = await scrape(server.metrics);
  const counted = ['board', 'descriptors'].map(
    (reason) => values[`corkboard_connections_refused_total{reason="${reason}"}`] ?? 0,
  );
  expect(counted.reduce((a, b) => a + b)).toBe(refused.length);
  expect(values).toMatchObject({ corkboard_accepts_failed_total: 0 });
  const backup = await runCli(['db', 'backup', `${server.data}/copy.db`, '--data', server.data]);
  expect(backup.code).toBe(0);
  const lines = server.log.split('\n').filter((line) => /turned away|closed at once/.test(line));
  // One at first, and sums every ten seconds.
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.length).toBeLessThan(10);
});

test('file descriptors of closed connections are used for new ones', async () => {
  const server = await poorServer(160);
  const sockets = Array.from({ length: 200 }, () =>
    connect({ host: '127.0.0.1', port: server.port }),
  );
  await Promise.all(
    sockets.map((socket) =>
      once(
        socket.on('error', () => {}),
        'connect',
      ),
    ),
  );
  for (const socket of sockets) socket.destroy();
  const reach = async () => {
    const peer = new JsonPeer(connect({ host: '127.0.0.1', port: server.port }));
    return peer.call('ping', {}).catch(() => undefined);
  };
  while ((await reach()) === undefined);
});

test('the descriptors are shared between connections, arrivals and a reserve', () => {
  expect(capacityFor(10_000, 20_000, 30)).toEqual({
    sockets: 11_000,
    connections: 10_000,
    arrivals: 1000,
    filesNeeded: undefined,
  });
  expect(capacityFor(100, 256, 30)).toMatchObject({ connections: 100, arrivals: 41 });
  expect(capacityFor(10_000, 256, 30)).toMatchObject({ connections: 121, arrivals: 41 });
  expect(capacityFor(10_000, 20, 30)).toMatchObject({ sockets: 8 });
  expect(capacityFor(10_000, undefined, 30)).toMatchObject({ connections: 10_000 });
  // The limit that is asked for does.
  const { filesNeeded } = capacityFor(10_000, 256, 30);
  expect(capacityFor(10_000, filesNeeded, 30)).toMatchObject({ connections: 10_000 });
});
