import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import { runHere } from '../helpers/cli.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';

const ok = (stdout: string) => ({ code: 0, stderr: '', stdout });

/** A board, and the commands of its operator in a process of their own. */
async function operated() {
  const board = await TestBoard.start();
  const run = (...args: string[]) => runHere([...args, '--data', board.data]);
  const json = async (...args: string[]) => JSON.parse((await run(...args, '--json')).stdout);
  for (const name of ['alice', 'bob']) await board.protect(name, 'a secret');
  const owner = await board.protectedProgram('alice', 'a secret');
  const moderator = await board.protectedProgram('bob', 'a secret');
  return { board, run, json, owner, moderator };
}

/** Waits for the next notice of a method. */
async function notice(peer: JsonPeer, method: string): Promise<Record<string, unknown>> {
  for (;;) {
    const { method: found, params } = await peer.notice();
    if (found === method) return params as Record<string, unknown>;
  }
}

test('a user whom the operator removes loses the group at once on every connection', async () => {
  const { board, run } = await operated();
  const carol = await board.memberProgram('carol', 'news');
  await board.protect('dave', 'a secret');
  const dave = await board.protectedProgram('dave', 'a secret');
  await dave.call('group.join', { group: 'news' });
  const second = await board.protectedProgram('dave', 'a secret');

  const removed = await run('group', 'bar', 'news', 'dave', '--reason', 'Spam');
  expect(removed).toEqual(ok('User dave is barred from news.\n'));
  for (const peer of [dave, second]) {
    expect(await notice(peer, 'membership.ended')).toMatchObject({
      ...{ group: 'news', act: 'bar', by: null, reason: 'Spam' },
    });
    const listed = await peer.errorOf('message.list', { group: 'news' });
    expect(listed.word).toBe('NOT_MEMBER');
    expect((await peer.errorOf('group.join', { group: 'news' })).word).toBe('BARRED');
  }
  const { line } = await notice(carol, 'group.logged');
  expect(line).toMatchObject({ act: 'bar', by: null, user: 'dave', detail: 'Spam' });
  await carol.call('message.post', { group: 'news', subject: 'inside', content: 'inside' });
  expect((await dave.notices()).map(({ method }) => method)).not.toContain('message.posted');

  expect((await run('group', 'unbar', 'news', 'dave')).code).toBe(0);
  await dave.call('group.join', { group: 'news' });
});

test('the operator gives roles, and the first one in news makes it a group for announcements', async () => {
  const { board, run, json, owner, moderator } = await operated();
  await owner.call('group.join', { group: 'news' });
  const guest = await board.memberProgram('guest', 'news');
  expect(await run('group', 'role', 'news', 'guest', 'moderator')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('The name guest is not protected.'),
  });
  expect(await run('group', 'role', 'news', 'alice', 'moderator')).toEqual(
    ok(
      'User alice is a moderator of news now.\n' +
        'Only moderators post in news now; group edit --posting members undoes that.\n',
    ),
  );
  await notice(guest, 'group.changed');
  const refused = await guest.errorOf('message.post', { group: 'news', subject: 's', content: '' });
  expect(refused.word).toBe('FORBIDDEN');
  await owner.call('message.post', { group: 'news', subject: 'official', content: '' });

  await owner.call('group.create', { name: 'chess' });
  await moderator.call('group.join', { group: 'chess' });
  expect(await run('group', 'edit', 'chess', '--owner', 'bob')).toEqual(
    ok('User bob is the owner of chess now.\n'),
  );
  expect(await json('group', 'show', 'chess')).toMatchObject({
    owner: 'bob',
    memberships: [
      { user: 'alice', role: 'moderator' },
      { user: 'bob', role: 'owner' },
    ],
  });
  // The owner before lost the right in the same commit.
  const delivered = await owner.errorOf('group.edit', { group: 'chess', description: 'mine' });
  expect(delivered.word).toBe('FORBIDDEN');
  const both = await run('group', 'edit', 'chess', '--owner', 'alice', '--access', 'secret');
  expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot be used with') });
});

test('a secret group is found by its name, or by name and number if there are several', async () => {
  const { run, json, owner, moderator } = await operated();
  const { groupId: id } = await owner.call('group.create', { name: 'plans', access: 'secret' });
  expect(await json('group', 'show', 'plans')).toMatchObject({ id, access: 'secret' });
  const { groupId: other } = await moderator.call('group.create', {
    name: 'plans',
    access: 'secret',
  });
  expect(await run('group', 'show', 'plans')).toEqual({
    code: 1,
    stdout: '',
    stderr: `corkboard: Several secret groups are called plans: plans#${id}, plans#${other}.\n`,
  });
  expect(await json('group', 'show', `plans#${other}`)).toMatchObject({ owner: 'bob' });
  // The list has the words that the other commands accept.
  const list = (await run('group', 'list')).stdout;
  for (const each of [id, other])
    expect(list).toMatch(new RegExp(`^ *${each} +plans#${each} +secret `, 'm'));
  // The plain name is that of a listed group as soon as there is one.
  await run('group', 'create', 'plans');
  expect(await json('group', 'show', 'plans')).toMatchObject({ access: 'open', owner: null });
});

test('a banned owner is followed by the moderator with the oldest role, or the operator is told', async () => {
  const { board, run, json, owner, moderator } = await operated();
  await owner.call('group.create', { name: 'chess' });
  await moderator.call('group.join', { group: 'chess' });
  await owner.call('group.setRole', { group: 'chess', user: 'bob', role: 'moderator' });
  await run('user', 'ban', 'alice');
  expect(await json('group', 'show', 'chess')).toMatchObject({ owner: 'bob', hasLostOwner: false });

  await run('user', 'password', 'bob', '--no-password');
  expect(await json('group', 'show', 'chess')).toMatchObject({ owner: null, hasLostOwner: true });
  expect((await run('group', 'list')).stdout).toMatch(/chess +open +none: lost /);
  expect(await json('stats')).toMatchObject({ moderation: { withoutOwner: 1, owners: 0 } });
  // Whoever takes the name now and protects it gets none of its roles.
  await moderator.closed();
  const thief = await board.program('bob');
  await thief.call('account.setPassword', { password: 'another secret' });
  const shown = await thief.call('group.show', { group: 'chess' });
  expect(shown).toMatchObject({ role: 'member' });
});

test('a report reaches the operator, who can close it, pin messages and close threads', async () => {
  const { board, run, json } = await operated();
  const carol = await board.memberProgram('carol', 'news');
  await carol.call('message.post', { group: 'news', subject: 'rude', content: 'words' });
  await carol.call('message.report', { group: 'news', number: 1, reason: 'Rude' });
  expect(await json('report', 'list')).toMatchObject([
    { group: 'news', number: 1, user: 'carol', reason: 'Rude' },
  ]);
  expect(await run('report', 'close', 'news', '1')).toEqual(
    ok('1 report of message 1 of news closed.\n'),
  );
  expect(await json('report', 'list', 'news')).toEqual([]);
  await run('thread', 'close', 'news', 'last');
  const reply = { group: 'news', replyTo: 1, content: 'and so on' };
  await notice(carol, 'group.logged');
  expect((await carol.errorOf('message.post', reply)).word).toBe('THREAD_CLOSED');
  await run('thread', 'reopen', 'news', '1');
  await carol.call('message.post', reply);
  expect(await run('message', 'pin', 'news', '9')).toMatchObject({ code: 1 });
  const log = await json('group', 'log', 'news');
  expect(log.map(({ act }: { act: string }) => act)).toEqual(['close', 'reopen']);
});

test('a direct conversation has no moderators, rules or invitations', async () => {
  const { run, json, owner } = await operated();
  await owner.call('message.post', { group: '@bob', subject: 'hi', content: '' });
  const [{ id }] = await json('group', 'list', '--direct');
  for (const args of [
    ['bar', String(id), 'bob'],
    ['role', String(id), 'bob', 'moderator'],
    ['invite', String(id), '--code'],
  ]) {
    expect(await run('group', ...args)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('This is a direct conversation'),
    });
  }
});
