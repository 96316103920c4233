import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';

// To put these in order, as comparing names does, takes the square of their number.
const marks = (pairs: number) => `a${'\u0315\u0300'.repeat(pairs)}`;

test('a name of as many combining marks as a line can hold is refused, and does not delay other users', async () => {
  const board = await TestBoard.start();
  const bob = await board.program('bob');
  const stranger = await board.connectProgram();
  const from = performance.now();
  const login = stranger.errorOf('session.login', { user: marks(900) });
  const join = bob.errorOf('group.join', { group: marks(60_000) });
  expect(await login).toEqual({ word: 'NAME_INVALID', code: 102 });
  expect(await join).toEqual({ word: 'GROUP_NOT_FOUND', code: 200 });
  expect(performance.now() - from).toBeLessThan(2000);
});

test('an error about a long name does not repeat all of it', async () => {
  const board = await TestBoard.start();
  const peer = await board.connect();
  await peer.expect('username? ');
  peer.send('x'.repeat(4000));
  expect(await peer.expect('username? ')).toBe(
    `[ERROR] "${'x'.repeat(80)}" cannot be a name: it has more than 32 characters. Please choose ` +
      'another.\nWhat is your username? ',
  );
  peer.send('alice');
  await peer.expect('%help for every command.\n');
  expect(await peer.ask(`%groupjoin ${'x'.repeat(60_000)}`)).toBe(
    `[ERROR] There is no group ${'x'.repeat(64)}…. Type %groups to see the groups.\n`,
  );
});

test('a decomposed name counts as its composed form', async () => {
  const board = await TestBoard.start();
  const name = '\u1f82'.repeat(32);
  const peer = await board.connectProgram();
  expect(await peer.call('session.login', { user: name.normalize('NFD') })).toMatchObject({
    user: name,
  });
});
