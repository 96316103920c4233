import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { listenFailure } from '../../src/doors/listening.ts';
import { runCli } from '../helpers/cli.ts';
import { JsonPeer } from '../helpers/json-peer.ts';
import { TestServer } from '../helpers/server.ts';
import { tempFolder } from '../helpers/temp.ts';
import { everyCommand } from './commands.ts';

async function busyPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** What a start that fails prints, and whether it has made anything. */
async function failedStart(...args: string[]) {
  const data = join(tempFolder(), 'data');
  const { code, stderr } = await runCli(['serve', '--data', data, ...args]);
  return { code, stderr, made: existsSync(data) };
}

test.each([
  [['--host', 'fe80::1'], 'fe80::1 is an address of one network only: add the interface'],
  [['--host', '192.0.2.1'], '192.0.2.1 is no address of this machine. Choose another with --host.'],
  [['--host', '127.0.0.1', '--host', '192.0.2.1'], '192.0.2.1 is no address of this machine.'],
  [['--host', 'board.invalid'], 'There is no host board.invalid that this machine can find.'],
])('a server that cannot listen with %j says why, and makes no database', async (args, says) => {
  const { code, stderr, made } = await failedStart('--port', '0', ...args);
  expect({ code, made }).toEqual({ code: 1, made: false });
  expect(stderr).toContain(`corkboard: ${says}`);
  expect(stderr).not.toContain('bug');
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test('a server whose port or metrics port is in use makes no database', async () => {
  const port = await busyPort();
  const says = `corkboard: 127.0.0.1:${port} is in use already. Stop the program that has it, or`;
  const own = await failedStart('--port', String(port));
  expect(own).toEqual({
    code: 1,
    stderr: `${says} choose another port with --port.\n`,
    made: false,
  });
  const metrics = await failedStart('--port', '0', '--metrics', `127.0.0.1:${port}`);
  expect(metrics.stderr).toBe(`${says} choose another port with --metrics.\n`);
  expect(metrics.made).toBe(false);
});

test.each([
  ['EACCES', '127.0.0.1', '127.0.0.1:80 may not be listened on by this user.'],
  ['EAFNOSUPPORT', '::', 'This machine has no IPv6, which :: needs.'],
  ['EAFNOSUPPORT', '0.0.0.0', 'This machine has no IPv4, which 0.0.0.0 needs.'],
  ['EINVAL', '::1', '::1 cannot be listened on.'],
  ['ENOBUFS', '::1', '[::1]:80 cannot be listened on: no room.'],
])('the failure %s at %s is explained in a sentence', (code, host, says) => {
  const cause = Object.assign(new Error('no room'), { code });
  expect(listenFailure(cause, { host, port: 80, setting: '--host' }).message).toContain(says);
});

test('a server listens on one port of every given address, and once on each', async () => {
  const hosts = ['127.0.0.1', '127.0.0.2', '127.0.0.1'];
  const server = await TestServer.start({ args: hosts.flatMap((host) => ['--host', host]) });
  for (const host of ['127.0.0.1', '127.0.0.2']) {
    await server.logged(`"address":"${host}","port":${server.port}`);
    const peer = new JsonPeer(connect({ host, port: server.port }));
    expect(await peer.call('ping', {})).toEqual({});
  }
  const elsewhere = connect({ host: '127.0.0.3', port: server.port });
  const [error] = await once(elsewhere, 'error');
  expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  expect(await server.stop()).toBe(0);
});

const mayBeEmpty = new Set(['--description', '--about', '--reason']);

test('every option refuses an empty value, except texts that can be empty', async () => {
  const empty = [...everyCommand()].flatMap(([name, { options }]) =>
    options
      .filter(
        ({ required, optional, long }) => (required || optional) && !mayBeEmpty.has(long ?? ''),
      )
      .map((option) => ({ name, option })),
  );
  expect(empty.length).toBeGreaterThan(50);
  for (const { name, option } of empty) {
    const parse = option.parseArg;
    expect(() => parse?.('', undefined), `${name} ${option.long}`).toThrow();
    expect(parse, `${name} ${option.long}`).toBeDefined();
  }
});

test('empty variables count as unset, for the server, administration and clients', async () => {
  const names = ['HOST', 'PORT', 'DATA', 'CONFIG', 'TLS_CERT', 'METRICS', 'LOG_FORMAT', 'RATE'];
  const env = Object.fromEntries(names.map((name) => [`CORKBOARD_${name}`, '']));
  const printed = await runCli(['serve', '--print-config'], { env });
  expect(printed.code).toBe(0);
  expect(printed.stdout).toMatch(/^host = "127\.0\.0\.1" +# default$/m);
  expect(printed.stdout).not.toContain('CORKBOARD_');

  const server = await TestServer.start();
  const { code } = await runCli(['post', 'main', 's', 'c', '--join', '--port', `${server.port}`], {
    env: { ...env, CORKBOARD_USER: 'bot', CORKBOARD_CA: '', CORKBOARD_TLS: '' },
  });
  expect(code).toBe(0);
  const cwd = tempFolder();
  const listed = await runCli(['group', 'list'], { env, cwd });
  expect(listed.stderr).toContain('data/corkboard.db. Is --data right?');
});

test.each(['host = ""', 'host = []', 'host = [""]', 'data = " "', 'tls-cert = ""'])(
  'a configuration file with %j is refused',
  async (line) => {
    const file = join(tempFolder(), 'corkboard.toml');
    writeFileSync(file, line);
    const { code, stderr } = await runCli(['serve', '--print-config', '--config', file]);
    expect(code).toBe(1);
    expect(stderr).toContain(`${line.split(' ')[0]} takes `);
  },
);
