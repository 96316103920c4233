import type { AnyAuthMethod } from 'ssh2';
import { expect, test } from 'vitest';
import { agentOf, answering, LibraryClient, libraryKey } from './client.ts';
import { startSsh } from './support.ts';

/** A server that knows the key of alice. */
async function withAlice() {
  const ssh = await startSsh();
  const { key, fingerprint } = libraryKey();
  ssh.board.users.set('alice', 'secret123');
  ssh.board.keys.set(fingerprint, 'alice');
  return { ...ssh, key, fingerprint };
}

function by(agent: ReturnType<typeof agentOf>, username: string): AnyAuthMethod {
  return { type: 'agent', username, agent };
}

test('a key that was only asked about gives no account to a login by another method', async () => {
  const { port, key, fingerprint, board, visitors } = await withAlice();
  const client = new LibraryClient(port, 'newcomer', [
    by(agentOf([key]), 'newcomer'),
    answering('newcomer'),
  ]);
  expect(await client.isIn()).toBe(true);
  await client.shell();
  expect(visitors.map(({ identity }) => [identity.user, identity.key])).toEqual([
    ['newcomer', undefined],
  ]);
  expect(JSON.stringify(board.asked)).not.toContain(fingerprint);
});

test('a wrong signature proves nothing, and neither does one of another connection', async () => {
  const { port, key, visitors, board } = await withAlice();
  let signature: Buffer = Buffer.alloc(0);
  const honest = new LibraryClient(port, 'alice', [
    by(
      agentOf([key], (each, data) => {
        signature = each.sign(data) as Buffer;
        return signature;
      }),
      'alice',
    ),
  ]);
  expect(await honest.isIn()).toBe(true);
  for (const forged of [signature, Buffer.alloc(64), Buffer.alloc(0), Buffer.alloc(3000)]) {
    const agent = agentOf([key], () => forged);
    const client = new LibraryClient(port, 'newcomer', [
      by(agent, 'newcomer'),
      answering('newcomer'),
    ]);
    expect(await client.isIn()).toBe(true);
    await client.shell();
    expect(visitors.at(-1)?.identity).toMatchObject({ user: 'newcomer' });
    expect(visitors.at(-1)?.identity.key).toBeUndefined();
  }
  expect(board.asked.filter((each) => 'fingerprint' in (each as object))).toHaveLength(1);
});

test('a signature under another key than the one that was named is refused', async () => {
  const { port, key, visitors } = await withAlice();
  const other = libraryKey();
  const agent = agentOf([key], (_, data) => other.key.sign(data) as Buffer);
  const client = new LibraryClient(port, 'alice', [by(agent, 'alice')]);
  expect(await client.isIn()).toBe(false);
  expect(visitors).toEqual([]);
});

test('a proven key without the password of the name gives nothing, and each answer lists the same methods', async () => {
  const { port, visitors } = await withAlice();
  const { key } = libraryKey();
  const sign = agentOf([key], (each, data) => each.sign(data) as Buffer);
  const client = new LibraryClient(port, 'alice', [
    'none',
    by(sign, 'alice'),
    answering('alice', 'wrong'),
    { type: 'password', username: 'alice', password: 'wrong' },
    answering('alice', 'secret123', 'one too many'),
    by(sign, 'alice'),
  ]);
  expect(await client.isIn()).toBe(false);
  expect(visitors).toEqual([]);
  const methods = ['publickey', 'keyboard-interactive', 'password'];
  expect(client.answers).toEqual([null, ...Array.from({ length: 6 }, () => methods)]);
});

test('each well-formed key is welcome for each name, known or not', async () => {
  const { port, key, board } = await withAlice();
  board.users.set('guest', null);
  let signed = 0;
  for (const access of ['open', 'registered', 'closed'] as const) {
    board.access = access;
    for (const user of ['alice', 'guest', 'nobody', 'no.name']) {
      for (const each of [key, libraryKey().key]) {
        const agent = agentOf([each], () => {
          signed++;
          return Buffer.alloc(64);
        });
        expect(await new LibraryClient(port, user, [by(agent, user)]).isIn()).toBe(false);
      }
    }
  }
  // The client signs only if the server has said that the key is welcome.
  expect(signed).toBe(3 * 4 * 2);
});
