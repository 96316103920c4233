import { expect, test } from 'vitest';
import type { Access } from '../../src/board/admission.ts';
import { TestBoard } from '../helpers/board.ts';
import type { TextPeer } from '../helpers/text-peer.ts';

const password = 'correct horse';
const nameQuestion = 'What is your username? ';

/** A board with alice, who is protected, and bob, who is not, under a policy of its own from then on. */
async function boardWith(access: Access): Promise<TestBoard> {
  const board = await TestBoard.start();
  await board.protect('alice', password);
  const bob = await board.program('bob');
  await bob.call('session.logout', {});
  await bob.closed();
  await board.restart(() => {}, { access });
  return board;
}

async function greeted(board: TestBoard): Promise<TextPeer> {
  const peer = await board.connect();
  await peer.expect(nameQuestion);
  return peer;
}

const policies: Access[] = ['open', 'registered', 'closed'];

test.each(policies)('server.info reports the access policy: %s', async (access) => {
  const peer = await (await TestBoard.start({ access })).connectProgram();
  expect(await peer.call('server.info', {})).toMatchObject({ access, tls: false });
});

test.each(policies)('a protected name needs its password under the policy %s', async (access) => {
  const board = await boardWith(access);
  const program = await board.connectProgram();
  expect((await program.errorOf('session.login', { user: 'alice' })).word).toBe(
    'PASSWORD_REQUIRED',
  );
  expect(await program.call('session.login', { user: 'alice', password })).toMatchObject({
    user: 'alice',
  });
  const person = await greeted(board);
  person.send('alice');
  await person.expect('Password: ');
  person.send(password);
  await person.expect('[INFO] Welcome alice\n');
});

test.each(policies)('an unprotected name can be used again under the policy %s', async (access) => {
  const board = await boardWith(access);
  const person = await greeted(board);
  person.send('bob');
  expect(await person.expect('\n')).toBe('[INFO] Welcome bob\n');
});

test('under the policy open, a new name can be used with or without a password', async () => {
  const board = await boardWith('open');
  const person = await greeted(board);
  person.send('carol');
  expect(await person.expect('\n')).toBe('[INFO] Welcome carol\n');
  const program = await board.connectProgram();
  const fresh = { user: 'dave', password };
  expect((await program.errorOf('session.login', fresh)).word).toBe('PASSWORD_WRONG');
  await program.call('session.login', { ...fresh, create: true });
  const again = await board.connectProgram();
  expect((await again.errorOf('session.login', { user: 'dave' })).word).toBe('PASSWORD_REQUIRED');
});

test('under the policy registered, a new user chooses a password at the first login', async () => {
  const board = await boardWith('registered');
  const person = await greeted(board);
  person.send('carol');
  expect(await person.expect(': ')).toBe('Choose a password for carol: ');
  person.send('short');
  expect(await person.expect(nameQuestion)).toBe(
    `[ERROR] This password cannot be used: it has fewer than 8 characters.\n${nameQuestion}`,
  );
  person.send('carol', password);
  await person.expect('[INFO] Welcome carol\n');

  const program = await board.connectProgram();
  expect(await program.errorOf('session.login', { user: 'dave' })).toEqual({
    word: 'REGISTRATION_REQUIRED',
    code: 108,
  });
  expect((await program.errorOf('session.login', { user: 'dave', password })).word).toBe(
    'PASSWORD_WRONG',
  );
  await program.call('session.login', { user: 'dave', password, create: true });
  const again = await board.connectProgram();
  expect((await again.errorOf('session.login', { user: 'carol' })).word).toBe('PASSWORD_REQUIRED');
});

test('under closed, new names are refused, and no answer reveals which names exist', async () => {
  const board = await boardWith('closed');
  const person = await greeted(board);
  person.send('carol', password);
  expect(await person.expect(nameQuestion)).toBe(
    `Password: [ERROR] The name or the password is wrong.\n${nameQuestion}`,
  );
  const program = await board.connectProgram();
  for (const user of ['carol', 'alice']) {
    expect((await program.errorOf('session.login', { user })).word).toBe('PASSWORD_REQUIRED');
    const tried = { user, password: 'wrong horse', create: true };
    expect((await program.errorOf('session.login', tried)).word).toBe('PASSWORD_WRONG');
  }
  const { users } = board.database().prepare('SELECT count(*) AS users FROM users').get() as {
    users: number;
  };
  expect(users).toBe(2);
});
