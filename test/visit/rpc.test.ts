import { once } from 'node:events';
import { expect, test } from 'vitest';
import { Guest } from './support.ts';

const request = (id: number, method: string, params: object = {}) =>
  `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;

function answers(stdout: string): Record<string, unknown>[] {
  const lines = stdout.trim().split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}

test('rpc is a logged-in session, and answers everything before it ends with the input', async () => {
  const alice = await Guest.known('alice');
  const lines = [request(1, 'session.show'), request(2, 'group.join', { group: 'main' })];
  const posts = Array.from({ length: 50 }, (_, n) =>
    request(n + 3, 'message.post', { group: 'main', subject: `${n}`, content: 'x' }),
  );
  const { code, stdout, stderr } = await alice.run('rpc', [...lines, ...posts].join(''));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const replies = answers(stdout).filter(({ id }) => id !== undefined);
  expect(replies.map(({ id }) => id).sort()).toEqual(
    Array.from({ length: 52 }, (_, n) => n + 1).sort(),
  );
  expect(replies[0]).toMatchObject({ result: { user: 'alice', memberships: [] } });
  expect(replies[0]?.result).not.toHaveProperty('token');
});

test('a visitor over rpc cannot say that they are somebody else', async () => {
  const bob = await Guest.known('bob');
  const alice = await Guest.known('alice', bob.board);
  const { key } = bob.identity;
  const tries = [
    request(1, 'door.login', { key }),
    request(2, 'session.logout'),
    request(3, 'door.login', { key }),
    request(4, 'door.look', { fingerprint: key?.fingerprint }),
    request(5, 'session.show'),
  ];
  const { stdout } = await alice.run('rpc', tries.join(''));
  for (const answer of answers(stdout)) {
    if (answer.id === 2) continue;
    expect(answer).not.toHaveProperty('result.user');
    expect(answer).not.toHaveProperty('result.owner');
  }
  const header = await alice.run(
    'rpc',
    `PROXY TCP4 127.0.0.1 127.0.0.1 1 1\r\n${request(1, 'ping')}`,
  );
  expect(header.stdout).toContain('PARSE_ERROR');
});

test('a program that does not read keeps the board waiting, and loses nothing', async () => {
  const alice = await Guest.known('alice');
  await alice.run('join main');
  const content = 'x'.repeat(10_000);
  await alice.run('post main Long', content);
  const rpc = alice.start('rpc');
  const number = 500;
  for (let id = 1; id <= number; id++) {
    rpc.input.write(request(id, 'message.get', { group: 'main', number: 1 }));
  }
  rpc.input.end();
  await once(rpc.output, 'readable');
  let stdout = '';
  rpc.output.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  expect(await rpc.exited).toBe(0);
  expect(answers(stdout)).toHaveLength(number);
});

test('rpc ends with exit code 3 if the board closes, and 1 for an unknown key', async () => {
  const alice = await Guest.known('alice');
  const rpc = alice.start('rpc');
  rpc.input.write(request(1, 'ping'));
  await once(rpc.output, 'data');
  await alice.board.stop();
  expect(await rpc.exited).toBe(3);
  const stranger = await Guest.to();
  expect(await stranger.run('rpc')).toMatchObject({
    ...{ code: 1, stdout: '' },
    stderr: expect.stringContaining('does not know your SSH key'),
  });
});

test.each([
  ['192.0.2.7', '192.0.2.0/24'],
  ['::ffff:192.0.2.7', '192.0.2.0/24'],
  ['2001:db8::7', '2001:db8::/64'],
  ['fe80::7%eth0', 'fe80::/64'],
])('a ban of their network holds for a visitor from %s', async (ip, network) => {
  const known = await Guest.known('alice');
  const { key } = known.identity;
  const guest = await Guest.to(known.board, { key, address: { ip, port: 50_000 } });
  const before = guest.start('rpc');
  before.input.write(request(1, 'ping'));
  await once(before.output, 'data');
  await known.board.operate((board) => board.banNetwork({ network, reason: 'spam', endsAt: null }));
  // The ban ends the session that is there.
  expect(await before.exited).toBe(3);
  const { code, stdout, stderr } = await guest.run('groups');
  expect({ code, stdout }).toEqual({ code: expect.any(Number), stdout: '' });
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/^corkboard: .*ban/im);
});
