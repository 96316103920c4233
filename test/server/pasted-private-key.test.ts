import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { PastedPrivateKey } from '../../src/protocol/text/pasted-private-key.ts';
import { TestBoard } from '../helpers/board.ts';
import { has } from '../helpers/programs.ts';
import { makeSshKey } from '../helpers/ssh-keys.ts';
import { Guest } from '../visit/support.ts';

const noKeygen = !has('ssh-keygen') && !process.env.CI;

/** The lines of a new private key. */
function privateKey(): string[] {
  return readFileSync(makeSshKey().file, 'utf8').trimEnd().split('\n');
}

/** Everything that was posted. */
function posted(board: TestBoard): unknown[] {
  return board.database().prepare('SELECT subject, content FROM messages').all();
}

test.skipIf(noKeygen)(
  'a private key that is pasted over nc is neither posted nor run, wherever it is pasted',
  async () => {
    const board = await TestBoard.start();
    const alice = await board.person('alice');
    await alice.ask('%join');
    await alice.ask('%go main');
    const key = privateKey();
    alice.send(...key, 'after it');
    await alice.expect('it is a private key, which nobody else may see. Nothing of it was stored.');
    await alice.expect('Message 1 posted');
    expect(posted(board)).toMatchObject([{ content: 'after it' }]);
    // In place of the public one, and as the content of a post.
    alice.send(`%key add ${key[0]}`, ...key.slice(1), '%ping');
    await alice.expect('it is a private key');
    await alice.expect('pong');
    alice.send('%post "My key"', 'Look:', ...key, '.', '%ping');
    await alice.expect('it is a private key');
    await alice.expect('pong');
    expect(posted(board)).toHaveLength(1);
    // Without its last line, it ends with the next command.
    alice.send(...key.slice(0, 3), '%post Subject content');
    await alice.expect('Message 2 posted');
    alice.send('-----BEGIN OPENSSH PRIVATE KEY----- is how such a file begins');
    await alice.expect('Message 3 posted');
  },
);

test.skipIf(noKeygen)('before the login a pasted private key takes no name', async () => {
  const board = await TestBoard.start();
  const peer = await board.connect();
  peer.send(...privateKey(), 'alice');
  await peer.expect('it is a private key');
  await peer.expect('Welcome alice');
  expect(board.database().prepare('SELECT name FROM users').pluck().all()).toEqual(['alice']);
});

test.skipIf(noKeygen)('the lines of visitors over ssh drop a pasted private key too', async () => {
  const guest = await Guest.known('alice');
  const key = privateKey().join('\n');
  const script = `%join\n%go main\n${key}\nafter it\n`;
  const { code, stderr } = await guest.run(undefined, script);
  expect(code).toBe(1);
  expect(stderr).toContain('it is a private key');
  expect(stderr.split('\n')[0]?.length).toBeLessThan(400);
  expect(posted(guest.board)).toMatchObject([{ content: 'after it' }]);
  const visit = guest.atTerminal('--plain', { TERM: 'dumb' });
  await visit.shows('@corkboard>');
  visit.type(`%go main\r${key.replaceAll('\n', '\r')}\r%whoami\r`);
  await visit.shows('it is a private key');
  await visit.shows('You are');
  expect(posted(guest.board)).toHaveLength(1);
});

test('what begins like a private key is dropped up to 32 KiB', () => {
  const paste = new PastedPrivateKey();
  expect(paste.take('-----BEGIN RSA PRIVATE KEY-----')).toMatchObject({ code: 'SSH_KEY_INVALID' });
  for (const line of ['Proc-Type: 4,ENCRYPTED', '', '/abc', 'x']) {
    expect(paste.take(line)).toBe('dropped');
  }
  expect(paste.take('y'.repeat(33 * 1024))).toBe('dropped');
  expect(paste.take('a usual line')).toBeUndefined();
  for (const first of [
    'PuTTY-User-Key-File-3: ssh-ed25519',
    '---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----',
    '-----BEGIN PGP PRIVATE KEY BLOCK-----',
    '/key add -----BEGIN PRIVATE KEY-----',
    '%post "x" -----BEGIN PRIVATE KEY-----',
    '%reply 3 -----BEGIN OPENSSH PRIVATE KEY-----',
    '> -----BEGIN RSA PRIVATE KEY-----',
    'look: -----BEGIN EC PRIVATE KEY----- ',
    `-----BEGIN PRIVATE KEY-----${'QUJD'.repeat(12)}-----END PRIVATE KEY-----`,
    `%tell bob -----BEGIN RSA PRIVATE KEY----- Proc-Type: 4,ENCRYPTED ${'QUJD'.repeat(12)} more`,
    'three lines\n-----BEGIN PRIVATE KEY-----\nMC4C',
  ]) {
    expect(new PastedPrivateKey().take(first)).toMatchObject({ code: 'SSH_KEY_INVALID' });
  }
  for (const usual of [
    '-----BEGIN CERTIFICATE-----',
    '-----BEGIN PUBLIC KEY-----',
    '-----',
    `PRIVATE KEY ${'A'.repeat(50)}`,
  ]) {
    expect(new PastedPrivateKey().take(usual)).toBeUndefined();
  }
});

test('a key on one line is over with its line', () => {
  const paste = new PastedPrivateKey();
  const key = `-----BEGIN PRIVATE KEY-----${'QUJD'.repeat(12)}-----END PRIVATE KEY-----`;
  expect(paste.take(key)).toMatchObject({ code: 'SSH_KEY_INVALID' });
  expect(paste.take('a usual line')).toBeUndefined();
});

test('text that is typed after a key without its last line is dropped for ten seconds at most', () => {
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
  try {
    const paste = new PastedPrivateKey();
    paste.take('-----BEGIN RSA PRIVATE KEY-----');
    for (const line of ['DEK-Info: AES-128-CBC,00', 'QUJDQUJD', '', 'QUJD\nQUJD']) {
      now += 9000;
      expect(paste.take(line)).toBe('dropped');
    }
    now += 9000;
    expect(paste.take('Hello, is anybody here?')).toBe('dropped');
    now += 2000;
    expect(paste.take('Hello, is anybody here?')).toBeUndefined();
    paste.take('-----BEGIN RSA PRIVATE KEY-----');
    expect(paste.take('QUJD\n-----END RSA PRIVATE KEY-----\n')).toBe('dropped');
    expect(paste.take('Hello')).toBeUndefined();
  } finally {
    clock.mockRestore();
  }
});

test('the search for a key in a long line takes time in proportion to its length', () => {
  for (const part of ['-----BEGIN PRIVATE KEY----- x ', '-----BEGIN ', '-', 'BEGIN A ', ' ']) {
    const line = part.repeat(Math.ceil((64 * 1024) / part.length));
    const before = process.cpuUsage();
    const paste = new PastedPrivateKey();
    paste.take(`${line}!`);
    paste.take('-----BEGIN RSA PRIVATE KEY-----');
    paste.take(`${line}!`);
    const { user } = process.cpuUsage(before);
    expect(user, part).toBeLessThan(500_000);
  }
});

test.skipIf(noKeygen)('a key that is pasted where a password is asked for sets none', async () => {
  const board = await TestBoard.start();
  const alice = await board.person('alice');
  await alice.ask('%join');
  await alice.ask('%go main');
  alice.send('%password', ...privateKey(), 'after it');
  await alice.expect('it is a private key');
  await alice.expect('Message 1 posted');
  expect(posted(board)).toMatchObject([{ content: 'after it' }]);
  expect(board.database().prepare('SELECT is_protected FROM users').pluck().all()).toEqual([0]);
});
