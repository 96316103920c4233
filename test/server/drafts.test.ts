import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import { provenKey, vouchedPeer } from '../helpers/vouched-peer.ts';

/** Somebody who has come to the vouched door with a key of their own. */
async function owner(board: TestBoard, user: string) {
  const peer = await vouchedPeer(board);
  await peer.call('door.login', { user, key: provenKey(user), create: true });
  return peer;
}

async function places(peer: Awaited<ReturnType<typeof owner>>): Promise<string[]> {
  return (await peer.call('draft.list', {})).drafts.map(({ place }) => place).sort();
}

test('drafts and keys of the screen outlive sessions and restarts, and belong to their user', async () => {
  const board = await TestBoard.start();
  const alice = await owner(board, 'alice');
  const bob = await owner(board, 'bob');
  await alice.call('draft.set', { place: 'news', subject: 'Lunch', content: 'first\nline' });
  await alice.call('draft.set', { place: 'news', subject: 'Lunch', content: 'second\nline' });
  await alice.call('draft.set', { place: 'news#17', content: 'a reply' });
  await alice.call('screen.setKeys', { content: 'reply = "f4"\n' });
  expect(await places(bob)).toEqual([]);
  await board.restart();
  const again = await vouchedPeer(board);
  await again.call('door.login', { key: provenKey('alice') });
  expect(await again.call('draft.list', {})).toEqual({
    drafts: [
      { place: 'news', subject: 'Lunch', content: 'second\nline' },
      { place: 'news#17', content: 'a reply' },
    ],
  });
  expect(await again.call('screen.keys', {})).toEqual({ content: 'reply = "f4"\n' });
  await again.call('draft.set', { place: 'news' });
  await again.call('screen.setKeys', { content: null });
  expect(await places(again)).toEqual(['news#17']);
  expect(await again.call('screen.keys', {})).toEqual({ content: null });
});

test('drafts are limited in number and in bytes, and the oldest are dropped', async () => {
  const board = await TestBoard.start();
  const alice = await owner(board, 'alice');
  for (let nth = 100; nth < 153; nth++) {
    await alice.call('draft.set', { place: `p${nth}`, content: 'x' });
  }
  const kept = await places(alice);
  expect([kept.length, kept[0], kept.at(-1)]).toEqual([50, 'p103', 'p152']);
  // Five texts of 48 KiB fit, and a sixth does not.
  for (let nth = 0; nth < 6; nth++) {
    await alice.call('draft.set', { place: `q${nth}`, content: 'y'.repeat(48 * 1024) });
  }
  expect((await places(alice)).slice(-5)).toEqual(['q1', 'q2', 'q3', 'q4', 'q5']);
  for (const params of [
    { place: 'p'.repeat(301), content: 'x' },
    { place: 'p', content: 'x'.repeat(48 * 1024 + 1) },
    { place: 'p', subject: 'x'.repeat(1001), content: 'x' },
    { place: 'p', from: 'q1', content: 'x' },
    { place: 'p', from: 'q1', content: '' },
    { place: 'p', from: 'q1', subject: 'x' },
    { place: 'q1', subject: 'x' },
  ]) {
    expect((await alice.errorOf('draft.set', params)).word).toBe('INVALID_PARAMS');
  }
  // What was refused has changed nothing.
  expect((await places(alice)).slice(-5)).toEqual(['q1', 'q2', 'q3', 'q4', 'q5']);
  const keys = { content: 'x'.repeat(8 * 1024 + 1) };
  expect((await alice.errorOf('screen.setKeys', keys)).word).toBe('INVALID_PARAMS');
});

test('nothing is kept of an unprotected name, and nothing is shown to a user who takes a name that was protected', async () => {
  const board = await TestBoard.start();
  const guest = await vouchedPeer(board);
  await guest.call('door.login', { user: 'guest' });
  for (const [method, params] of [
    ['draft.list', {}],
    ['draft.set', { place: 'news', content: 'x' }],
    ['screen.setKeys', { content: '' }],
  ] as const) {
    expect((await guest.errorOf(method, params)).word).toBe('NAME_UNPROTECTED');
  }
  const alice = await owner(board, 'alice');
  await alice.call('draft.set', { place: '@bob', content: 'private' });
  await alice.call('screen.setKeys', { content: 'reply = "f4"' });
  await board.operate((operator) =>
    operator.removeUserKey('alice', provenKey('alice').fingerprint),
  );
  await alice.until(() => alice.ended || undefined);
  const other = await vouchedPeer(board);
  await other.call('door.login', { user: 'alice' });
  expect((await other.errorOf('draft.list', {})).word).toBe('NAME_UNPROTECTED');
  expect(await other.call('screen.keys', {})).toEqual({ content: null });
  // Nor to them after they have protected the name.
  await other.call('account.setPassword', { password: 'correct horse battery' });
  expect(await other.call('draft.list', {})).toEqual({ drafts: [] });
  expect(await other.call('screen.keys', {})).toEqual({ content: null });
});

test('drafts and keys of the screen are deleted with their user', async () => {
  const board = await TestBoard.start();
  const alice = await owner(board, 'alice');
  await alice.call('draft.set', { place: 'news', content: 'x' });
  await alice.call('screen.setKeys', { content: 'reply = "f4"' });
  const counts = () =>
    board
      .database()
      .prepare('SELECT (SELECT count(*) FROM drafts) AS d, (SELECT count(*) FROM screen_keys) AS k')
      .get();
  expect(counts()).toEqual({ d: 1, k: 1 });
  const signal = new AbortController().signal;
  await board.operate((operator) =>
    operator.deleteUser('alice', 'keep', { signal, progress: () => {} }),
  );
  expect(counts()).toEqual({ d: 0, k: 0 });
});
