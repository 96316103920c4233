import { expect, test } from 'vitest';
import { limits, serverLimits } from '../../src/protocol/limits.ts';
import { TestBoard } from '../helpers/board.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';
import { asMember, openRules } from '../protocol/shell.ts';
import { range } from './support.ts';

const aTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);

function header(number: number, sender: string, subject: string) {
  const senderId = expect.any(Number);
  return { number, senderId, sender, postedAt: aTime, subject, thread: number };
}

async function post(peer: JsonPeer, subjects: string[], group = 'main'): Promise<void> {
  for (const subject of subjects) {
    await peer.call('message.post', { group, subject, content: `${subject}, in full` });
  }
}

const change: unknown = expect.any(Number);

test('server.info describes the server, also before login', async () => {
  const board = await TestBoard.start({ version: '1.2.3' });
  const peer = await board.connectProgram();
  expect(await peer.call('server.info', {})).toEqual({
    name: 'corkboard',
    version: '1.2.3',
    access: 'open',
    tls: false,
    limits: { ...limits, ...serverLimits, commandsPerSecond: 0, newNamesPerHour: 0 },
  });
});

test('session.login returns the stored spelling of the name, and the memberships', async () => {
  const board = await TestBoard.start();
  const bob = await board.memberProgram('Bob');
  const before = await board.memberProgram('Alice', 'news');
  await before.call('group.join', { group: 'main' });
  await before.call('session.logout', {});
  await post(bob, ['one', 'two']);

  const peer = await board.connectProgram();
  expect(await peer.call('session.login', { user: 'ALICE' })).toEqual({
    user: 'Alice',
    userId: 2,
    token: expect.stringMatching(/^[\w-]{84}$/),
    memberships: [
      {
        id: 1,
        group: 'main',
        unread: 2,
        mentions: 0,
        notify: 'all',
        lastRead: 0,
        ranges: [],
        lastNumber: 2,
        change,
        ...asMember,
      },
      {
        id: 3,
        group: 'news',
        unread: 0,
        mentions: 0,
        notify: 'all',
        lastRead: 0,
        ranges: [],
        lastNumber: 0,
        change,
        ...asMember,
      },
    ],
  });
});

test('session.logout is answered, closes the connection and frees the name', async () => {
  const board = await TestBoard.start();
  const peer = await board.program('alice');
  expect(await peer.call('session.logout', {})).toEqual({});
  await board.program('alice');
  await peer.until(() => peer.ended || undefined);
});

test('group.list returns the groups that can be joined', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice', 'news');
  await post(alice, ['one', 'two'], 'news');
  const { groups } = await alice.call('group.list', {});
  expect(groups.map(({ id, name }) => [id, name])).toEqual([
    [1, 'main'],
    [2, 'general'],
    [3, 'news'],
    [4, 'help'],
    [5, 'random'],
  ]);
  expect(groups[2]).toEqual({
    id: 3,
    name: 'news',
    description: 'What is new',
    members: 1,
    messages: 2,
    joined: true,
    unread: 0,
    mentions: 0,
    notify: 'all',
    lastRead: 0,
    ranges: [],
    lastNumber: 2,
    change,
    ...asMember,
    invited: false,
  });
  expect(groups[0]).toMatchObject({ members: 0, messages: 0, joined: false, unread: 0 });
});

test('group.join returns the members and the visible messages', async () => {
  const board = await TestBoard.start();
  const bob = await board.memberProgram('bob');
  await post(bob, ['one', 'two', 'three']);
  const alice = await board.program('alice');
  expect(await alice.call('group.join', { group: 'main' })).toEqual({
    id: 1,
    group: 'main',
    members: [
      { name: 'alice', online: true },
      { name: 'bob', online: true },
    ],
    total: 2,
    messages: [header(2, 'bob', 'two'), header(3, 'bob', 'three')],
    ...openRules,
    change,
  });
});

test.each(['news', 'NEWS', 3, '3'])('a group is given as %j', async (group) => {
  const board = await TestBoard.start();
  const alice = await board.program('alice');
  expect(await alice.call('group.join', { group })).toMatchObject({ group: 'news' });
  expect(await alice.call('message.post', { group, subject: 's', content: 'c' })).toMatchObject({
    group: 'news',
  });
  expect(await alice.call('message.list', { group })).toMatchObject({ group: 'news' });
  expect(await alice.call('message.get', { group, number: 1 })).toMatchObject({ group: 'news' });
  expect(await alice.call('message.markRead', { group, number: 1 })).toEqual({
    lastRead: 1,
    ranges: [],
  });
  expect(await alice.call('group.members', { group })).toEqual({
    group: 'news',
    members: [{ name: 'alice', online: true }],
    total: 1,
  });
  expect(await alice.call('group.leave', { group })).toEqual({ group: 'news', groupId: 3 });
});

test('group.members says who is online', async () => {
  const board = await TestBoard.start();
  const bob = await board.memberProgram('bob');
  const alice = await board.memberProgram('alice');
  await bob.call('session.logout', {});
  expect(await alice.call('group.members', { group: 'main' })).toEqual({
    group: 'main',
    members: [
      { name: 'alice', online: true },
      { name: 'bob', online: false },
    ],
    total: 2,
  });
});

test('message.post returns the header, message.get the content too', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  const content = 'Several\nlines\twith "quotes" and 🍣\n';
  const posted = await alice.call('message.post', { group: 'main', subject: 'hello', content });
  expect(posted).toEqual({ group: 'main', groupId: 1, ...header(1, 'alice', 'hello') });
  expect(await alice.call('message.get', { group: 'main', number: 1 })).toEqual({
    ...posted,
    content,
    revision: 0,
  });
  expect(Math.abs(Date.now() - Date.parse(posted.postedAt))).toBeLessThan(60_000);
});

test('content may be empty', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  await alice.call('message.post', { group: 'main', subject: 's', content: '' });
  expect(await alice.call('message.get', { group: 'main', number: 1 })).toMatchObject({
    content: '',
  });
});

const twelve = range(1, 12).map((number) => `s${number}`);

test.each([
  [{}, range(1, 12), false],
  [{ limit: 12 }, range(1, 12), false],
  [{ limit: 5 }, range(8, 12), true],
  [{ limit: 5, before: 8 }, range(3, 7), true],
  [{ limit: 5, before: 3 }, range(1, 2), false],
  [{ limit: 5, after: 0 }, range(1, 5), true],
  [{ limit: 5, after: 7 }, range(8, 12), false],
  [{ limit: 5, after: 2, before: 6 }, range(3, 5), false],
  [{ limit: 2, after: 2, before: 6 }, range(3, 4), true],
  [{ after: 12 }, [], false],
  [{ before: 1 }, [], false],
])('message.list %j of twelve messages returns %j', async (bounds, numbers, more) => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  await post(alice, twelve);
  expect(await alice.call('message.list', { group: 'main', ...bounds })).toEqual({
    group: 'main',
    groupId: 1,
    messages: numbers.map((number) => header(number, 'alice', `s${number}`)),
    more,
  });
});

test('message.list returns 100 messages without a limit', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  await Promise.all(
    range(1, 101).map(() =>
      alice.call('message.post', { group: 'main', subject: 's', content: 'c' }),
    ),
  );
  const { messages, more } = await alice.call('message.list', { group: 'main' });
  expect(messages.map(({ number }) => number)).toEqual(range(2, 101));
  expect(more).toBe(true);
});

test('a post under a key happens once, however often it is sent', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  const bob = await board.memberProgram('bob');
  const params = { group: 'main', subject: 'hello', content: 'c', key: 'k1' };
  const [first, again] = await Promise.all([
    alice.call('message.post', params),
    alice.call('message.post', params),
  ]);
  expect(again).toEqual(first);
  await alice.call('session.logout', {});
  const later = await board.program('alice');
  expect(await later.call('message.post', { ...params, subject: 'other' })).toEqual(first);
  expect(await bob.call('message.post', params)).toMatchObject({ number: 2, sender: 'bob' });

  const { messages } = await bob.call('message.list', { group: 'main' });
  expect(messages.map(({ sender }) => sender)).toEqual(['alice', 'bob']);
  const told = (await bob.notices()).filter(({ method }) => method === 'message.posted');
  expect(told.length).toBe(1);
});

test('ping is answered before login and after', async () => {
  const board = await TestBoard.start();
  const peer = await board.connectProgram();
  expect(await peer.call('ping', {})).toEqual({});
  await peer.call('session.login', { user: 'alice' });
  expect(await peer.call('ping', {})).toEqual({});
});

test('message.list with content returns whole messages, like message.get', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  await post(alice, ['one', 'two', 'three']);
  const { messages } = await alice.call('message.list', { group: 'main', content: true, limit: 2 });
  const whole = [2, 3].map(async (number) => {
    const {
      group: _,
      groupId: __,
      revision: ___,
      ...message
    } = await alice.call('message.get', { group: 'main', number });
    return message;
  });
  expect(messages).toEqual(await Promise.all(whole));
});

test('message.list with content ends a page at its limit of bytes, and the next page continues it', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  const content = 'ü'.repeat(limits.content / 2);
  const count = 20;
  for (const number of range(1, count)) {
    await alice.call('message.post', { group: 'main', subject: `s${number}`, content });
  }
  const seen: number[] = [];
  for (let more = true; more; ) {
    const page = { group: 'main', after: seen.at(-1) ?? 0, limit: 1000, content: true };
    const { messages, ...rest } = await alice.call('message.list', page);
    expect(messages.length).toBeGreaterThan(0);
    expect(messages.length * limits.content).toBeLessThanOrEqual(limits.listBytes);
    seen.push(...messages.map(({ number }) => number));
    ({ more } = rest);
  }
  expect(seen).toEqual(range(1, count));
  const newest = await alice.call('message.list', { group: 'main', limit: 1000, content: true });
  expect(newest.more).toBe(true);
  expect(newest.messages.at(-1)?.number).toBe(count);
  const older = { group: 'main', before: newest.messages[0]?.number, content: true };
  expect((await alice.call('message.list', older)).messages.at(-1)?.number).toBe(
    (newest.messages[0]?.number ?? 0) - 1,
  );
});

test('message.list returns the messages posted since a time, oldest first', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  await post(alice, ['one', 'two', 'three']);
  const { messages } = await alice.call('message.list', { group: 'main' });
  const list = async (bounds: object) => {
    const page = await alice.call('message.list', { group: 'main', ...bounds });
    return { numbers: page.messages.map(({ number }) => number), more: page.more };
  };
  const since = messages[1]?.postedAt;
  expect(await list({ since })).toEqual({ numbers: [2, 3], more: false });
  expect(await list({ since, limit: 1 })).toEqual({ numbers: [2], more: true });
  expect(await list({ since, after: 2 })).toEqual({ numbers: [3], more: false });
  expect(await list({ since, before: 3 })).toEqual({ numbers: [2], more: false });
  expect(await list({ since: '2100-01-01T00:00:00.000000Z' })).toEqual({
    numbers: [],
    more: false,
  });
  expect((await alice.errorOf('message.list', { group: 'main', since: 'today' })).word).toBe(
    'INVALID_PARAMS',
  );
});
