import { describe, expect, onTestFinished, test } from 'vitest';
import { userName } from '../../src/board/names.ts';
import { connect } from '../../src/client/connect.ts';
import { openRpcDocument } from '../../src/protocol/jsonrpc/openrpc.ts';
import { limits } from '../../src/protocol/limits.ts';
import { toTheEnd } from '../contract/storage.ts';
import { TestBoard } from '../helpers/board.ts';
import { requestLine } from '../helpers/json-lines.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';
import type { TextPeer } from '../helpers/text-peer.ts';

const password = 'correct horse battery';

async function protectedPerson(board: TestBoard, name: string): Promise<TextPeer> {
  await board.protect(name, password);
  const person = await board.connect();
  await person.expect('What is your username? ');
  person.send(name, password);
  await person.expect('%help for every command.\n');
  return person;
}

async function protectedProgram(board: TestBoard, name: string): Promise<JsonPeer> {
  await board.protect(name, password);
  return board.protectedProgram(name, password);
}

/** Alice and dave, who are in no group. */
async function twoPrograms(): Promise<{ board: TestBoard; alice: JsonPeer; dave: JsonPeer }> {
  const board = await TestBoard.start();
  const alice = await protectedProgram(board, 'alice');
  const dave = await protectedProgram(board, 'dave');
  return { board, alice, dave };
}

function write(peer: JsonPeer, to: string | number, subject = 'subject', content = 'content') {
  return peer.call('message.post', { group: to, subject, content });
}

test('%tell begins a conversation that both users see under the name of the other', async () => {
  const board = await TestBoard.start();
  const alice = await protectedPerson(board, 'alice');
  const dave = await protectedPerson(board, 'dave');
  expect(await alice.ask('%tell dave Are you coming on Friday?')).toBe(
    '[SUCCESS] Message 1 posted in @dave. Subject: Are you coming on Friday?\n',
  );
  expect(await dave.expect('\n')).toMatch(
    /^\[DIRECT:alice\] \[NOTIFY\] New message from alice \(ID: 1, Date: .*, Subject: Are you coming on Friday\?\)\n$/,
  );
  expect(await dave.ask('%groupmessage @alice 1')).toContain(
    '--- Message ID: 1 (Group: @alice) ---\nSender: alice\n',
  );
  expect(await dave.ask('%tell @ALICE Yes')).toContain('Message 2 posted in @alice.');
  await alice.expect('[DIRECT:dave] [NOTIFY] New message from dave (ID: 2,');
  expect(await alice.ask('%grouplist @dave')).toContain('--- Group: @dave History ---\nID: 1 |');
  expect(await alice.ask('%grouppost @dave Again text')).toContain('Message 3 posted in @dave.');
  expect(await dave.ask('%tell')).toMatch(/^\[DIRECT[^\n]*\n\[INFO\] @alice: \d unread\n$/);
});

test('%tell without content reads several lines, and its subject is the first words', async () => {
  const board = await TestBoard.start();
  const alice = await protectedPerson(board, 'alice');
  await board.protect('dave', password);
  alice.send('%tell dave');
  await alice.expect('Write to @dave. A line with a single dot ends it,');
  alice.send('', 'One two three four five six seven eight nine ten', 'eleven', '.');
  expect(await alice.expect(/posted in .*\n/)).toContain(
    'posted in @dave. Subject: One two three four five six seven eight…\n',
  );
  expect(await alice.ask('%groupmessage @dave 1')).toContain('\nOne two three four five six seven');
});

test('programs refer to a conversation by @name and by its number', async () => {
  const { alice, dave } = await twoPrograms();
  const posted = await write(alice, '@dave', 'first');
  expect(posted).toMatchObject({ group: '@dave', number: 1, thread: 1, subject: 'first' });
  const { groupId } = posted;
  const [opened, told] = [await dave.notice(), await dave.notice()];
  expect(opened).toMatchObject({
    method: 'direct.opened',
    params: { group: '@alice', groupId, user: 'alice' },
  });
  expect(told).toMatchObject({
    method: 'message.posted',
    params: { group: '@alice', groupId, message: { number: 1, subject: 'first' } },
  });
  for (const group of ['@ALICE', groupId, String(groupId)]) {
    const { messages, ...found } = await dave.call('message.list', { group });
    expect(found).toMatchObject({ group: '@alice', groupId });
    expect(messages).toHaveLength(1);
  }
  const open = await dave.call('direct.open', { user: '@Alice' });
  expect(open).toMatchObject({ group: '@alice', groupId, user: 'alice' });
  const reply = { group: '@alice', content: 'c', replyTo: 1 };
  expect(await dave.call('message.post', reply)).toMatchObject({ thread: 1, subject: 'Re: first' });
  expect((await alice.call('direct.list', {})).conversations).toMatchObject([
    { id: groupId, group: '@dave', lastNumber: 2 },
  ]);
  const members = await dave.call('group.members', { group: groupId });
  expect(members.members.map(({ name }) => name)).toEqual(['alice', 'dave']);
  const { messages } = await dave.call('message.search', { query: 'first in:@alice' });
  expect(messages).toMatchObject([{ group: '@alice', number: 2 }, { number: 1 }]);
});

test('a conversation that was begun does not exist for the other user before its first message', async () => {
  const { board, alice, dave } = await twoPrograms();
  const again = await board.connectProgram();
  await again.call('session.login', { user: 'alice', password });
  const { groupId } = await alice.call('direct.open', { user: 'dave' });
  expect(await again.notices()).toMatchObject([{ method: 'direct.opened', params: { groupId } }]);
  expect(await alice.call('message.list', { group: '@dave' })).toMatchObject({ messages: [] });

  const daves = await board.connectProgram();
  expect((await daves.call('session.login', { user: 'dave', password })).memberships).toEqual([]);
  const text = await board.connect();
  text.send('dave', password);
  await text.expect('%help for every command.\n');
  const knowsNothing = async () => {
    for (const peer of [dave, daves]) {
      expect(await peer.notices()).toEqual([]);
      expect((await peer.call('direct.list', {})).conversations).toEqual([]);
      expect((await peer.call('session.show', {})).memberships).toEqual([]);
    }
    for (const method of ['message.list', 'group.members', 'group.changes', 'membership.set']) {
      const rest = method === 'group.changes' ? { after: 0 } : {};
      const set = method === 'membership.set' ? { notify: 'none' } : {};
      const params = { ...rest, ...set };
      for (const [known, unknown] of [
        [groupId, groupId + 1],
        ['@alice', '@nobody'],
      ]) {
        const { error } = await dave.request(method, { ...params, group: known });
        const other = await dave.request(method, { ...params, group: unknown });
        const same = (sentence = '') => sentence.replace(/\d+|alice|nobody/g, 'X');
        expect(same(error?.message), method).toBe(same(other.error?.message));
        expect(error?.data.code).toBe('GROUP_NOT_FOUND');
      }
    }
    const found = await dave.request('message.search', { query: 'x in:@alice' });
    expect(found.error?.data.code).toBe('GROUP_NOT_FOUND');
    expect(await text.ask('%tell')).toContain('You have no direct conversation');
  };
  await knowsNothing();
});

test('the other user learns of it by the first message, by its number too, or by beginning it too', async () => {
  const { board, alice, dave } = await twoPrograms();
  const { groupId } = await alice.call('direct.open', { user: 'dave' });
  const sent = [1, 2].map((n) =>
    alice.call('message.post', { group: groupId, subject: `s${n}`, content: 'c' }),
  );
  await Promise.all(sent);
  const told = (await dave.notices()).map(({ method, params }) => ({ method, params }));
  const named = { group: '@alice', groupId };
  expect(told).toMatchObject([
    { method: 'direct.opened', params: { ...named, user: 'alice' } },
    {
      method: 'message.posted',
      params: { ...named, message: { number: 1, sender: 'alice', subject: 's1' } },
    },
    { method: 'message.posted', params: { ...named, message: { number: 2, sender: 'alice' } } },
  ]);
  expect((await dave.call('direct.list', {})).conversations).toMatchObject([{ unread: 2 }]);

  await board.protect('carol', password);
  const carol = await board.protectedProgram('carol', password);
  const begun = await alice.call('direct.open', { user: 'carol' });
  await carol.notices();
  expect(await carol.call('direct.open', { user: 'alice' })).toEqual({
    ...{ group: '@alice', groupId: begun.groupId },
    ...{ user: 'alice', userId: expect.any(Number) },
  });
  expect((await carol.call('direct.list', {})).conversations).toHaveLength(1);
  await carol.call('message.post', { group: '@alice', subject: 's', content: 'c' });
  expect((await alice.notices()).map(({ method }) => method)).toEqual(['message.posted']);
  expect(await carol.notices()).toEqual([]);
});

test('a conversation that is muted is listed as muted, at a login and in direct.list', async () => {
  const { board, alice } = await twoPrograms();
  await write(alice, '@dave');
  await alice.call('membership.set', { group: '@dave', notify: 'mentions' });
  const { conversations } = await alice.call('direct.list', {});
  expect(conversations).toMatchObject([{ group: '@dave', notify: 'mentions' }]);
  const again = await board.connectProgram();
  const { memberships } = await again.call('session.login', { user: 'alice', password });
  expect(memberships).toEqual([{ ...conversations[0], change: expect.any(Number) }]);
});

test('reading does not begin a conversation, and a refused post does not either', async () => {
  const { board, alice } = await twoPrograms();
  const groups = board.database().prepare('SELECT count(*) FROM groups').pluck();
  const before = groups.get();
  for (const method of ['message.list', 'group.members', 'group.join', 'group.leave']) {
    expect(await alice.errorOf(method, { group: '@dave' })).toMatchObject({
      word: 'GROUP_NOT_FOUND',
    });
  }
  await alice.call('group.join', { group: 'main' });
  await alice.call('message.post', { group: 'main', subject: 's', content: 'c', key: 'k' });
  const post = { group: '@dave', subject: 's', content: 'c' };
  expect(await alice.errorOf('message.post', { ...post, key: 'k' })).toMatchObject({
    word: 'KEY_REUSED',
  });
  expect(await alice.errorOf('message.post', { ...post, replyTo: 1 })).toMatchObject({
    word: 'MESSAGE_NOT_FOUND',
  });
  expect(await alice.errorOf('message.post', { ...post, subject: '' })).toMatchObject({
    word: 'SUBJECT_INVALID',
  });
  expect(groups.get()).toBe(before);
});

test('two users who write to each other at the same moment share one conversation', async () => {
  const { alice, dave } = await twoPrograms();
  const [one, other] = await Promise.all([write(alice, '@dave'), write(dave, '@alice')]);
  expect(one.groupId).toBe(other.groupId);
  expect([one.number, other.number].sort()).toEqual([1, 2]);
  expect([one.group, other.group]).toEqual(['@dave', '@alice']);
});

test('a post with a key makes one message in a new conversation, however often it is sent', async () => {
  const { alice } = await twoPrograms();
  const post = { group: '@dave', subject: 's', content: 'c', key: 'k' };
  const all = await Promise.all([1, 2, 3].map(() => alice.call('message.post', post)));
  expect(all.map(({ number }) => number)).toEqual([1, 1, 1]);
});

describe('a name without a password', () => {
  test('cannot write and cannot be written to', async () => {
    const board = await TestBoard.start();
    const alice = await protectedPerson(board, 'alice');
    const guest = await board.person('guest');
    expect(await guest.ask('%tell alice hello')).toBe(
      '[ERROR] Your name is not protected. Direct messages go only between protected names. Protect yours with %password or %key, here or in `corkboard chat`.\n',
    );
    expect(await alice.ask('%tell guest hello')).toContain(
      '[ERROR] The name guest is not protected.',
    );
    expect(await alice.ask('%tell guest')).toContain('The name guest is not protected');
    await guest.ask('%password another good one');
    expect(await guest.ask('%tell alice hello')).toContain('Message 1 posted in @alice.');
  });

  test('whose password was removed can be read, and written to no more', async () => {
    const { board, alice } = await twoPrograms();
    const { groupId } = await write(alice, '@dave');
    await board.operate((operator) => operator.setPassword('dave', null));
    for (const group of ['@dave', groupId]) {
      const { error } = await alice.request('message.post', { group, subject: 's', content: 'c' });
      expect(error).toMatchObject({
        data: { code: 'NAME_UNPROTECTED' },
        message:
          'The name dave is not protected. Direct messages go only between protected names: dave has to protect it first.',
      });
      const edit = { group, number: 1, content: 'other' };
      expect(await alice.errorOf('message.edit', edit)).toMatchObject({ word: 'NAME_UNPROTECTED' });
      expect((await alice.call('message.list', { group })).messages).toHaveLength(1);
    }
    expect(await alice.call('direct.open', { user: 'dave' })).toMatchObject({ groupId });
  });

  /** Dave, whose password the operator has removed, and a conversation of Dave with Alice. */
  async function removed() {
    const { board, alice, dave } = await twoPrograms();
    const { groupId } = await write(alice, '@dave', 'secret', 'a lunch for @dave');
    const key = { key: 'k', subject: 'secret', content: 'c' };
    await dave.call('message.post', { group: '@alice', ...key });
    await dave.call('thread.mute', { group: '@alice', thread: 2 });
    await dave.call('membership.set', { group: '@alice', notify: 'mentions' });
    await board.operate((operator) => operator.setPassword('dave', null));
    await dave.closed();
    const taker = await board.connectProgram();
    const { memberships } = await taker.call('session.login', { user: 'dave' });
    return { board, alice, taker, memberships, groupId };
  }

  test('whose password was removed opens no conversation to a user who takes it', async () => {
    const { alice, taker, memberships, groupId } = await removed();
    expect(memberships).toEqual([]);
    // Something for every param that the methods need.
    const values: Record<string, unknown> = {
      ...{ number: 1, thread: 1, after: 0, lastRead: 0, ranges: [], notify: 'all' },
      ...{ subject: 'secret', content: 'c', user: 'dave', role: 'member', reason: 'why' },
      ...{ id: 1, until: '2100-01-01T00:00:00.000000Z' },
    };
    const { methods } = openRpcDocument('1') as {
      methods: { name: string; params: { name: string; required: boolean }[] }[];
    };
    const ofGroups = methods
      .filter((method) => method.params.some(({ name, required }) => name === 'group' && required))
      .map(({ name, params }) => {
        const given = params.filter((param) => param.required && param.name !== 'group');
        const isEither = ['message.post', 'message.markRead'].includes(name);
        const either = isEither && params.filter((param) => /^(subject|number)$/.test(param.name));
        const all = [...given, ...(either || [])];
        return { name, params: Object.fromEntries(all.map((one) => [one.name, values[one.name]])) };
      });
    expect(ofGroups.length).toBeGreaterThan(15);
    // The last one is nobody: whether there is a conversation is not said.
    for (const group of ['@alice', groupId, '@nobody']) {
      for (const { name, params } of ofGroups) {
        const { error } = await taker.request(name, { group, ...params });
        expect(error?.data, `${name} ${group}`).toEqual({ code: 'NAME_UNPROTECTED' });
      }
      const search = { query: `secret in:${group}` };
      expect(await taker.errorOf('message.search', search)).toMatchObject({
        word: 'NAME_UNPROTECTED',
      });
    }
    for (const user of ['alice', 'nobody']) {
      expect(await taker.errorOf('direct.open', { user })).toMatchObject({
        word: 'NAME_UNPROTECTED',
      });
    }
    expect((await taker.call('direct.list', {})).conversations).toEqual([]);
    expect((await taker.call('message.search', { query: 'secret' })).messages).toEqual([]);
    expect((await taker.call('mention.list', {})).messages).toEqual([]);
    expect(await taker.call('mute.list', {})).toEqual({ groups: [], threads: [], users: [] });
    await taker.call('group.join', { group: 'main' });
    const again = { group: 'main', subject: 's', content: 'c', key: 'k' };
    const { error } = await taker.request('message.post', again);
    expect(error?.message).toBe(
      'This key was used before, for message 2 in a direct conversation.',
    );
    await alice.call('message.delete', { group: '@dave', number: 1 });
    expect(await taker.notices()).toEqual([]);
  });

  test('gets its conversations back with a password, in the same session', async () => {
    const { alice, taker, groupId } = await removed();
    await taker.call('account.setPassword', { password: 'another good password' });
    expect((await taker.call('direct.list', {})).conversations).toMatchObject([
      { id: groupId, group: '@alice', notify: 'mentions', lastNumber: 2 },
    ]);
    const { messages } = await taker.call('message.list', { group: '@alice' });
    expect(messages).toMatchObject([{ number: 1 }, { number: 2 }]);
    await write(alice, '@dave', 'again', 'for @dave');
    expect(await taker.notice()).toMatchObject({
      method: 'message.posted',
      params: { group: '@alice', message: { number: 3, subject: 'again' } },
    });
    await alice.call('message.delete', { group: '@dave', number: 3 });
    expect(await taker.notice()).toMatchObject({ method: 'message.deleted' });
  });
});

test('nobody writes to themselves, to a user who does not exist, or leaves a conversation', async () => {
  const { alice } = await twoPrograms();
  const word = async (method: string, params: object) => (await alice.errorOf(method, params)).word;
  expect(await word('direct.open', { user: 'Alice' })).toBe('DIRECT_TO_SELF');
  expect(await word('message.post', { group: '@alice', subject: 's', content: 'c' })).toBe(
    'DIRECT_TO_SELF',
  );
  expect(await word('user.block', { user: 'alice' })).toBe('DIRECT_TO_SELF');
  expect(await word('direct.open', { user: 'nobody' })).toBe('USER_NOT_FOUND');
  expect(await word('direct.open', { user: 'x'.repeat(10_000) })).toBe('USER_NOT_FOUND');
  expect(await word('user.block', { user: 'nobody' })).toBe('USER_NOT_FOUND');
  const { groupId } = await write(alice, '@dave');
  for (const group of ['@dave', groupId]) {
    expect(await word('group.leave', { group })).toBe('DIRECT_FIXED');
    expect(await word('group.join', { group })).toBe('ALREADY_MEMBER');
  }
});

test('%leave says how to silence a conversation, which nobody can leave', async () => {
  const { board, alice } = await twoPrograms();
  await write(alice, '@dave');
  const person = await board.connect();
  await person.expect('What is your username? ');
  person.send('alice', password);
  await person.expect('%help for every command.\n');
  const refusal =
    '[ERROR] This is a direct conversation: nobody can leave it. ' +
    '%mute @dave silences it, and %block dave stops its messages.\n';
  expect(await person.ask('%groupleave @dave')).toBe(refusal);
  await person.ask('%go @dave');
  expect(await person.ask('%leave')).toBe(refusal);
});

describe('a block', () => {
  test('stops messages both ways, and leaves the conversation readable', async () => {
    const { alice, dave } = await twoPrograms();
    const { groupId } = await write(alice, '@dave', 'before');
    expect(await dave.call('user.block', { user: 'alice' })).toMatchObject({ user: 'alice' });
    expect((await dave.call('user.blocked', {})).users).toMatchObject([{ user: 'alice' }]);
    for (const [peer, name] of [
      [alice, '@dave'],
      [dave, '@alice'],
    ] as const) {
      for (const group of [name, groupId]) {
        const post = { group, subject: 's', content: 'c' };
        expect(await peer.errorOf('message.post', post)).toMatchObject({ word: 'BLOCKED' });
        expect((await peer.call('message.list', { group })).messages).toHaveLength(1);
      }
    }
    const edit = { group: '@dave', number: 1, content: 'by a way around' };
    expect(await alice.errorOf('message.edit', edit)).toMatchObject({ word: 'BLOCKED' });
    await dave.call('user.unblock', { user: 'alice' });
    expect(await alice.call('message.edit', edit)).toMatchObject({ group: '@dave', number: 1 });
    await dave.until(() => dave.received.find(({ method }) => method === 'message.edited'));
    expect(dave.received.at(-1)?.params).toMatchObject({ group: '@alice' });
    expect(await write(alice, '@dave', 'after')).toMatchObject({ number: 2 });
  });

  test('stops a conversation from beginning, and changes nothing in groups', async () => {
    const { alice, dave } = await twoPrograms();
    await dave.call('user.block', { user: 'ALICE' });
    expect(await alice.errorOf('direct.open', { user: 'dave' })).toMatchObject({ word: 'BLOCKED' });
    expect(await dave.errorOf('direct.open', { user: 'alice' })).toMatchObject({ word: 'BLOCKED' });
    for (const peer of [alice, dave]) await peer.call('group.join', { group: 'main' });
    await write(alice, 'main', 'to all');
    const { messages } = await dave.call('message.list', { group: 'main' });
    expect(messages).toMatchObject([{ subject: 'to all' }]);
  });
});

test('a user begins 20 conversations a day, and those go on', async () => {
  const board = await TestBoard.start();
  const alice = await protectedProgram(board, 'alice');
  const hash = board.database().prepare('SELECT password_hash FROM users').pluck().get();
  await board.operate(async (operator) => {
    for (let at = 1; at <= 21; at++) {
      await operator.createUser(userName(`friend${at}`), String(hash));
    }
  });
  for (let at = 1; at <= 20; at++) await write(alice, `@friend${at}`);
  const next = { group: '@friend21', subject: 's', content: 'c' };
  expect(await alice.errorOf('message.post', next)).toMatchObject({ word: 'DIRECT_LIMIT' });
  expect(await write(alice, '@friend1')).toMatchObject({ number: 2 });
  const page = await alice.call('direct.list', { limit: 15 });
  expect(page.conversations).toHaveLength(15);
  const rest = await alice.call('direct.list', { limit: 15, after: page.next });
  expect(rest.conversations.map(({ group }) => group)).toEqual(
    [16, 17, 18, 19, 20].map((at) => `@friend${at}`),
  );
  expect(rest.next).toBeUndefined();
  board
    .database()
    .exec("UPDATE groups SET created_at = created_at - 86400000000 WHERE kind = 'direct'");
  expect(await write(alice, '@friend21')).toMatchObject({ number: 1 });
});

test('of the direct conversations that one network begins, further ones are refused, and those that exist go on', async () => {
  const limits = { conversationsPerHour: 1, conversationsAtOnce: 3 };
  const board = await TestBoard.start({ limits });
  for (const name of ['dave', 'erin', 'Frank', 'grace']) await board.protect(name, password);
  const alice = await protectedProgram(board, 'alice');
  const bob = await protectedPerson(board, 'bob');
  await write(alice, '@dave');
  const { groupId } = await alice.call('direct.open', { user: 'frank' });
  await bob.ask('%tell erin Hello');
  const message =
    '3 direct conversations were begun from your address at once, and 1 an hour after that, which is the limit.';
  const refusal = { error: { data: { code: 'DIRECT_LIMIT' }, message } };
  const refused = { group: '@grace', subject: 's', content: 'c' };
  expect(await alice.request('message.post', refused)).toMatchObject(refusal);
  expect(await alice.request('direct.open', { user: 'erin' })).toMatchObject(refusal);
  expect(await bob.ask('%tell grace Hello')).toBe(
    `[ERROR] ${message} Those that you have begun go on.\n`,
  );
  // No row is left of what was refused.
  const count = "SELECT count(*) FROM groups WHERE kind = 'direct'";
  expect(board.database().prepare(count).pluck().get()).toBe(3);
  expect(await write(alice, '@DAVE')).toMatchObject({ number: 2 });
  expect(await write(alice, groupId)).toMatchObject({ number: 1 });
  expect(await alice.call('direct.open', { user: 'FRANK' })).toMatchObject({ groupId });
  const erin = await board.protectedProgram('erin', password);
  expect(await write(erin, '@bob')).toMatchObject({ number: 2 });
});

test.each([
  ['opened', 'direct.open', (user: string) => ({ user })],
  [
    'written to',
    'message.post',
    (user: string) => ({ group: `@${user}`, subject: 's', content: 'c' }),
  ],
])(
  'conversations that are %s at the same time are counted from the first, and refusals do not count',
  async (_, method, params) => {
    const limits = { conversationsPerHour: 1, conversationsAtOnce: 3 };
    const board = await TestBoard.start({ limits });
    const names = ['dave', 'erin', 'frank', 'grace', 'heidi'];
    for (const name of names) await board.protect(name, password);
    const alice = await protectedProgram(board, 'alice');
    const codes = async (users: string[]) => {
      const replies = await Promise.all(users.map((user) => alice.request(method, params(user))));
      return replies.map(({ error }) => error?.data.code);
    };
    // Nobody has these names.
    const unknown = ['nobody1', 'nobody2', 'nobody3'];
    expect(await codes(unknown)).toEqual(unknown.map(() => 'USER_NOT_FOUND'));
    expect(await codes(['dave', 'DAVE', 'dave', 'dave', ...names])).toEqual([
      ...Array(7).fill(undefined),
      'DIRECT_LIMIT',
      'DIRECT_LIMIT',
    ]);
    const count = "SELECT count(*) FROM groups WHERE kind = 'direct'";
    expect(board.database().prepare(count).pluck().get()).toBe(3);
  },
);

test('conversations count towards the limit of a network although the sessions that begin them end at once', async () => {
  const limits = { conversationsPerHour: 1, conversationsAtOnce: 3 };
  const board = await TestBoard.start({ limits });
  const names = ['dave', 'erin', 'frank', 'grace', 'heidi'];
  for (const name of names) await board.protect(name, password);
  await board.protect('alice', password);
  for (const user of names) {
    const alice = await board.protectedProgram('alice', password);
    alice.write(requestLine('direct.open', { user }, 'last'));
    alice.socket.resetAndDestroy();
  }
  const alice = await board.protectedProgram('alice', password);
  // It is committed after what was sent before.
  await alice.call('group.join', { group: 'news' });
  const { conversations } = await alice.call('direct.list', {});
  expect(conversations.map(({ group }) => group)).toEqual(['@dave', '@erin', '@frank']);
});

test('a user has begun at most 2,000 conversations that exist', async () => {
  const { board, alice } = await twoPrograms();
  board
    .database()
    .prepare(
      `INSERT INTO groups (name, name_key, created_at, kind, created_by)
       WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2000)
       SELECT 'old' || n, 'old' || n, n, 'direct', (SELECT id FROM users WHERE name = 'alice') FROM numbers`,
    )
    .run();
  const message = 'You have begun 2000 direct conversations, which is the limit.';
  expect(await alice.request('direct.open', { user: 'dave' })).toMatchObject({
    error: { data: { code: 'DIRECT_LIMIT' }, message },
  });
  board.database().exec("DELETE FROM groups WHERE name = 'old7'");
  expect(await alice.call('direct.open', { user: 'dave' })).toMatchObject({ user: 'dave' });
});

test('a conversation follows the new name of the other user', async () => {
  const { board, alice, dave } = await twoPrograms();
  const { groupId } = await write(alice, '@dave');
  await dave.notices();
  await board.operate((operator) => operator.renameUser('dave', userName('robert')));
  expect(await alice.notice()).toMatchObject({
    method: 'member.renamed',
    params: { group: '@dave', groupId, user: 'robert', was: 'dave' },
  });
  expect(await alice.notice()).toMatchObject({
    method: 'group.changed',
    params: { group: '@robert', groupId, was: '@dave' },
  });
  expect(await dave.notice()).toMatchObject({
    method: 'member.renamed',
    params: { group: '@alice', groupId },
  });
  expect(await write(alice, '@robert')).toMatchObject({ group: '@robert', number: 2 });
  expect(await dave.notice()).toMatchObject({ params: { group: '@alice' } });
  await write(dave, '@alice');
  expect(await alice.notice()).toMatchObject({ params: { group: '@robert' } });
  expect(await alice.errorOf('message.list', { group: '@dave' })).toMatchObject({
    word: 'GROUP_NOT_FOUND',
  });
});

test('the other user keeps a conversation when a user is deleted', async () => {
  const { board, alice, dave } = await twoPrograms();
  const { groupId } = await write(dave, '@alice', 'kept');
  await alice.notices();
  await board.operate((operator) => operator.deleteUser('dave', 'keep', toTheEnd));
  await alice.until(() => alice.received.find(({ method }) => method === 'group.changed'));
  const { messages, group } = await alice.call('message.list', { group: groupId });
  expect(group).toBe('@[deleted]');
  expect(messages).toMatchObject([{ sender: '[deleted]', subject: 'kept' }]);
  expect((await alice.call('direct.list', {})).conversations).toMatchObject([
    { group: '@[deleted]' },
  ]);
  const post = { group: groupId, subject: 's', content: 'c' };
  expect(await alice.errorOf('message.post', post)).toMatchObject({ word: 'USER_NOT_FOUND' });
});

test('a conversation survives a restart, and its notices reach every session of both users', async () => {
  const { board, alice } = await twoPrograms();
  const { groupId } = await write(alice, '@dave');
  await board.restart();
  const again = await board.protectedProgram('alice', password);
  const phone = await board.protectedProgram('alice', password);
  const dave = await board.connectProgram();
  const login = await dave.call('session.login', { user: 'dave', password });
  expect(login.memberships).toMatchObject([{ id: groupId, group: '@alice' }]);
  await write(dave, groupId);
  for (const peer of [again, phone]) {
    expect(await peer.notice()).toMatchObject({
      method: 'message.posted',
      params: { group: '@dave', groupId, message: { number: 2, sender: 'dave' } },
    });
  }
  await write(again, '@dave');
  expect(await phone.notice()).toMatchObject({
    params: { group: '@dave', message: { number: 3 } },
  });
  expect(await dave.notices()).toMatchObject([{ params: { group: '@alice' } }]);
});

describe('for a third user', () => {
  /** Every method that takes a group, with params that a member could give. */
  function questions(group: string | number): [string, object][] {
    return [
      ['group.join', { group }],
      ['group.leave', { group }],
      ['group.members', { group }],
      ['message.post', { group, subject: 's', content: 'c' }],
      ['message.post', { group, content: 'c', replyTo: 1 }],
      ['message.get', { group, number: 1 }],
      ['message.list', { group }],
      ['message.markRead', { group, number: 1 }],
      ['message.next', { group }],
      ['message.edit', { group, number: 1, content: 'c' }],
      ['message.delete', { group, number: 1 }],
      ['message.history', { group, number: 1 }],
      ['group.changes', { group, after: 0 }],
      ['group.markRead', { group }],
      ['group.restoreMarks', { group, lastRead: 0, ranges: [] }],
      ['thread.list', { group }],
      ['thread.get', { group, thread: 1 }],
      ['message.search', { query: `secret in:${group}` }],
    ];
  }

  test('a conversation cannot be told from a group that does not exist', async () => {
    const { board, alice, dave } = await twoPrograms();
    const eve = await protectedProgram(board, 'eve');
    const { groupId } = await write(alice, '@dave', 'secret', 'secret');
    await write(dave, '@alice', 'secret', 'secret');
    const stored = board.database().prepare('SELECT name FROM groups WHERE id = ?').pluck();
    const none = groupId + 1000;
    const refs: [string | number, string | number][] = [
      [groupId, none],
      [String(groupId), String(none)],
      [String(stored.get(groupId)), '@777,778'],
      ['@alice,@dave', '@alice,@nobody'],
    ];
    for (const [ref, absent] of refs) {
      const told = questions(ref);
      for (const [at, [method, params]] of questions(absent).entries()) {
        const [, known = {}] = told[at] ?? [];
        const { error } = await eve.request(method, known);
        const { error: other } = await eve.request(method, params);
        const blind = (text = '') => text.replaceAll(String(ref).replace(/^@/, ''), 'X');
        expect(blind(error?.message), `${method} ${ref}`).toBe(
          other?.message.replaceAll(String(absent).replace(/^@/, ''), 'X'),
        );
        // A post to `@1,2` could begin a conversation, so it is refused because there is no such user.
        const isName = method === 'message.post' && String(ref).startsWith('@');
        const word = isName ? 'USER_NOT_FOUND' : 'GROUP_NOT_FOUND';
        expect([error?.data.code, other?.data.code], method).toEqual([word, word]);
      }
    }
    expect(await eve.errorOf('message.list', { group: '@alice' })).toMatchObject({
      word: 'GROUP_NOT_FOUND',
    });
    const { groups } = await eve.call('group.list', {});
    expect(groups.map(({ name }) => name)).not.toContain('@dave');
    expect(groups.some(({ id }) => id === groupId)).toBe(false);
    expect((await eve.call('direct.list', {})).conversations).toEqual([]);
    expect((await eve.call('message.search', { query: 'secret' })).messages).toEqual([]);
    await eve.call('ping', {});
    expect(JSON.stringify(eve.received.filter(({ method }) => method))).not.toContain('@');
  });

  test('no text command shows anything of a conversation', async () => {
    const { board, alice } = await twoPrograms();
    const eve = await protectedPerson(board, 'eve');
    const { groupId } = await write(alice, '@dave', 'secret', 'secret');
    for (const line of [
      `%groupjoin ${groupId}`,
      `%grouplist ${groupId} all`,
      `%groupmessage ${groupId} 1`,
      `%groupusers ${groupId}`,
      `%grouppost ${groupId} s c`,
      `%groupleave ${groupId}`,
    ]) {
      expect(await eve.ask(line), line).toContain(`There is no group ${groupId}.`);
    }
    for (const line of ['%groups', '%whoami', '%unread', '%next', '%tell', '%search secret']) {
      const shown = await eve.ask(line);
      expect(shown, line).not.toMatch(/@dave|@alice|ID: 1/);
    }
  });
});

test('direct.open with check is refused as it would be, and makes nothing', async () => {
  const { alice, dave } = await twoPrograms();
  expect(await alice.call('direct.open', { user: 'dave', check: true })).toMatchObject({
    group: '@dave',
    groupId: 0,
    user: 'dave',
  });
  expect((await dave.call('direct.list', {})).conversations).toEqual([]);
  const refused = await alice.errorOf('direct.open', { user: 'nobody', check: true });
  expect(refused.word).toBe('USER_NOT_FOUND');
  const { groupId } = await write(alice, '@dave');
  expect(await alice.call('direct.open', { user: 'dave', check: true })).toMatchObject({ groupId });
});

test('a user with whom very many others have begun conversations can log in, and is shown the read ones and the newest ones', async () => {
  const { board, alice, dave } = await twoPrograms();
  board
    .database()
    .exec(`WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 3500)
    INSERT INTO users (id, name, name_key, skeleton, key_skeleton, password_hash, created_at)
    SELECT i, 'x' || i, 'x' || i, 'x' || i, 'x' || i, 'none', 1 FROM n;
    INSERT INTO groups (id, name, name_key, kind, created_at, last_number)
    SELECT 1000 + users.id, '@' || alice.id || ',' || users.id, '@' || alice.id || ',' || users.id, 'direct', 1, 1
    FROM users, users AS alice WHERE users.name GLOB 'x*' AND alice.name = 'alice';
    INSERT INTO memberships (group_id, user_id, joined_at, last_read_number)
    SELECT 1000 + users.id, member.id, 1, 0
    FROM users, users AS member WHERE users.name GLOB 'x*' AND member.name IN ('alice', users.name)`);
  const { groupId } = await write(dave, '@alice');
  await alice.call('message.markRead', { group: groupId, number: 1 });
  const client = await connect({ host: '127.0.0.1', port: board.port, user: 'alice', password });
  onTestFinished(() => client.close());
  expect(client.memberships).toHaveLength(limits.directsAtLogin);
  const groups = client.memberships.map(({ group }) => group);
  expect(groups).toContain('@dave');
  expect(groups).toContain('@x3499');
  expect(groups).not.toContain('@x10');
  expect(await client.call('session.show', {})).toMatchObject({ more: true });
  expect(await dave.call('session.show', {})).not.toHaveProperty('more');
});
