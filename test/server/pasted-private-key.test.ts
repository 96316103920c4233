import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
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
    'three lines\n-----BEGIN PRIVATE KEY-----\nMC4C',
  ]) {
    expect(new PastedPrivateKey().take(first)).toMatchObject({ code: 'SSH_KEY_INVALID' });
  }
  for (const usual of ['-----BEGIN CERTIFICATE-----', '-----BEGIN PUBLIC KEY-----', '-----']) {
    expect(new PastedPrivateKey().take(usual)).toBeUndefined();
  }
});
