import { once } from 'node:events';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import { JsonPeer } from '../helpers/json-peer.ts';
import { tempFolder } from '../helpers/temp.ts';
import { keyLine, provenKey, socketOf, vouchedPeer } from '../helpers/vouched-peer.ts';

const password = 'correct horse battery';

/** Whether a session is open under a name. */
async function names(peer: JsonPeer): Promise<string> {
  return (await peer.call('session.show', {})).user;
}

test('only the owner can connect to the socket, and it is gone when the server has closed', async () => {
  const board = await TestBoard.start();
  expect(statSync(socketOf(board)).mode & 0o777).toBe(0o600);
  await board.stop();
  expect(existsSync(socketOf(board))).toBe(false);
});

test('a known key logs its owner in, whatever name is given', async () => {
  const board = await TestBoard.start();
  const key = provenKey('laptop');
  const first = await vouchedPeer(board);
  expect(await first.call('door.look', { user: 'alice', fingerprint: key.fingerprint })).toEqual({
    ...{ owner: null, name: 'free', access: 'open' },
    ...{ claimants: [], claimed: false },
  });
  const made = await first.call('door.login', { user: 'alice', key, create: true });
  expect(made).toMatchObject({ user: 'alice', memberships: [] });
  const { keys } = await first.call('account.keys', {});
  expect(keys).toMatchObject([{ fingerprint: key.fingerprint, type: key.type, comment: 'laptop' }]);
  for (const user of ['root', 'bob', undefined]) {
    const again = await vouchedPeer(board);
    expect(await again.call('door.look', { user, fingerprint: key.fingerprint })).toMatchObject({
      owner: 'alice',
    });
    expect(await again.call('door.login', { ...(user && { user }), key })).toMatchObject({
      user: 'alice',
    });
  }
});

test('a name that was made with a key is protected: by the name alone nobody comes in', async () => {
  const board = await TestBoard.start();
  const peer = await vouchedPeer(board);
  await peer.call('door.login', { user: 'alice', key: provenKey('a'), create: true });
  const other = await board.connectProgram();
  expect(await other.errorOf('session.login', { user: 'alice' })).toMatchObject({
    word: 'PASSWORD_REQUIRED',
  });
  expect(await other.errorOf('session.login', { user: 'alice', password })).toMatchObject({
    word: 'PASSWORD_WRONG',
  });
  const unknown = await vouchedPeer(board);
  const key = provenKey('b');
  for (const create of [true, false, undefined]) {
    const asked = { user: 'alice', key, ...(create !== undefined && { create }) };
    expect((await unknown.errorOf('door.login', asked)).word).toBe('PASSWORD_REQUIRED');
  }
  expect(await unknown.call('door.look', { user: 'ALICE' })).toMatchObject({ name: 'protected' });
});

test('after a right password a key is stored only if it shall be remembered', async () => {
  const board = await TestBoard.start();
  const alice = await board.connectProgram();
  await alice.call('session.login', { user: 'alice', password, create: true });
  const key = provenKey('a');
  const look = async () => {
    const peer = await vouchedPeer(board);
    return (await peer.call('door.look', { fingerprint: key.fingerprint })).owner;
  };
  const once = await vouchedPeer(board);
  await once.call('door.login', { user: 'alice', password, key });
  expect(await look()).toBeNull();
  const wrong = await vouchedPeer(board);
  const guess = { user: 'alice', password: 'a wrong one', key, remember: true };
  expect((await wrong.errorOf('door.login', guess)).word).toBe('PASSWORD_WRONG');
  expect(await look()).toBeNull();
  const kept = await vouchedPeer(board);
  await kept.call('door.login', { user: 'alice', password, key, remember: true });
  expect(await look()).toBe('alice');
});

test('a session that came with an unknown key can add it without its line, once', async () => {
  const board = await TestBoard.start();
  const peer = await vouchedPeer(board);
  const key = provenKey('a');
  await peer.call('door.login', { user: 'alice', key });
  expect((await peer.call('account.keys', {})).keys).toEqual([]);
  expect((await peer.call('account.addKey', {})).key.fingerprint).toBe(key.fingerprint);
  expect((await peer.errorOf('account.addKey', {})).word).toBe('INVALID_PARAMS');
  // The session goes on under the name that is protected now.
  expect(await names(peer)).toBe('alice');
  const again = await vouchedPeer(board);
  expect((await again.call('door.login', { key })).user).toBe('alice');
});

test('on a board for registered users a new name needs a password too, and gets the key', async () => {
  const board = await TestBoard.start({ access: 'registered' });
  const key = provenKey('a');
  const peer = await vouchedPeer(board);
  const asked = { user: 'alice', key, create: true };
  expect((await peer.errorOf('door.login', asked)).word).toBe('REGISTRATION_REQUIRED');
  await peer.call('door.login', { ...asked, password });
  const again = await vouchedPeer(board);
  expect(await again.call('door.login', { key })).toMatchObject({ user: 'alice' });
});

test('on a closed board an unknown key opens nothing', async () => {
  const board = await TestBoard.start({ access: 'closed' });
  const peer = await vouchedPeer(board);
  const key = provenKey('a');
  const asked = { user: 'alice', key, create: true };
  expect((await peer.errorOf('door.login', asked)).word).toBe('PASSWORD_REQUIRED');
  expect((await peer.errorOf('door.login', { ...asked, password })).word).toBe('PASSWORD_WRONG');
  expect((await peer.errorOf('door.login', { key })).word).toBe('SSH_KEY_NOT_FOUND');
});

test('the methods of the vouched door exist at no other door', async () => {
  const board = await TestBoard.start();
  const path = join(tempFolder(), 'board.sock');
  const tcp = await board.connectProgram();
  const refusals = async (peer: JsonPeer) => {
    for (const method of ['door.look', 'door.login']) {
      const refused = await peer.request(method, { key: provenKey('a') });
      const unknown = await peer.request('door.nothing', { key: provenKey('a') });
      expect(refused.error?.message).toBe(unknown.error?.message.replace('door.nothing', method));
      expect(refused.error?.data).toEqual(unknown.error?.data);
      expect(JSON.stringify(await peer.call('rpc.discover', {}))).not.toContain(method);
    }
  };
  await refusals(tcp);
  await board.restart(() => {}, { listen: [{ scheme: 'unix', path }] });
  const socket = connect(path);
  await once(socket, 'connect');
  await refusals(new JsonPeer(socket));
});

test('a peer that sends no PROXY header is turned away', async () => {
  const board = await TestBoard.start();
  const socket = connect(socketOf(board));
  socket.write('{"jsonrpc":"2.0","id":1,"method":"door.look","params":{}}\n');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  await once(socket, 'close');
  expect(answer).toMatch(/no PROXY header that can be accepted/);
});

test('bans and limits count the address that the PROXY header names', async () => {
  const board = await TestBoard.start({ limits: { connectionsPerAddress: 1 } });
  const first = await vouchedPeer(board, '192.0.2.7');
  await first.call('door.login', { user: 'alice', key: provenKey('a'), create: true });
  const second = await vouchedPeer(board, '192.0.2.7');
  await second.request('ping', {}).catch(() => {});
  expect(second.received[0]).toMatchObject({
    method: 'session.closing',
    params: { code: 'TOO_MANY_CONNECTIONS' },
  });
  const elsewhere = await vouchedPeer(board, '192.0.2.8');
  expect(await elsewhere.call('ping', {})).toEqual({});
});

test('people without an address and those of this machine count in the limits of the whole board alone', async () => {
  const board = await TestBoard.start({ limits: { connectionsPerAddress: 1, connections: 4 } });
  for (const address of [undefined, undefined, '127.0.0.1', '127.0.0.1']) {
    expect(await (await vouchedPeer(board, address)).call('ping', {})).toEqual({});
  }
  const more = await vouchedPeer(board);
  await more.request('ping', {}).catch(() => {});
  expect(more.received[0]).toMatchObject({ params: { code: 'TOO_MANY_CONNECTIONS' } });
});

test.each([undefined, '127.0.0.1'])(
  'who guesses passwords from the address %s has to wait as from any other',
  async (address) => {
    const board = await TestBoard.start();
    const owner = await board.memberProgram('alice');
    await owner.call('account.setPassword', { password });
    const guess = async (text: string) => {
      const peer = await vouchedPeer(board, address);
      const { word } = await peer.errorOf('door.login', { user: 'alice', password: text });
      if (word !== 'RATE_LIMITED') throw new Error(word);
    };
    // The first of them are told that they are wrong, and the others wait, or are refused.
    const guesses = Array.from({ length: 20 }, (_, at) => guess(`wrong guess ${at}`));
    await expect(Promise.any(guesses)).resolves.toBeUndefined();
  },
);

test('params that are malformed or too long are refused before anything is looked up', async () => {
  const board = await TestBoard.start();
  const peer = await vouchedPeer(board);
  const key = provenKey('a');
  for (const bad of [
    { key: { ...key, type: 'ssh-dss' } },
    { key: { ...key, fingerprint: 'SHA256:short' } },
    { key: { ...key, fingerprint: `${key.fingerprint}A` } },
    { key: { ...key, comment: 'x'.repeat(1001) } },
    { key: { ...key, line: 'x' } },
    { key: 'x' },
    { user: 1 },
    { user: 'alice', remember: 'yes' },
  ]) {
    expect((await peer.errorOf('door.login', bad)).word).toBe('INVALID_PARAMS');
  }
  expect(await peer.call('door.look', { user: 'two words' })).toMatchObject({ name: 'invalid' });
  expect((await peer.errorOf('door.look', { fingerprint: 'x' })).word).toBe('INVALID_PARAMS');
  await peer.call('door.login', { user: 'alice', key, create: true });
  expect((await peer.errorOf('door.look', { user: 'bob' })).word).toBe('ALREADY_LOGGED_IN');
});

test('a server whose folder has a long path, or a file in the way, serves its members all the same', async () => {
  const data = join(tempFolder(), 'x'.repeat(100));
  const board = await TestBoard.start({ data });
  const program = await board.connectProgram();
  expect(await program.call('ping', {})).toEqual({});
  const other = await TestBoard.start();
  await other.restart(() => writeFileSync(socketOf(other), 'a file'));
  expect(await (await other.connectProgram()).call('ping', {})).toEqual({});
  expect(statSync(socketOf(other)).isFile()).toBe(true);
});

test('removing a key ends the sessions that came by it, with their tokens, and no others', async () => {
  const board = await TestBoard.start();
  const [laptop, phone] = [provenKey('laptop'), provenKey('phone')];
  const byLaptop = await vouchedPeer(board);
  const { token } = await byLaptop.call('door.login', { user: 'alice', key: laptop, create: true });
  const { token: lost } = await (await vouchedPeer(board)).call('door.login', { key: laptop });
  const resumed = await board.connectProgram();
  await resumed.call('session.resume', { token: lost });
  await byLaptop.call('account.setPassword', { password });
  const byPassword = await board.connectProgram();
  await byPassword.call('session.login', { user: 'alice', password });
  const byPhone = await vouchedPeer(board);
  await byPhone.call('door.login', { user: 'alice', password, key: phone, remember: true });
  const resumedAgain = await vouchedPeer(board);
  const { token: third } = await resumedAgain.call('door.login', { key: laptop });
  const elsewhere = await board.connectProgram();
  await elsewhere.call('session.resume', { token: third });

  await byPhone.call('account.removeKey', { fingerprint: laptop.fingerprint });
  await byLaptop.until(() => byLaptop.ended || undefined);
  await elsewhere.until(() => elsewhere.ended || undefined);
  expect(elsewhere.received.at(-1)).toMatchObject({
    method: 'session.closing',
    params: { code: 'EXPELLED', reason: 'The SSH key that you came by was removed. Log in again.' },
  });
  expect(await names(byPassword)).toBe('alice');
  expect(await names(byPhone)).toBe('alice');
  const late = await board.connectProgram();
  for (const ended of [token, third]) {
    expect((await late.errorOf('session.resume', { token: ended })).word).toBe('TOKEN_INVALID');
  }
  // Adding the key again brings no session back.
  const { key } = await byPhone.call('account.addKey', {
    line: keyLine('other').line,
    current: password,
  });
  expect(key.lastUsedAt).toBeNull();
  expect((await late.errorOf('session.resume', { token: third })).word).toBe('TOKEN_INVALID');
});

test('a session that removes its own key is answered before it ends', async () => {
  const board = await TestBoard.start();
  const key = provenKey('a');
  const peer = await vouchedPeer(board);
  await peer.call('door.login', { user: 'alice', key, create: true });
  const { fingerprint } = key;
  expect((await peer.errorOf('account.removeKey', { fingerprint })).word).toBe('SSH_KEY_LAST');
  await peer.call('account.setPassword', { password });
  const removed = await peer.call('account.removeKey', { fingerprint });
  expect(removed.key.fingerprint).toBe(fingerprint);
  await peer.until(() => peer.ended || undefined);
  expect(peer.received.at(-1)).toMatchObject({ params: { code: 'EXPELLED' } });
});

test('session.show tells what the login did, at every door', async () => {
  const board = await TestBoard.start();
  const program = await board.connectProgram();
  const { token, ...login } = await program.call('session.login', { user: 'alice' });
  expect(await program.call('session.show', {})).toEqual(login);
  await program.call('group.join', { group: 'main' });
  const shown = await program.call('session.show', {});
  expect(shown.memberships).toMatchObject([{ group: 'main', unread: 0, role: 'member' }]);
  expect(shown).not.toHaveProperty('token');
  const stranger = await board.connectProgram();
  expect((await stranger.errorOf('session.show', {})).word).toBe('NOT_LOGGED_IN');
});
