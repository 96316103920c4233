import { connect } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { SqliteUpkeep } from '../../src/storage/sqlite/serving/upkeep.ts';
import { TestBoard } from '../helpers/board.ts';
import { runHere, runJson } from '../helpers/cli.ts';
import { JsonPeer } from '../helpers/json-peer.ts';
import { TestServer } from '../helpers/server.ts';
import { openBoard } from '../helpers/storage.ts';
import { TextPeer } from '../helpers/text-peer.ts';
import { boardFolder, tamper, value } from './seed.ts';

/** A socket from an address of this machine. */
function from(localAddress: string, port: number) {
  return connect({ host: '127.0.0.1', port, localAddress });
}

test('a ban of a network ends its sessions and refuses its connections, also after a restart', async () => {
  let server = await TestServer.start();
  const { data } = server;
  const ban = (...args: string[]) => runHere(['ban', ...args, '--data', data]);
  const banned = new TextPeer(from('127.0.1.7', server.port));
  banned.send('mallory');
  await banned.expect('Welcome mallory');
  const other = new JsonPeer(from('127.0.2.7', server.port));
  await other.call('session.login', { user: 'alice' });

  const added = await ban('add', '127.0.1.9/24', '--force', '--reason', 'Scanning');
  expect(added).toEqual({
    code: 0,
    stdout: '127.0.1.0/24 is banned without an end.\n',
    stderr: '',
  });
  const told = 'Your address is banned from this board: Scanning.';
  expect(await banned.toEnd()).toContain(`[INFO] ${told} Goodbye.\n`);
  expect(await other.call('ping', {})).toEqual({});

  for (const restarted of [false, true]) {
    if (restarted) {
      await server.stop();
      server = await TestServer.start({ data });
    }
    const person = new TextPeer(from('127.0.1.200', server.port));
    expect(await person.toEnd()).toBe(`[INFO] ${told} Goodbye.\n`);
    const program = new JsonPeer(from('127.0.1.200', server.port));
    program.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
    await program.closed();
    expect(program.received).toMatchObject([
      { method: 'session.closing', params: { code: 'EXPELLED', reason: told } },
    ]);
    const near = new JsonPeer(from('127.0.2.1', server.port));
    expect(await near.call('ping', {})).toEqual({});
  }

  expect(await ban('remove', '127.0.1.0/24')).toMatchObject({ code: 0 });
  const again = async (): Promise<boolean> => {
    const peer = new JsonPeer(from('127.0.1.7', server.port));
    return peer.call('ping', {}).then(
      () => true,
      () => false,
    );
  };
  while (!(await again()));
});

test('a ban ends by itself, and is then not listed', async () => {
  const data = await boardFolder();
  const list = () => runJson(['ban', 'list', '--data', data]);
  const before = Date.now();
  for (const [network, ...end] of [
    ['192.0.2.1', '--for', '12h'],
    ['192.0.2.2', '--until', '2100-01-31'],
    ['2001:DB8::/32'],
    ['192.0.2.3', '--for', '1s'],
  ]) {
    await runJson(['ban', 'add', network ?? '', ...end, '--data', data]);
  }
  tamper(data, "UPDATE network_bans SET ends_at = 1 WHERE network = '192.0.2.3'");
  const [first, ...rest] = (await list()) as { endsAt: string }[];
  expect(first).toMatchObject({ network: '192.0.2.1', reason: null });
  const began = Date.parse(first?.endsAt ?? '') - 12 * 3600_000;
  expect(began).toBeGreaterThanOrEqual(before);
  expect(began).toBeLessThanOrEqual(Date.now());
  expect(rest).toMatchObject([
    { network: '192.0.2.2', endsAt: '2100-01-31T00:00:00.000000Z' },
    { network: '2001:db8::/32', endsAt: null },
  ]);
});

test('a ban still holds after the server was started with a clock that is far ahead', async () => {
  const data = await boardFolder();
  await runJson(['ban', 'add', '127.0.1.0/24', '--for', '12h', '--force', '--data', data]);
  await runHere(['db', 'clock', '--trust', '--data', data]);
  const now = Date.now();
  vi.useFakeTimers({ toFake: ['Date'], now: now + 400 * 86_400_000 });
  onTestFinished(() => void vi.useRealTimers());
  const { port } = await TestBoard.start({ data });
  const early = new JsonPeer(from('127.0.1.7', port));
  expect(await early.call('ping', {})).toEqual({});
  vi.setSystemTime(now);
  const late = new TextPeer(from('127.0.1.8', port));
  expect(await late.toEnd()).toBe('[INFO] Your address is banned from this board. Goodbye.\n');
});

test('the server removes bans that have ended', async () => {
  const { store, client } = openBoard();
  client.exec("INSERT INTO network_bans VALUES ('192.0.2.1', NULL, 1, 2), ('::1', NULL, 1, NULL)");
  expect(await new SqliteUpkeep(store).removeEndedBans()).toBe(true);
  expect(client.prepare('SELECT network FROM network_bans').pluck().all()).toEqual(['::1']);
});

test('a second ban of a network replaces the first, however the network is written', async () => {
  const data = await boardFolder();
  for (const [network, reason] of [
    ['::ffff:192.0.2.0/120', 'one'],
    ['192.0.2.255/24', 'two'],
  ] as const) {
    await runJson(['ban', 'add', network, '--reason', reason, '--data', data]);
  }
  expect(await runJson(['ban', 'list', '--data', data])).toMatchObject([
    { network: '192.0.2.0/24', reason: 'two' },
  ]);
  expect(value(data, 'SELECT count(*) FROM network_bans')).toBe(1);
});

test.each([
  { args: ['127.0.0.1'], code: 1, says: '--force' },
  { args: ['0.0.0.0/0'], code: 1, says: '--force' },
  { args: ['::/0'], code: 1, says: '--force' },
  { args: ['::ffff:127.0.0.1'], code: 1, says: '--force' },
  { args: ['192.0.2'], code: 2, says: 'It takes an address or a network' },
  { args: ['192.0.2.1', '--for', '1x'], code: 2, says: 'It takes a time with its unit' },
  { args: ['192.0.2.1', '--until', '2020-01-01'], code: 2, says: 'in the future' },
  { args: ['192.0.2.1', '--for', '1h', '--until', '2100-01-01'], code: 2, says: 'cannot be used' },
  { args: ['192.0.2.1', '--reason', 'x'.repeat(201)], code: 1, says: 'too long' },
])('ban add $args is refused, and nothing is banned', async ({ args, code, says }) => {
  const data = await boardFolder();
  const result = await runHere(['ban', 'add', ...args, '--data', data]);
  expect(result).toMatchObject({ code, stdout: '' });
  expect(result.stderr).toContain(says);
  expect(await runJson(['ban', 'list', '--data', data])).toEqual([]);
});

test('ban remove of a network that is not banned says so', async () => {
  const data = await boardFolder();
  expect(await runHere(['ban', 'remove', '192.0.2.1', '--data', data])).toMatchObject({
    code: 1,
    stderr: 'corkboard: There is no ban of 192.0.2.1. To see the 0 bans, run: corkboard ban list\n',
  });
});
