import { expect, test } from 'vitest';
import { Passwords } from '../../src/board/passwords.ts';
import { type ServerLimits, serverLimits } from '../../src/protocol/limits.ts';
import { TestBoard } from '../helpers/board.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';
import type { TextPeer } from '../helpers/text-peer.ts';

const password = 'correct horse';
const nameQuestion = 'What is your username? ';
const wrong = '[ERROR] The name or the password is wrong.\n';
const welcome = '[INFO] Welcome alice\n';

async function greeted(board: TestBoard): Promise<TextPeer> {
  const peer = await board.connect();
  await peer.expect(nameQuestion);
  return peer;
}

async function withAlice(limits: Partial<ServerLimits> = {}): Promise<TestBoard> {
  const board = await TestBoard.start({ limits });
  await board.protect('alice', password);
  return board;
}

/** What a login gives: `in`, or the word of the error. */
async function login(peer: JsonPeer, params: object): Promise<string> {
  const { error } = await peer.request('session.login', params);
  return error?.data.code ?? 'in';
}

test('a name protected with %password needs the password from then on', async () => {
  const board = await TestBoard.start();
  const before = await board.person('alice');
  expect(await before.ask(`%password ${password}`)).toBe(
    '[SUCCESS] Your name is protected by this password.\n',
  );
  before.send('%exit');
  await before.toEnd();

  const peer = await greeted(board);
  peer.send('Alice');
  expect(await peer.expect('Password: ')).toBe('Password: ');
  peer.send(password);
  expect(await peer.expect('\n')).toBe(welcome);
});

test('%password asks for the passwords that are not in its arguments', async () => {
  const board = await TestBoard.start();
  const peer = await board.person('alice');
  peer.send('%password');
  await peer.expect('New password: ');
  peer.send(password);
  await peer.expect('[SUCCESS] Your name is protected by this password.\n');
  peer.send('%password');
  await peer.expect('New password: ');
  peer.send('another horse');
  await peer.expect('Current password: ');
  peer.send(password);
  await peer.expect('[SUCCESS] Your name is protected by this password.\n');
  const program = await board.connectProgram();
  expect(await login(program, { user: 'alice', password })).toBe('PASSWORD_WRONG');
  expect(await login(program, { user: 'alice', password: 'another horse' })).toBe('in');
});

test('a line after a question in the same packet is its answer, and later lines are carried out', async () => {
  const board = await withAlice();
  const peer = await greeted(board);
  peer.send('alice', password, '%whoami', '%ping');
  expect(await peer.expect('[INFO] pong\n')).toMatch(
    /^Password: \[INFO\] Welcome alice\n.*\n\[INFO\] You are alice, in no group yet\.\n/,
  );

  const slower = await greeted(board);
  slower.send('alice');
  await slower.expect('Password: ');
  slower.send(password, '%whoami', '%ping');
  expect(await slower.expect('[INFO] pong\n')).toContain('[INFO] You are alice,');
  expect(await slower.ask('%whoami')).toContain('[INFO] You are alice,');
});

test('a wrong password is refused, and the name is asked for again', async () => {
  const board = await withAlice();
  const peer = await greeted(board);
  peer.send('alice', 'wrong horse');
  expect(await peer.expect(nameQuestion)).toBe(`Password: ${wrong}${nameQuestion}`);
  peer.send('alice', password);
  await peer.expect(welcome);
});

test('a person who ends the stream at the password question is disconnected', async () => {
  const board = await withAlice();
  const peer = await greeted(board);
  peer.send('alice');
  await peer.expect('Password: ');
  peer.finish();
  expect(await peer.toEnd()).toContain(
    '[ERROR] This name is protected: give its password, or come by ssh with a key of it.',
  );
});

test('a program without the password of a name is refused, and logs in with it', async () => {
  const board = await withAlice();
  const peer = await board.connectProgram();
  expect(await login(peer, { user: 'alice' })).toBe('PASSWORD_REQUIRED');
  expect(await login(peer, { user: 'alice', password: 'wrong horse' })).toBe('PASSWORD_WRONG');
  expect(await login(peer, { user: 'alice', password, create: true })).toBe('in');
});

test('an unknown name and a wrong password get the same answer', async () => {
  const board = await withAlice();
  await (await board.person('open')).receivedSoFar();
  const peer = await board.connectProgram();
  const tried = { password: 'wrong horse' };
  const { error: known } = await peer.request('session.login', { user: 'alice', ...tried });
  const { error: unknown } = await peer.request('session.login', { user: 'nobody', ...tried });
  const { error: unprotected } = await peer.request('session.login', { user: 'open', ...tried });
  expect(known).toEqual({
    code: 106,
    message: 'The name or the password is wrong.',
    data: { code: 'PASSWORD_WRONG' },
  });
  expect(unknown).toEqual(known);
  expect(unprotected).toEqual(known);
});

test('a password can be changed only with the old one', async () => {
  const board = await withAlice();
  const peer = await board.protectedProgram('alice', password);
  const change = (params: object) => peer.request('account.setPassword', params);
  const next = 'another horse';
  expect((await change({ password: next })).error?.data.code).toBe('PASSWORD_REQUIRED');
  expect((await change({ password: next, current: next })).error?.data.code).toBe('PASSWORD_WRONG');
  expect((await change({ password: next, current: password })).result).toEqual({});
  const other = await board.connectProgram();
  expect(await login(other, { user: 'alice', password })).toBe('PASSWORD_WRONG');
  expect(await login(other, { user: 'alice', password: next })).toBe('in');
});

test('a password is set after login only', async () => {
  const peer = await (await TestBoard.start()).connectProgram();
  expect(await peer.errorOf('account.setPassword', { password })).toEqual({
    word: 'NOT_LOGGED_IN',
    code: 100,
  });
});

test('five wrong passwords close a program’s connection, each answered before', async () => {
  const board = await withAlice();
  const peer = await board.connectProgram();
  for (let tries = 0; tries < serverLimits.wrongPasswords; tries++) {
    expect(await login(peer, { user: 'alice', password: 'wrong horse' })).toBe('PASSWORD_WRONG');
  }
  await peer.closed();
});

test('five wrong passwords close a person’s connection, each answered before', async () => {
  const board = await withAlice();
  const peer = await greeted(board);
  for (let tries = 1; tries < serverLimits.wrongPasswords; tries++) {
    peer.send('alice', 'wrong horse');
    await peer.expect(nameQuestion);
  }
  peer.send('alice', 'wrong horse', 'bob', '%whoami');
  expect(await peer.toEnd()).toBe(`Password: ${wrong}`);
});

test('too many wrong old passwords at a change close the connection too', async () => {
  const board = await withAlice({ wrongPasswords: 2 });
  const peer = await board.protectedProgram('alice', password);
  const change = () =>
    peer.errorOf('account.setPassword', { password: 'another horse', current: 'wrong horse' });
  expect((await change()).word).toBe('PASSWORD_WRONG');
  expect((await change()).word).toBe('PASSWORD_WRONG');
  await expect(change()).rejects.toThrow('ended');
});

test.each([
  ['x'.repeat(7), 'This password cannot be used: it has fewer than 8 characters.'],
  ['🍜'.repeat(7), 'This password cannot be used: it has fewer than 8 characters.'],
  ['x'.repeat(257), 'This password cannot be used: it is longer than 256 bytes.'],
  ['🍜'.repeat(65), 'This password cannot be used: it is longer than 256 bytes.'],
])('the password "%s" is refused, in both encodings', async (text, message) => {
  const board = await TestBoard.start();
  const person = await board.person('bob');
  expect(await person.ask(`%password ${text}`)).toBe(`[ERROR] ${message}\n`);
  const program = await board.connectProgram();
  const params = { user: 'alice', password: text, create: true };
  const { error } = await program.request('session.login', params);
  expect(error).toEqual({ code: 107, message, data: { code: 'PASSWORD_INVALID' } });
  await program.call('session.login', { user: 'alice' });
  expect((await program.request('account.setPassword', { password: text })).error).toEqual(error);
});

test.each(['x'.repeat(8), '🍜'.repeat(8), 'x'.repeat(256), '🍜'.repeat(64), 'drei Wörter hier'])(
  'the password "%s" is accepted',
  async (text) => {
    const board = await TestBoard.start();
    await board.protect('alice', text);
    const peer = await greeted(board);
    peer.send('alice', text);
    await peer.expect(welcome);
  },
);

test('at the full cost of hashing, a password logs in and is stored with that cost', async () => {
  const board = await TestBoard.start({ passwords: new Passwords() });
  await board.protect('alice', password);
  const stored = board.database().prepare('SELECT password_hash AS hash FROM users').get();
  expect(stored).toEqual({ hash: expect.stringMatching(/^\$scrypt\$ln=17,r=8,p=1\$/) });
  const peer = await board.connectProgram();
  expect(await login(peer, { user: 'alice', password: 'wrong horse' })).toBe('PASSWORD_WRONG');
  expect(await login(peer, { user: 'alice', password })).toBe('in');
});
