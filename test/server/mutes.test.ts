import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';
import { undated } from './support.ts';

/** The notices of a program so far, in short: `posted 3`, `joined bob`. */
async function told(peer: JsonPeer): Promise<string[]> {
  return (await peer.notices()).map(({ method = '', params }) => {
    const { message, user, online } = params as {
      message?: { number: number };
      user?: string;
      online?: string[];
    };
    const what = message?.number ?? user ?? online?.join() ?? '';
    return `${method.replace(/^\w+\./, '')} ${what}`.trim();
  });
}

test('of a muted group a member is sent no messages, joins and leaves, but what changes it', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  const bob = await board.memberProgram('bob');
  const watcher = await board.memberProgram('watcher');
  const post = (content: string) =>
    bob.call('message.post', { group: 'main', subject: 's', content });
  const set = await alice.call('membership.set', { group: 'main', notify: 'none' });
  expect(set).toEqual({ group: 'main', groupId: 1, notify: 'none', lastNumber: 0 });
  await told(alice);
  await told(watcher);

  await post('one, @alice');
  await bob.call('message.edit', { group: 'main', number: 1, content: 'One, @alice' });
  await bob.call('group.leave', { group: 'main' });
  await bob.call('group.join', { group: 'main' });
  expect(await told(watcher)).toEqual(['posted 1', 'edited 1', 'left bob', 'joined bob']);
  expect(await told(alice)).toEqual(['edited 1']);

  await alice.call('membership.set', { group: 'main', notify: 'mentions' });
  await Promise.all([post('two'), post('three, @Alice'), post('four, @watcher')]);
  expect(await told(watcher)).toEqual(['posted 2', 'posted 3', 'posted 4']);
  expect(await told(alice)).toEqual(['posted 3']);

  await alice.call('membership.set', { group: 'main', notify: 'all' });
  await post('five');
  expect(await told(alice)).toEqual(['posted 5']);
});

test('@all of a moderator is sent to those who have muted all but mentions, and to nobody who has muted more', async () => {
  const board = await TestBoard.start();
  const password = 'correct horse';
  await board.protect('mona', password);
  const mona = await board.protectedProgram('mona', password);
  await mona.call('group.join', { group: 'main' });
  const asks = await board.protectedProgram('mona', password);
  const alice = await board.memberProgram('alice');
  const bob = await board.memberProgram('bob');
  const carol = await board.memberProgram('carol');
  const reader = await board.person('reader');
  await reader.ask('%join');
  await board.operate((operator) => operator.moderation.setRole({ id: 1 }, 'mona', 'moderator'));
  await mona.until(() => mona.received.find(({ method }) => method === 'group.logged'));
  await alice.call('membership.set', { group: 'main', notify: 'mentions' });
  await bob.call('membership.set', { group: 'main', notify: 'none' });
  await carol.call('user.mute', { user: 'mona' });
  for (const peer of [mona, asks, alice, bob, carol]) await peer.notices();

  const post = (content: string) =>
    mona.call('message.post', { group: 'main', subject: 's', content });
  const [first, second] = await Promise.all([post('to @all'), post('to nobody'), post('@bob')]);
  expect([first.mentions, second.mentions]).toEqual([['@all'], undefined]);
  expect(await told(asks)).toEqual(['posted 1', 'posted 2', 'posted 3']);
  expect(await told(alice)).toEqual(['posted 1']);
  expect(await told(bob)).toEqual([]);
  expect(await told(carol)).toEqual(['posted 1', 'posted 2', 'posted 3']);
  await reader.expect('(ID: 3');
  const unread = async (peer: JsonPeer) => {
    const { groups } = await peer.call('group.list', {});
    const main = groups.find(({ name }) => name === 'main');
    return [main?.unread, main?.mentions];
  };
  expect(await Promise.all([mona, alice, bob, carol].map(unread))).toEqual([
    [0, 0],
    [1, 1],
    [0, 0],
    [0, 0],
  ]);
  const { messages } = await alice.call('mention.list', {});
  expect(messages).toMatchObject([{ number: 1, mentions: ['@all'] }]);
  const lines = await reader.ask('%mentions');
  expect(lines).toContain('ID: 1 |');
  expect(lines).not.toContain('ID: 2 |');
});

test('what was muted is kept, and the other sessions of the user learn of it', async () => {
  const board = await TestBoard.start();
  const bob = await board.memberProgram('bob');
  const alice = await board.memberProgram('alice');
  await alice.call('account.setPassword', { password: 'correct horse' });
  const phone = await board.connectProgram();
  await phone.call('session.login', { user: 'alice', password: 'correct horse' });
  await bob.call('message.post', { group: 'main', subject: 's', content: 'c' });
  await told(phone);
  await told(alice);
  await alice.call('membership.set', { group: 'main', notify: 'mentions' });
  await alice.call('user.mute', { user: 'bob' });
  await alice.call('thread.mute', { group: 'main', thread: 1 });
  const notices = await phone.notices();
  expect(notices.map(({ method, params }) => ({ method, params }))).toEqual([
    {
      method: 'membership.changed',
      params: { group: 'main', groupId: 1, notify: 'mentions', lastNumber: 1 },
    },
    { method: 'mutes.changed', params: {} },
    { method: 'mutes.changed', params: {} },
  ]);
  expect(await told(alice)).toEqual([]);
  await bob.call('message.post', { group: 'main', subject: 's', content: 'c' });
  expect(await told(phone)).toEqual([]);
  phone.socket.destroy();
  const again = await board.connectProgram();
  const login = await again.call('session.login', { user: 'alice', password: 'correct horse' });
  expect(login).toMatchObject({
    mutes: true,
    memberships: [{ group: 'main', unread: 0, mentions: 0, notify: 'mentions' }],
  });
  expect(await again.call('mute.list', {})).toEqual({
    groups: [{ group: 'main', groupId: 1, notify: 'mentions' }],
    threads: [{ group: 'main', groupId: 1, thread: 1 }],
    users: [{ user: 'bob', userId: 1 }],
  });
});

test('a person mutes and unmutes groups, threads and users by commands', async () => {
  const board = await TestBoard.start();
  const alice = await board.member('alice');
  await board.member('bob');
  await alice.receivedSoFar();
  await alice.ask('%post hello c');
  const lines = [
    ['%mute', '[INFO] You have muted nothing.\n'],
    ['%mute main', '[SUCCESS] You muted main.\n'],
    ['%mute main mentions', '[SUCCESS] You muted main, except for messages that mention you.\n'],
    ['%mute @bob', '[SUCCESS] You muted bob.\n'],
    ['%mute thread 1', '[SUCCESS] You muted thread 1 of main.\n'],
    [
      '%mute',
      '[INFO] Muted: main, except for messages that mention you\n[INFO] Muted: thread 1 of main\n[INFO] Muted: @bob\n',
    ],
    ['%unmute user bob', '[SUCCESS] bob is no longer muted.\n'],
    ['%unmute thread main #1', '[SUCCESS] Thread 1 of main is no longer muted.\n'],
    ['%unmute main', '[SUCCESS] main is no longer muted.\n'],
    ['%mute', '[INFO] You have muted nothing.\n'],
  ] as const;
  for (const [line, answer] of lines) expect(await alice.ask(line), line).toBe(answer);
  expect(await alice.ask('%mute main loudly')).toContain('[ERROR] Wrong arguments');
});

test('a person sees what mentions them, and how much of it is unread', async () => {
  const board = await TestBoard.start();
  const bob = await board.memberProgram('bob');
  const alice = await board.member('alice');
  await bob.call('message.post', { group: 'main', subject: 'one', content: 'hi @alice' });
  await bob.call('message.post', { group: 'main', subject: 'two', content: 'hi' });
  await alice.receivedSoFar();
  expect(await alice.ask('%unread')).toBe('[INFO] main: 2 unread, 1 mentions you\n');
  expect(undated(await alice.ask('%mentions'))).toBe(
    '--- Mentions ---\n' +
      'Group: main | ID: 1 | Sender: bob | Date: DATE | Subject: one\n' +
      `${'-'.repeat(40)}\n`,
  );
});

test('a person at a text connection is not sent what was muted, and is again after %unmute', async () => {
  const board = await TestBoard.start();
  const bob = await board.memberProgram('bob');
  const carol = await board.memberProgram('carol');
  const post = (peer: JsonPeer, subject: string, more = {}) =>
    peer.call('message.post', { group: 'main', subject, content: 'c', ...more });
  await post(carol, 'thread');
  const alice = await board.member('alice');
  const watcher = await board.member('watcher');
  const shown = async (peer = alice) =>
    [
      ...(await peer.receivedSoFar()).matchAll(/(?:Subject: |edited a message .*Subject: )(\w+)/g),
    ].map(([, subject]) => subject);
  await shown();
  await alice.ask('%mute @bob');
  await alice.ask('%mute thread 1');
  // Several in one turn: some of them are left out of what the members share.
  await Promise.all([
    post(bob, 'two'),
    post(carol, 'three'),
    post(carol, 'four', { replyTo: 1 }),
    post(bob, 'five'),
  ]);
  await bob.call('message.edit', { group: 'main', number: 2, subject: 'edited' });
  await bob.call('message.delete', { group: 'main', number: 2 });
  expect(new Set(await shown(watcher))).toEqual(
    new Set(['two', 'three', 'four', 'five', 'edited']),
  );
  expect(await shown()).toEqual(['three']);

  // It is kept for later sessions.
  alice.send('%exit');
  await alice.toEnd();
  const again = await board.person('alice');
  await post(bob, 'six');
  await post(carol, 'seven');
  expect(await shown(again)).toEqual(['seven']);
  await again.ask('%unmute @bob');
  await post(bob, 'eight');
  await post(carol, 'nine', { replyTo: 1 });
  expect(await shown(again)).toEqual(['eight']);
  // The thread is not muted any more after leaving and joining again.
  await again.ask('%leave');
  await again.ask('%join');
  await post(carol, 'ten', { replyTo: 1 });
  expect(await shown(again)).toEqual(['ten']);
});

test('direct messages of a muted user are not announced at a text connection', async () => {
  const board = await TestBoard.start();
  const password = 'correct horse';
  for (const name of ['alice', 'bob']) await board.protect(name, password);
  const bob = await board.protectedProgram('bob', password);
  const alice = await board.connect();
  await alice.expect('What is your username? ');
  alice.send('alice', password);
  await alice.expect('%help for every command.\n');
  await alice.ask('%tell bob hello');
  const post = (content: string) =>
    bob.call('message.post', { group: '@alice', subject: content, content });
  await post('one');
  expect(await alice.receivedSoFar()).toContain('Subject: one');
  await alice.ask('%mute @bob');
  await post('two');
  expect(await alice.receivedSoFar()).toBe('');
});
