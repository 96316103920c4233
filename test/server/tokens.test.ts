import { createHash, createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { userName } from '../../src/board/names.ts';
import { Tokens } from '../../src/board/tokens.ts';
import { databaseFile } from '../../src/storage/sqlite/file/open.ts';
import { toTheEnd } from '../contract/storage.ts';
import { TestBoard } from '../helpers/board.ts';
import { runCli } from '../helpers/cli.ts';
import { tempFolder } from '../helpers/temp.ts';

const password = 'correct horse';

/** What a resume by the token is answered: the name of the user, or the word of the refusal. */
async function resume(board: TestBoard, token: string): Promise<string> {
  const peer = await board.connectProgram();
  const { result, error } = await peer.request('session.resume', { token });
  peer.socket.destroy();
  return error?.data.code ?? (result as { user: string }).user;
}

/** Logs in and loses the connection. @returns the token */
async function tokenOf(board: TestBoard, user: string): Promise<string> {
  const peer = await board.connectProgram();
  const { token } = await peer.call('session.login', { user });
  peer.socket.destroy();
  await peer.closed();
  return token;
}

test('a token with any bit changed, cut or extended resumes nothing', async () => {
  const board = await TestBoard.start();
  const token = await tokenOf(board, 'alice');
  const bytes = Buffer.from(token, 'base64url');
  expect(bytes.toString('base64url')).toBe(token);
  const peer = await board.connectProgram();
  const isRefused = async (forged: string) =>
    expect((await peer.errorOf('session.resume', { token: forged })).word, forged).toBe(
      'TOKEN_INVALID',
    );
  for (let at = 0; at < bytes.length; at++) {
    const forged = Buffer.from(bytes);
    forged[at] = (forged[at] ?? 0) ^ (1 << (at % 8));
    await isRefused(forged.toString('base64url'));
  }
  const others = [
    '',
    'x',
    token.slice(1),
    token.slice(0, -1),
    `${token}A`,
    ` ${token}`,
    `${token}=`,
  ];
  const longer = [token + token, 'A'.repeat(43), 'A'.repeat(84), 'A'.repeat(3000)];
  for (const forged of [...others, ...longer, token.toLowerCase()]) await isRefused(forged);
  expect(await resume(board, token)).toBe('alice');
});

test('a token of another board, of another key or for another user is refused', async () => {
  const board = await TestBoard.start();
  const other = await TestBoard.start();
  await tokenOf(board, 'alice');
  expect(await resume(board, await tokenOf(other, 'alice'))).toBe('TOKEN_INVALID');
  const claim = { id: 'A'.repeat(16), epoch: 0, issuedAt: Date.now() * 1000 };
  expect(await resume(board, new Tokens(randomBytes(32)).issue(1, claim))).toBe('TOKEN_INVALID');
  const key = board.database().prepare('SELECT key FROM token_key').pluck().get() as Buffer;
  expect(await resume(board, new Tokens(key).issue(1, claim))).toBe('alice');
  expect(await resume(board, new Tokens(key).issue(2, claim))).toBe('TOKEN_INVALID');
});

test('the MAC of a token is an HMAC-SHA-256 of the rest', () => {
  const key = randomBytes(32);
  const token = { id: 'AAAABBBBCCCCDDDD', epoch: 7, issuedAt: 1_800_000_000_000_000 };
  const text = new Tokens(key).issue(5, token);
  const bytes = Buffer.from(text, 'base64url');
  const mac = createHmac('sha256', key).update(bytes.subarray(0, -32)).digest();
  expect(bytes.subarray(-32)).toEqual(mac);
  expect(new Tokens(key).read(text)).toEqual({ user: 5, key: null, ...token });
});

test('a logout ends its own token and no other', async () => {
  const board = await TestBoard.start();
  await board.protect('alice', password);
  const [first, second] = [
    await board.protectedProgram('alice', password),
    await board.protectedProgram('alice', password),
  ];
  await first.call('session.logout', {});
  expect(await resume(board, first.token)).toBe('TOKEN_INVALID');
  expect(await resume(board, second.token)).toBe('alice');
  await board.restart();
  expect(await resume(board, first.token)).toBe('TOKEN_INVALID');
  expect(await resume(board, second.token)).toBe('alice');
});

test.each(['a ban', 'a deletion', 'a new password', 'no password'] as const)(
  '%s by the operator ends the tokens of the user, at once and for good',
  async (what) => {
    const board = await TestBoard.start();
    await board.protect('alice', password);
    const { token } = await board.protectedProgram('alice', password);
    const bob = await tokenOf(board, 'bob');
    await board.operate(async (operator) => {
      if (what === 'a ban') {
        await operator.banUser('alice', '');
        await operator.unbanUser('alice');
      } else if (what === 'a deletion') {
        await operator.deleteUser('alice', 'keep', toTheEnd);
        await operator.createUser(userName('alice'), null);
      } else await operator.setPassword('alice', what === 'no password' ? null : 'hash');
    });
    expect(await resume(board, token)).toBe('TOKEN_INVALID');
    await board.restart();
    expect(await resume(board, token)).toBe('TOKEN_INVALID');
    expect(await resume(board, bob)).toBe('bob');
  },
);

test('a token stays valid when its user is renamed', async () => {
  const board = await TestBoard.start();
  const token = await tokenOf(board, 'alice');
  await board.operate((operator) => operator.renameUser('alice', userName('alicia')));
  await tokenOf(board, 'alice');
  expect(await resume(board, token)).toBe('alicia');
});

test('a changed password ends all tokens but that of the session, over restarts', async () => {
  const board = await TestBoard.start();
  await board.protect('alice', password);
  const thief = await board.protectedProgram('alice', password);
  const alice = await board.protectedProgram('alice', password);
  await alice.call('account.setPassword', { password: 'another horse', current: password });
  expect(await resume(board, thief.token)).toBe('TOKEN_INVALID');
  await board.restart();
  expect(await resume(board, alice.token)).toBe('alice');
  expect(await resume(board, thief.token)).toBe('TOKEN_INVALID');
  const again = await board.connectProgram();
  await again.call('session.resume', { token: alice.token });
  await again.call('session.logout', {});
  expect(await resume(board, alice.token)).toBe('TOKEN_INVALID');
});

test('a token from an earlier version is valid after an upgrade, until it ends like any other', async () => {
  const board = await TestBoard.start();
  await tokenOf(board, 'alice');
  const tokens = ['A', 'B', 'C', 'D'].map((letter) => letter.repeat(43));
  const client = board.database();
  const store = client.prepare('INSERT INTO tokens VALUES (?, 1, ?)');
  for (const token of tokens) {
    // The last one was not used for 31 days.
    const usedAt = token.startsWith('D') ? Date.now() - 31 * 86_400_000 : Date.now();
    store.run(createHash('sha256').update(token).digest('base64url'), usedAt * 1000);
  }
  const [first = '', second = '', third = '', unused = ''] = tokens;
  expect(await resume(board, first)).toBe('alice');
  const peer = await board.connectProgram();
  expect(await peer.call('session.resume', { token: second })).toMatchObject({ token: second });
  await peer.call('session.logout', {});
  expect(await resume(board, second)).toBe('TOKEN_INVALID');
  await board.restart();
  expect(await resume(board, third)).toBe('alice');
  expect(await resume(board, unused)).toBe('TOKEN_INVALID');
});

test('a login stores no token, and a person at a terminal gets none', async () => {
  const board = await TestBoard.start();
  await tokenOf(board, 'alice');
  await tokenOf(board, 'alice');
  const person = await board.person('bob');
  person.send('%exit');
  await person.toEnd();
  const second = await board.connectProgram();
  await board.program('carol');
  for (let tries = 0; tries < 5; tries++) {
    expect((await second.errorOf('session.login', { user: 'carol' })).word).toBe('NAME_IN_USE');
  }
  const client = board.database();
  expect(client.prepare('SELECT * FROM tokens').all()).toEqual([]);
  expect(client.prepare('SELECT * FROM ended_tokens').all()).toEqual([]);
});

test('a backup holds no key of tokens, and a restore ends all of them', async () => {
  const board = await TestBoard.start();
  const token = await tokenOf(board, 'alice');
  const client = board.database();
  const key = client.prepare('SELECT key FROM token_key').pluck().get() as Buffer;
  const backup = `${tempFolder()}/backup.db`;
  const made = await runCli(['db', 'backup', backup, '--data', board.data]);
  expect(made).toMatchObject({ code: 0 });
  expect(readFileSync(backup).includes(key)).toBe(false);
  const exported = await runCli(['export', '--data', board.data]);
  expect(exported.stdout).not.toContain(key.toString('base64'));
  expect(exported.stdout).not.toContain(key.toString('hex'));
  client.close();
  await board.stop();
  expect(readFileSync(databaseFile(board.data)).includes(key)).toBe(true);
  expect(await runCli(['db', 'restore', backup, '--yes', '--data', board.data])).toMatchObject({
    code: 0,
  });
  const restored = await TestBoard.start({ data: board.data });
  expect(await resume(restored, token)).toBe('TOKEN_INVALID');
  expect(await resume(restored, await tokenOf(restored, 'alice'))).toBe('alice');
});
