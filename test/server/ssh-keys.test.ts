import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';
import { keyLine, provenKey, vouchedPeer } from '../helpers/vouched-peer.ts';

const password = 'correct horse battery';

/** A program that has logged in under a name, with a password. */
async function protectedUser(board: TestBoard, user: string): Promise<JsonPeer> {
  const peer = await board.connectProgram();
  await peer.call('session.login', { user, password, create: true });
  return peer;
}

/** The words of the errors of some requests that were sent at once; undefined for one that succeeded. */
async function outcomes(requests: Promise<{ error?: { data: { code: string } } }>[]) {
  const replies = await Promise.all(requests);
  return replies.map(({ error }) => error?.data.code).sort();
}

test('of those who register a name at once, by keys and by a password, exactly one has it', async () => {
  const board = await TestBoard.start();
  const byKey = await Promise.all(['a', 'b', 'c'].map(() => vouchedPeer(board)));
  const byPassword = await board.connectProgram();
  const found = await outcomes([
    ...byKey.map((peer, at) =>
      peer.request('door.login', { user: 'alice', key: provenKey(`${at}`), create: true }),
    ),
    byPassword.request('session.login', { user: 'alice', password, create: true }),
  ]);
  expect(found.filter((word) => word === undefined)).toHaveLength(1);
  for (const word of found) {
    expect(['PASSWORD_REQUIRED', 'PASSWORD_WRONG', 'USER_EXISTS', undefined]).toContain(word);
  }
  const users = board.database().prepare('SELECT name, is_protected FROM users').all();
  expect(users).toEqual([{ name: 'alice', is_protected: 1 }]);
});

test('nobody stays in by a key that is removed while they log in', async () => {
  const board = await TestBoard.start();
  const owner = await protectedUser(board, 'alice');
  for (let round = 0; round < 5; round++) {
    const key = provenKey(`round ${round}`);
    const first = await vouchedPeer(board);
    await first.call('door.login', { user: 'alice', password, key, remember: true });
    const peers = await Promise.all([1, 2, 3, 4, 5, 6].map(() => vouchedPeer(board)));
    const logins = peers.map((peer) => peer.request('door.login', { key }));
    const removal = owner.call('account.removeKey', {
      fingerprint: key.fingerprint,
      current: password,
    });
    await removal;
    await Promise.all(
      [first, ...peers].map(async (peer, at) => {
        const login = at === 0 ? undefined : await logins[at - 1]?.catch(() => undefined);
        if (login?.error) expect(login.error.data.code).toBe('SSH_KEY_NOT_FOUND');
        else await peer.until(() => peer.ended || undefined);
      }),
    );
  }
  expect(await owner.call('account.keys', {})).toEqual({ keys: [] });
});

test('nobody stays in by the key of a user who is deleted while they log in', async () => {
  const board = await TestBoard.start();
  const key = provenKey('a');
  const first = await vouchedPeer(board);
  await first.call('door.login', { user: 'alice', key, create: true });
  const peers = await Promise.all([1, 2, 3, 4, 5, 6].map(() => vouchedPeer(board)));
  const logins = peers.map((peer) => peer.request('door.login', { key }).catch(() => undefined));
  const signal = new AbortController().signal;
  await board.operate((operator) =>
    operator.deleteUser('alice', 'keep', { signal, progress: () => {} }),
  );
  for (const [at, peer] of [first, ...peers].entries()) {
    const login = at === 0 ? undefined : await logins[at - 1];
    if (login?.error) expect(login.error.data.code).toBe('SSH_KEY_NOT_FOUND');
    else await peer.until(() => peer.ended || undefined);
  }
  const late = await vouchedPeer(board);
  expect((await late.errorOf('door.login', { key })).word).toBe('SSH_KEY_NOT_FOUND');
});

test('a login that remembers a key succeeds without it if the key has become another user’s meanwhile', async () => {
  const board = await TestBoard.start();
  for (const user of ['alice', 'bob']) await protectedUser(board, user);
  const key = provenKey('a');
  const logins = ['alice', 'bob'].map(async (user) => {
    const peer = await vouchedPeer(board);
    return peer.call('door.login', { user, password, key, remember: true });
  });
  const results = await Promise.all(logins);
  const owner = (
    await (await vouchedPeer(board)).call('door.look', { fingerprint: key.fingerprint })
  ).owner;
  for (const { user, notRemembered } of results) {
    expect(notRemembered?.code).toBe(user === owner ? undefined : 'SSH_KEY_TAKEN');
  }
});

test('a token is not enough to add a key or to set a password', async () => {
  const board = await TestBoard.start();
  const { line } = keyLine('planted');
  const dave = await board.connectProgram();
  const { token } = await dave.call('session.login', { user: 'dave', password, create: true });
  const thief = await board.connectProgram();
  await thief.call('session.resume', { token });
  expect((await thief.errorOf('account.addKey', { line })).word).toBe('PASSWORD_REQUIRED');
  const guess = { line, current: 'a wrong one' };
  expect((await thief.errorOf('account.addKey', guess)).word).toBe('PASSWORD_WRONG');
  const owner = await vouchedPeer(board);
  const key = provenKey('erin');
  const made = await owner.call('door.login', { user: 'erin', key, create: true });
  const other = await board.connectProgram();
  await other.call('session.resume', { token: made.token });
  expect((await other.errorOf('account.addKey', { line })).word).toBe('PASSWORD_REQUIRED');
  expect((await other.errorOf('account.setPassword', { password })).word).toBe('PASSWORD_REQUIRED');
  const back = await vouchedPeer(board);
  await back.call('door.login', { key });
  await back.call('account.addKey', { line });
  await back.call('account.setPassword', { password });
});

test('a session that came with a key and then added it ends with the key, and its token too', async () => {
  const board = await TestBoard.start();
  const key = provenKey('laptop');
  const laptop = await vouchedPeer(board);
  const { token } = await laptop.call('door.login', { user: 'bob', key });
  await laptop.call('account.addKey', {});
  const phone = keyLine('phone');
  await laptop.call('account.addKey', { line: phone.line });
  const late = await board.connectProgram();
  expect((await late.errorOf('session.resume', { token })).word).toBe('TOKEN_INVALID');
  const other = await vouchedPeer(board);
  const phoneKey = { ...key, fingerprint: phone.fingerprint };
  await other.call('door.login', { user: 'bob', key: phoneKey, claim: true });
  await other.call('account.removeKey', { fingerprint: key.fingerprint });
  await laptop.until(() => laptop.ended || undefined);
  expect(laptop.received.at(-1)).toMatchObject({ params: { code: 'EXPELLED' } });
});

test('a right password over the vouched door makes no network known without an address', async () => {
  const board = await TestBoard.start();
  await protectedUser(board, 'alice');
  const networks = () =>
    board.database().prepare('SELECT network FROM known_networks').pluck().all();
  expect(networks()).toEqual(['127.0.0.1']);
  await (await vouchedPeer(board)).call('door.login', { user: 'alice', password });
  expect(networks()).toEqual(['127.0.0.1']);
  await (await vouchedPeer(board, '192.0.2.7')).call('door.login', { user: 'alice', password });
  expect(networks()).toEqual(['127.0.0.1', '192.0.2.7']);
});

test('the first key of a name ends other tokens, opens direct conversations, and allows several sessions', async () => {
  const board = await TestBoard.start();
  const before = await board.connectProgram();
  const { token } = await before.call('session.login', { user: 'alice' });
  await before.call('session.logout', {});
  const gone = await board.connectProgram();
  const { token: stale } = await gone.call('session.login', { user: 'alice' });
  gone.socket.destroy();
  const alice = await vouchedPeer(board);
  const login = { user: 'alice', key: provenKey('a') };
  await expect
    .poll(async () => (await alice.request('door.login', login)).error?.data.code)
    .toBe(undefined);
  const bob = await protectedUser(board, 'bob');
  expect((await bob.errorOf('direct.open', { user: 'alice' })).word).toBe('NAME_UNPROTECTED');
  expect((await alice.errorOf('direct.open', { user: 'bob' })).word).toBe('NAME_UNPROTECTED');
  await alice.call('account.addKey', {});
  await bob.call('direct.open', { user: 'alice' });
  await bob.call('message.post', { group: '@alice', subject: 's', content: 'for alice alone' });
  await alice.until(() => alice.received.find(({ method }) => method === 'message.posted'));
  const late = await board.connectProgram();
  for (const old of [token, stale]) {
    expect((await late.errorOf('session.resume', { token: old })).word).toBe('TOKEN_INVALID');
  }
  expect((await late.errorOf('session.login', { user: 'alice' })).word).toBe('PASSWORD_REQUIRED');
  await alice.call('group.create', { name: 'alices' });
  expect(await alice.call('group.show', { group: 'alices' })).toMatchObject({ role: 'owner' });
});

test('a public door answers alike for a name with a key and for one with a password', async () => {
  const board = await TestBoard.start();
  await protectedUser(board, 'alice');
  const door = await vouchedPeer(board);
  await door.call('door.login', { user: 'bob', key: provenKey('bob'), create: true });
  const answers = [];
  for (const user of ['alice', 'bob']) {
    const peer = await board.connectProgram();
    const asked = [{ user }, { user, create: false }, { user, password: 'a wrong one' }];
    const found = [];
    for (const params of asked) found.push((await peer.request('session.login', params)).error);
    answers.push(JSON.stringify(found));
  }
  expect(answers[0]).toBe(answers[1]);
});

test('%key lists, adds and removes keys', async () => {
  const board = await TestBoard.start();
  const alice = await board.person('alice');
  expect(await alice.ask('%key')).toBe(
    '[INFO] You have no SSH key. Type %key add and the line of your .pub file.\n',
  );
  const laptop = keyLine('alice@laptop');
  const phone = keyLine('phone');
  expect(await alice.ask(`%key add ${laptop.line}`)).toBe(
    `[SUCCESS] The SSH key ${laptop.fingerprint} is added. It opens and protects nothing yet. Come by ssh with this key once, as you usually reach this board.\n`,
  );
  expect(await alice.ask(`%KEY ADD ${phone.line}`)).toContain(phone.fingerprint);
  expect(await alice.ask('%key')).toMatch(
    /^\[INFO\] SHA256:\S{43} ssh-ed25519 alice@laptop, added \S+Z, not confirmed: come by ssh with it once\n\[INFO\] SHA256:\S{43} ssh-ed25519 phone, added/,
  );
  expect(await alice.ask('%key add')).toContain('give the line of a public SSH key');
  expect(await alice.ask('%key add -----BEGIN OPENSSH PRIVATE KEY-----')).toContain(
    'it is a private key',
  );
  expect(await alice.ask('%key remove SHA256:')).toContain(
    'You have several SSH keys that begin like that:',
  );
  expect(await alice.ask('%key remove nothing')).toBe(
    '[ERROR] You have no SSH key nothing. Type %key to see them.\n',
  );
  expect(await alice.ask('%key delete x')).toContain('"delete" is neither add nor remove');
  const beginning = phone.fingerprint.slice('SHA256:'.length, 20);
  expect(await alice.ask(`%key remove ${beginning}`)).toBe(
    `[SUCCESS] The SSH key ${phone.fingerprint} was removed.\n`,
  );
  const came = await vouchedPeer(board);
  const key = { ...provenKey('laptop'), fingerprint: laptop.fingerprint };
  await came.call('door.login', { user: 'alice', key, claim: true });
  expect(await came.errorOf('account.removeKey', { fingerprint: key.fingerprint })).toMatchObject({
    word: 'SSH_KEY_LAST',
  });
});

test('%key remove asks for the password of a name that has one', async () => {
  const board = await TestBoard.start();
  const alice = await board.person('alice');
  const { line, fingerprint } = keyLine('laptop');
  await alice.ask(`%password ${password}`);
  alice.send(`%key add ${line}`);
  await alice.expect('Current password: ');
  await alice.ask(password);
  alice.send(`%key remove ${fingerprint}`);
  await alice.expect('Current password: ');
  expect(await alice.ask('a wrong one')).toContain('[ERROR]');
  alice.send(`%key remove ${fingerprint}`);
  await alice.expect('Current password: ');
  expect(await alice.ask(password)).toContain(`The SSH key ${fingerprint} was removed.`);
});
