import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import { Pty } from '../helpers/pty.ts';
import { tempFolder } from '../helpers/temp.ts';
import { aliceAndBob, aliceInChat, keys } from './support.ts';

test('a password is not shown while it is typed, and is not in the history', async () => {
  const { alice } = await aliceInChat();
  alice.type('%password\r');
  await alice.shows(/New password: $|New password:$/);
  alice.type('correct horse\r');
  await alice.shows(/The same again:$/);
  alice.type('correct house\r');
  await alice.shows(/\[INFO\] The two are not the same\.\nNew password:$/);
  alice.type('correct horse\rcorrect horse\r');
  await alice.shows('[SUCCESS] Your name is protected by this password.\n');
  expect(alice.raw).not.toContain('correct');
  alice.type(keys.up);
  await alice.shows(/> %password$/);
  expect(alice.raw).not.toContain('correct');
});

test('a notice during the typing of a password does not change the password', async () => {
  const { board, alice, post } = await aliceAndBob();
  alice.type('%password\r');
  await alice.shows(/New password:$/);
  alice.type('correct ');
  await post('lunch');
  await alice.shows(/Subject: lunch\)\nNew password:$/);
  alice.type('horse\rcorrect horse\r');
  await alice.shows('[SUCCESS] Your name is protected by this password.\n');

  const phone = await board.connectProgram();
  await phone.call('session.login', { user: 'alice', password: 'correct horse' });
});

test('a protected name is asked for its password, and asked again after a wrong one', async () => {
  const board = await TestBoard.start();
  const program = await board.program('alice');
  await program.call('account.setPassword', { password: 'correct horse' });

  const alice = Pty.chat(['127.0.0.1', board.port, '--user', 'alice']);
  await alice.shows(/Password:$/);
  alice.type('wrong horse\r');
  await alice.shows('[ERROR] The name or the password is wrong.');
  await alice.shows(/What is your username\?$/);
  alice.type('alice\r');
  await alice.shows(/Password:$/);
  alice.type('correct horse\r');
  await alice.shows('[INFO] Welcome alice\n');
  expect(alice.raw).not.toMatch(/(wrong|correct) horse/);
});

test('Ctrl-C gives a password up, and changes nothing', async () => {
  const { alice } = await aliceInChat();
  alice.type('%password\r');
  await alice.shows(/New password:$/);
  alice.type(`half${keys.ctrlC}`);
  await alice.shows(/\[INFO\] Nothing was changed\.\n.*>$/);
  alice.type('%ping\r');
  await alice.shows('[INFO] pong\n');
});

test('a terminal that cannot hide what is typed says so', async () => {
  const { alice } = await aliceInChat({ env: { TERM: 'dumb' } });
  alice.type('%password\r');
  await alice.shows('(shown as you type) New password:');
  alice.type('correct horse\r');
  await alice.shows('[SUCCESS] Your name is protected by this password.');
});

test.each([
  ['another terminal', {}],
  ['a dumb one', { TERM: 'dumb' }],
])('a password repeated as a command is not run, shown or kept, on %s', async (_, env) => {
  const state = tempFolder();
  const { alice } = await aliceInChat({ env: { XDG_STATE_HOME: state, ...env } });
  alice.type('%password correct horse\r');
  await alice.shows('[SUCCESS] Your name is protected by this password.');
  alice.type('correct horse\r');
  await alice.shows('[INFO] That was the password again: it was not run as a command.\n');
  alice.type('%exit\r');
  expect(await alice.exited).toBe(0);
  const file = join(state, 'corkboard', 'history');
  expect(existsSync(file) ? readFileSync(file, 'utf8') : '').not.toContain('correct');
});

test('a private key that is pasted where a password is asked for is neither the password nor posted', async () => {
  const { board, alice } = await aliceAndBob();
  alice.type('%password\r');
  await alice.shows(/New password:$/);
  alice.type('-----BEGIN OPENSSH PRIVATE KEY-----\r');
  await alice.shows(/private\s+key/);
  alice.type('QUJDQUJD\r-----END OPENSSH PRIVATE KEY-----\r%ping\r');
  await alice.shows('pong');
  expect(board.database().prepare('SELECT content FROM messages').all()).toEqual([]);
  expect(alice.raw).not.toContain('The same again');
});
