import { expect, test } from 'vitest';
import { healthChecks, problemsOf } from '../../src/storage/sqlite/file/health.ts';
import { toTheEnd } from '../contract/storage.ts';
import { TestBoard } from '../helpers/board.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';
import { keyLine, provenKey, vouchedPeer } from '../helpers/vouched-peer.ts';

const password = 'correct horse battery';

/** A program that has logged in under a new name, with a password. */
async function protectedUser(board: TestBoard, user: string): Promise<JsonPeer> {
  const peer = await board.connectProgram();
  await peer.call('session.login', { user, password, create: true });
  return peer;
}

/** A key of somebody, as its line and as what sshd has verified. */
function pair(seed: string) {
  const { line, fingerprint } = keyLine(seed);
  return { line, fingerprint, key: { ...provenKey(seed), fingerprint } };
}

/** Adds a key as a line. */
async function claim(peer: JsonPeer, line: string) {
  const { key } = await peer.call('account.addKey', { line, current: password });
  return key;
}

async function lookFor(board: TestBoard, fingerprint: string, user?: string) {
  const params = { fingerprint, ...(user !== undefined && { user }) };
  return (await vouchedPeer(board)).call('door.look', params);
}

/** The rules of the database that are broken. */
function problems(board: TestBoard): string[] {
  const client = board.database();
  return healthChecks.flatMap((check) => problemsOf(check, client));
}

test('a key that was added as a line opens and protects nothing until its user has come by it', async () => {
  const board = await TestBoard.start();
  const mallory = await protectedUser(board, 'mallory');
  const { line, fingerprint, key } = pair('carol');
  expect(await claim(mallory, line)).toMatchObject({ fingerprint, confirmed: false });
  expect(await lookFor(board, fingerprint, 'carol')).toEqual({
    ...{ owner: null, name: 'free', access: 'open' },
    ...{ claimants: ['mallory'], claimed: false },
  });
  // Who holds the key is not mallory, and does not get in by being silent.
  const carol = await vouchedPeer(board);
  expect((await carol.errorOf('door.login', { key })).word).toBe('SSH_KEY_NOT_FOUND');
  const made = await carol.call('door.login', { user: 'carol', key, create: true });
  expect(made.user).toBe('carol');
  expect(await lookFor(board, fingerprint)).toMatchObject({ owner: 'carol', claimants: [] });
  expect((await mallory.call('account.keys', {})).keys).toEqual([]);
  expect(problems(board)).toEqual([]);
});

test('an unprotected name stays unprotected until its user has come by the key', async () => {
  const board = await TestBoard.start();
  const alice = await board.connectProgram();
  await alice.call('session.login', { user: 'alice' });
  const { line, fingerprint, key } = pair('alice');
  await alice.call('account.addKey', { line });
  expect((await alice.errorOf('group.create', { name: 'own' })).word).toBe('NAME_UNPROTECTED');
  expect(await lookFor(board, fingerprint, 'ALICE')).toMatchObject({
    ...{ owner: null, name: 'unprotected', claimed: true },
  });
  const byKey = await vouchedPeer(board);
  const { token } = await byKey.call('door.login', { user: 'Alice', key, claim: true });
  // Somebody else may hold the name, so its other sessions end.
  await alice.until(() => alice.ended || undefined);
  expect(alice.received.at(-1)).toMatchObject({
    params: { code: 'EXPELLED', reason: 'Your name was protected by an SSH key. Log in again.' },
  });
  expect(await byKey.call('account.keys', {})).toMatchObject({
    keys: [{ fingerprint, confirmed: true, lastUsedAt: expect.any(String) }],
  });
  await byKey.call('group.create', { name: 'own' });
  const stranger = await board.connectProgram();
  expect((await stranger.errorOf('session.login', { user: 'alice' })).word).toBe(
    'PASSWORD_REQUIRED',
  );
  await byKey.call('account.setPassword', { password });
  const other = await board.connectProgram();
  await other.call('session.resume', { token });
  expect(problems(board)).toEqual([]);
});

test('a token from before a name was protected by coming with its key has ended', async () => {
  const board = await TestBoard.start();
  const alice = await board.connectProgram();
  const { token } = await alice.call('session.login', { user: 'alice' });
  const { line, key } = pair('alice');
  await alice.call('account.addKey', { line });
  alice.socket.destroy();
  await (await vouchedPeer(board)).call('door.login', { user: 'alice', key, claim: true });
  const late = await board.connectProgram();
  expect((await late.errorOf('session.resume', { token })).word).toBe('TOKEN_INVALID');
});

test('if several users have added a key, the one who proves to hold it gets it, and the others get no notice', async () => {
  const board = await TestBoard.start();
  const { line, fingerprint, key } = pair('shared');
  const users = ['alice', 'bob', 'mallory'];
  const peers = await Promise.all(users.map((user) => protectedUser(board, user)));
  const added = await Promise.all(peers.map((peer) => claim(peer, line)));
  expect(added.map(({ confirmed }) => confirmed)).toEqual([false, false, false]);
  // Adding it again changes nothing.
  expect(await claim(peers[0] as JsonPeer, line)).toEqual(added[0]);
  expect((await lookFor(board, fingerprint, 'bob')).claimants.toSorted()).toEqual(users);
  const [alice, bob] = peers as [JsonPeer, JsonPeer];
  expect((await bob.call('account.keys', {})).keys).toMatchObject([{ fingerprint }]);
  const byKey = await vouchedPeer(board);
  await byKey.call('door.login', { user: 'bob', key, claim: true });
  for (const peer of [alice, peers[2] as JsonPeer]) {
    expect((await peer.call('account.keys', {})).keys).toEqual([]);
  }
  const late = await vouchedPeer(board);
  const claiming = { user: 'alice', key, claim: true };
  // The key is bob's now, whatever is asked.
  expect((await late.call('door.login', claiming)).user).toBe('bob');
  expect((await alice.errorOf('account.addKey', { line, current: password })).word).toBe(
    'SSH_KEY_TAKEN',
  );
});

test.each([
  ['two users claim it', 'claim'],
  ['its user removes it', 'remove'],
  ['its user is deleted', 'delete'],
  ['somebody says that it is none of them', 'drop'],
])('while a key is confirmed, %s: one of the two happens, and nothing between', async (_, act) => {
  const board = await TestBoard.start();
  for (let round = 0; round < 5; round++) {
    const { line, fingerprint, key } = pair(`${act} ${round}`);
    const [alice, bob] = await Promise.all(
      ['alice', 'bob'].map((user) => protectedUser(board, `${user}${round}`)),
    );
    for (const peer of [alice, bob]) await claim(peer as JsonPeer, line);
    const [first, second] = [await vouchedPeer(board), await vouchedPeer(board)];
    const confirming = first
      .request('door.login', { user: `alice${round}`, key, claim: true })
      .catch(() => undefined);
    const rival = {
      claim: () => second.request('door.login', { user: `bob${round}`, key, claim: true }),
      remove: () => alice?.request('account.removeKey', { fingerprint, current: password }),
      delete: () =>
        board.operate((operator) => operator.deleteUser(`alice${round}`, 'keep', toTheEnd)),
      drop: () => second.request('door.dropClaims', { fingerprint }),
    }[act];
    await rival?.();
    const confirmed = await confirming;
    const { owner, claimants } = await lookFor(board, fingerprint);
    if (owner !== null) {
      expect(act === 'claim' ? [`alice${round}`, `bob${round}`] : [`alice${round}`]).toContain(
        owner,
      );
      expect(claimants).toEqual([]);
    } else if (confirmed?.error) {
      expect(['SSH_KEY_NOT_FOUND', 'USER_NOT_FOUND']).toContain(confirmed.error.data.code);
    }
  }
  expect(problems(board)).toEqual([]);
});

test('a claim that is not the user’s own confirms nothing', async () => {
  const board = await TestBoard.start();
  const alice = await protectedUser(board, 'alice');
  await protectedUser(board, 'bob');
  const { line, fingerprint, key } = pair('a');
  await claim(alice, line);
  const peer = await vouchedPeer(board);
  for (const user of ['bob', 'nobody']) {
    expect((await peer.errorOf('door.login', { user, key, claim: true })).word).toBe(
      'SSH_KEY_NOT_FOUND',
    );
  }
  const other = { ...key, fingerprint: provenKey('other').fingerprint };
  expect((await peer.errorOf('door.login', { user: 'alice', key: other, claim: true })).word).toBe(
    'SSH_KEY_NOT_FOUND',
  );
  await board.operate((operator) => operator.banUser('alice', 'spam'));
  expect((await peer.errorOf('door.login', { user: 'alice', key, claim: true })).word).toBe(
    'BANNED',
  );
  expect((await lookFor(board, fingerprint)).owner).toBeNull();
});

test('a visitor who is logged in cannot drop what others have claimed', async () => {
  const board = await TestBoard.start();
  const alice = await protectedUser(board, 'alice');
  const { line, fingerprint } = pair('a');
  await claim(alice, line);
  const visitor = await vouchedPeer(board);
  await visitor.call('door.login', { user: 'mallory', key: provenKey('m'), create: true });
  expect((await visitor.errorOf('door.dropClaims', { fingerprint })).word).toBe(
    'ALREADY_LOGGED_IN',
  );
  expect((await lookFor(board, fingerprint)).claimants).toEqual(['alice']);
});

test('a key that the session came by, and one that the operator adds, are confirmed at once', async () => {
  const board = await TestBoard.start();
  const mallory = await protectedUser(board, 'mallory');
  await protectedUser(board, 'bob');
  const [own, given] = [pair('own'), pair('given')];
  for (const { line } of [own, given]) await claim(mallory, line);
  const alice = await vouchedPeer(board);
  await alice.call('door.login', { user: 'alice', key: own.key });
  // The line of the key that the session came by proves as much as leaving it out.
  const { key } = await alice.call('account.addKey', { line: own.line });
  expect(key).toMatchObject({ fingerprint: own.fingerprint, confirmed: true });
  await board.operate((operator) => operator.addUserKey('bob', given.key));
  expect(await lookFor(board, own.fingerprint)).toMatchObject({ owner: 'alice', claimants: [] });
  expect(await lookFor(board, given.fingerprint)).toMatchObject({ owner: 'bob', claimants: [] });
  expect((await mallory.call('account.keys', {})).keys).toEqual([]);
});

test('a user has at most sixteen keys, confirmed or not, and can remove one that is not', async () => {
  const board = await TestBoard.start();
  const alice = await protectedUser(board, 'alice');
  for (let nth = 0; nth < 16; nth++) await claim(alice, pair(`${nth}`).line);
  const adding = { line: pair('more').line, current: password };
  expect((await alice.errorOf('account.addKey', adding)).word).toBe('SSH_KEY_LIMIT');
  const { key, fingerprint } = pair('3');
  const byKey = await vouchedPeer(board);
  await byKey.call('door.login', { user: 'alice', key, claim: true });
  expect((await alice.call('account.keys', {})).keys).toMatchObject([
    { fingerprint, confirmed: true },
    ...Array.from({ length: 15 }, () => ({ confirmed: false })),
  ]);
  const removal = { fingerprint: pair('4').fingerprint, current: password };
  expect((await alice.call('account.removeKey', removal)).key.confirmed).toBe(false);
  await alice.call('account.addKey', adding);
  expect(problems(board)).toEqual([]);
});

test('a login that cannot remember its key succeeds, and says why', async () => {
  const board = await TestBoard.start();
  const alice = await protectedUser(board, 'alice');
  for (let nth = 0; nth < 16; nth++) await claim(alice, pair(`${nth}`).line);
  const { key } = pair('late');
  const peer = await vouchedPeer(board);
  const login = { user: 'alice', password, key, remember: true };
  expect(await peer.call('door.login', login)).toMatchObject({
    user: 'alice',
    notRemembered: { code: 'SSH_KEY_LIMIT', message: expect.stringContaining('16') },
  });
  const { keys } = await peer.call('account.keys', {});
  expect(keys).toHaveLength(16);
  // The session can remember it once there is room.
  const removal = { fingerprint: keys[0]?.fingerprint ?? '', current: password };
  await peer.call('account.removeKey', removal);
  expect((await peer.call('account.addKey', {})).key).toMatchObject({ confirmed: true });
});

test.each(['password', 'key', 'key of the operator', 'password of the operator', 'claim'])(
  'claims of who held an unprotected name end when it is protected (by %s)',
  async (by) => {
    const board = await TestBoard.start();
    const mallory = await board.program('bob');
    const [foreign, own] = [pair('mallory'), pair('bob')];
    await mallory.call('account.addKey', { line: foreign.line });
    if (by === 'claim') await mallory.call('account.addKey', { line: own.line });
    await mallory.call('session.logout', {});
    await mallory.closed();
    const bob = await vouchedPeer(board);
    const login = { user: 'bob', key: own.key };
    await bob.call('door.login', by === 'claim' ? { ...login, claim: true } : login);
    if (by === 'password') await bob.call('account.setPassword', { password });
    if (by === 'key') await bob.call('account.addKey', {});
    await board.operate(async (operator) => {
      if (by === 'key of the operator') await operator.addUserKey('bob', own.key);
      if (by === 'password of the operator') await operator.setPassword('bob', 'hash');
    });
    expect(await lookFor(board, foreign.fingerprint, 'bob')).toMatchObject({
      ...{ name: 'protected', claimants: [], claimed: false },
    });
    const late = await vouchedPeer(board);
    const { key } = foreign;
    expect((await late.errorOf('door.login', { user: 'bob', key, claim: true })).word).toBe(
      'SSH_KEY_NOT_FOUND',
    );
    expect(problems(board)).toEqual([]);
  },
);

test.each(['password', 'key'])(
  'claims of a user end when the operator removes the last protection (%s) of the name',
  async (last) => {
    const board = await TestBoard.start();
    const { line, fingerprint } = pair('claimed');
    const own = pair('own');
    const bob = await vouchedPeer(board);
    if (last === 'key') await bob.call('door.login', { user: 'bob', key: own.key, create: true });
    else await bob.call('door.login', { user: 'bob', password, create: true });
    const current = last === 'password' ? { current: password } : {};
    await bob.call('account.addKey', { line, ...current });
    expect((await lookFor(board, fingerprint)).claimants).toEqual(['bob']);
    await board.operate(async (operator) => {
      if (last === 'key') await operator.removeUserKey('bob', own.fingerprint);
      else await operator.setPassword('bob', null);
    });
    expect(await lookFor(board, fingerprint, 'bob')).toMatchObject({
      ...{ name: 'unprotected', claimants: [], claimed: false },
    });
  },
);

test('a protected user who sets another password or adds another key keeps their claims', async () => {
  const board = await TestBoard.start();
  const alice = await protectedUser(board, 'alice');
  const { line, fingerprint } = pair('laptop');
  await claim(alice, line);
  await alice.call('account.setPassword', { password: `${password}!`, current: password });
  await board.operate((operator) => operator.addUserKey('alice', pair('other').key));
  expect((await lookFor(board, fingerprint)).claimants).toEqual(['alice']);
});
