import { beforeEach, describe, expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';

// Alice is a member of main alone, and joined it when three messages were there: she sees 2 and 3.
let board: TestBoard;
let alice: JsonPeer;

beforeEach(async () => {
  board = await TestBoard.start();
  const bob = await board.memberProgram('bob');
  for (const subject of ['one', 'two', 'three']) {
    await bob.call('message.post', { group: 'main', subject, content: 'c' });
  }
  alice = await board.memberProgram('alice');
});

const message = { subject: 's', content: 'c' };
const aboutGroups: [method: string, params: object][] = [
  ['group.join', {}],
  ['group.leave', {}],
  ['group.members', {}],
  ['message.post', message],
  ['message.get', { number: 1 }],
  ['message.list', {}],
  ['message.markRead', { number: 1 }],
];

test.each(aboutGroups)('%s of a group that does not exist is refused', async (method, params) => {
  for (const group of ['nowhere', 99, '99', '0']) {
    expect(await alice.errorOf(method, { group, ...params })).toEqual({
      word: 'GROUP_NOT_FOUND',
      code: 200,
    });
  }
});

test.each(aboutGroups.slice(1))(
  '%s of a group without membership is refused',
  async (method, params) => {
    for (const group of ['news', 3]) {
      expect(await alice.errorOf(method, { group, ...params })).toEqual({
        word: 'NOT_MEMBER',
        code: 204,
      });
    }
  },
);

test.each([...aboutGroups, ['group.list', {}] as const])(
  '%s before login',
  async (method, params) => {
    const peer = await board.connectProgram();
    expect(await peer.errorOf(method, { group: 'main', ...params })).toEqual({
      word: 'NOT_LOGGED_IN',
      code: 100,
    });
  },
);

test.each<[word: string, code: number, method: string, params: object]>([
  ['ALREADY_LOGGED_IN', 101, 'session.login', { user: 'other' }],
  ['ALREADY_LOGGED_IN', 101, 'session.login', { user: 'alice' }],
  ['ALREADY_MEMBER', 203, 'group.join', { group: 'main' }],
  ['MESSAGE_NOT_FOUND', 300, 'message.get', { group: 'main', number: 1 }],
  ['MESSAGE_NOT_FOUND', 300, 'message.get', { group: 'main', number: 4 }],
  ['SUBJECT_INVALID', 301, 'message.post', { group: 'main', subject: '', content: 'c' }],
  ['SUBJECT_INVALID', 301, 'message.post', { group: 'main', subject: ' \t', content: 'c' }],
  ['SUBJECT_INVALID', 301, 'message.post', { group: 'main', subject: 'a\nb', content: 'c' }],
  ['SUBJECT_INVALID', 301, 'message.post', { group: 'main', subject: 'a\u2028b', content: 'c' }],
  ['TOO_LONG', 302, 'message.post', { group: 'main', subject: 'x'.repeat(201), content: 'c' }],
  ['TOO_LONG', 302, 'message.post', { group: 'main', subject: 's', content: 'x'.repeat(32769) }],
])('%s (%i): %s %j', async (word, code, method, params) => {
  expect(await alice.errorOf(method, params)).toEqual({ word, code });
});

test.each(['', '1234', 'a b', '.a', 'admin', 'ADMIN', 'x'.repeat(33), '\u202ebob', 'a\u001b[31m'])(
  'the name %j is refused',
  async (user) => {
    const peer = await board.connectProgram();
    expect(await peer.errorOf('session.login', { user })).toEqual({
      word: 'NAME_INVALID',
      code: 102,
    });
    await peer.call('session.login', { user: 'carol' });
  },
);

test('a post with the key of a message in another group is refused', async () => {
  await alice.call('group.join', { group: 'news' });
  await alice.call('message.post', { group: 'news', ...message, key: 'k' });
  const params = { group: 'main', ...message, key: 'k' };
  expect(await alice.errorOf('message.post', params)).toEqual({ word: 'KEY_REUSED', code: 303 });
});

test('a message that is not visible is answered as one that does not exist', async () => {
  const [invisible, missing] = await Promise.all(
    [1, 9].map((number) => alice.request('message.get', { group: 'main', number })),
  );
  const error = { code: 300, data: { code: 'MESSAGE_NOT_FOUND' } };
  const text = (number: number) => `There is no message ${number} for you in main.`;
  expect(invisible?.error).toEqual({ ...error, message: text(1) });
  expect(missing?.error).toEqual({ ...error, message: text(9) });
});

test.each<[method: string, params: unknown]>([
  ['server.info', { x: 1 }],
  ['session.login', {}],
  ['session.login', { user: 7 }],
  ['session.login', { user: 'alice', password: 1 }],
  ['session.login', { user: 'alice', pasword: 'x' }],
  ['session.resume', {}],
  ['account.setPassword', { current: 'x' }],
  ['session.logout', { now: true }],
  ['group.list', { group: 'main' }],
  ['group.join', {}],
  ['group.join', { group: '' }],
  ['group.join', { group: 0 }],
  ['group.join', { group: -1 }],
  ['group.join', { group: 1.5 }],
  ['group.join', { group: null }],
  ['group.join', { group: 'news', role: 'owner' }],
  ['group.leave', { groups: 'main' }],
  ['group.members', { group: ['main'] }],
  ['message.post', { group: 'main', subject: 's' }],
  ['message.post', { group: 'main', content: 'c' }],
  ['message.post', { group: 'main', ...message, key: '' }],
  ['message.post', { group: 'main', ...message, key: 'k'.repeat(65) }],
  ['message.post', { group: 'main', ...message, kye: 'k' }],
  ['message.get', { group: 'main' }],
  ['message.get', { group: 'main', number: '2' }],
  ['message.get', { group: 'main', number: 0 }],
  ['message.get', { group: 'main', number: 2 ** 53 }],
  ['message.list', { group: 'main', limit: 0 }],
  ['message.list', { group: 'main', limit: 1001 }],
  ['message.list', { group: 'main', before: 0 }],
  ['message.list', { group: 'main', after: -1 }],
  ['message.markRead', { group: 'main' }],
  ['message.markRead', { group: 'main', number: -1 }],
  ['ping', { x: 1 }],
])('wrong params are refused: %s %j', async (method, params) => {
  expect(await alice.errorOf(method, params)).toEqual({ word: 'INVALID_PARAMS', code: -32602 });
});

test('a value that cannot name a group is refused, saying what can', async () => {
  for (const group of [undefined, '', 0, -1, 1.5, null, ['main'], {}, true]) {
    const { error } = await alice.request('message.list', { group });
    expect(error?.message).toBe('Wrong arguments: group: give a name, or a number from 1 up.');
  }
});

test('params that are not an object are refused, because params have names', async () => {
  for (const params of [[], ['main'], null, 'main', 7]) {
    const { error } = await alice.request('group.members', params);
    expect(error).toEqual({
      code: -32602,
      message: 'Wrong arguments: params go by name, in an object.',
      data: { code: 'INVALID_PARAMS' },
    });
  }
});

test.each(['groups', 'group', '', 'constructor', '__proto__', 'Ping', '%ping'])(
  'the method %j is unknown',
  async (method) => {
    expect(await alice.errorOf(method, {})).toEqual({ word: 'METHOD_NOT_FOUND', code: -32601 });
  },
);

describe('a line that is not a request', () => {
  const parseError = { id: null, error: { code: -32700, data: { code: 'PARSE_ERROR' } } };
  const invalid = { id: null, error: { code: -32600, data: { code: 'INVALID_REQUEST' } } };

  test.each(['{', '{"jsonrpc":"2.0","id":1,"method":"ping"', 'ping', '%ping', "{'id':1}", '{}}'])(
    'that is no JSON: %s',
    async (line) => {
      expect(await alice.replyToLine(line)).toMatchObject(parseError);
    },
  );

  test.each([
    '[]',
    '[{"jsonrpc":"2.0","id":1,"method":"ping"}]',
    '1',
    'null',
    '"ping"',
    '{}',
    '{"jsonrpc":"2.0","id":null,"method":"ping"}',
    '{"jsonrpc":"2.0","id":1.5,"method":"ping"}',
    '{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}',
    '{"jsonrpc":"2.0","id":{},"method":"ping"}',
    '{"jsonrpc":"2.0","id":true,"method":"ping"}',
  ])('under the id null: %s', async (line) => {
    expect(await alice.replyToLine(line)).toMatchObject(invalid);
  });

  test.each([
    '{"id":71,"method":"ping"}',
    '{"jsonrpc":"1.0","id":71,"method":"ping"}',
    '{"jsonrpc":2.0,"id":71,"method":"ping"}',
    '{"jsonrpc":"2.0","id":71}',
    '{"jsonrpc":"2.0","id":71,"method":7}',
  ])('under its id, where that can be read: %s', async (line) => {
    expect(await alice.replyToLine(line)).toMatchObject({ ...invalid, id: 71 });
  });

  test('an array is refused: batches are not served', async () => {
    const { error } = await alice.replyToLine('[{"jsonrpc":"2.0","id":1,"method":"ping"}]');
    expect(error?.message).toContain('batches are not served');
  });

  test('and the connection stays open', async () => {
    for (const line of ['{', '[]', '{}']) await alice.replyToLine(line);
    expect(await alice.call('ping', {})).toEqual({});
  });
});

test.each([0, -5, 7, 9007199254740991, '', 'x', '7', 'é🍣', 'a"b\\'])(
  'the id %j comes back as it is',
  async (id) => {
    const line = JSON.stringify({ jsonrpc: '2.0', id, method: 'ping' });
    expect(await alice.replyToLine(line)).toEqual({ jsonrpc: '2.0', id, result: {} });
  },
);

test('notifications of reads get no answer, and neither do blank lines', async () => {
  const before = alice.received.length;
  for (const method of ['ping', 'group.list', 'server.info', 'no.such.method']) {
    alice.write(`${JSON.stringify({ jsonrpc: '2.0', method, params: {} })}\n`);
  }
  alice.write('\n  \n\r\n');
  await alice.call('ping', {});
  expect(alice.received.length).toBe(before + 1);
});

test.each([
  ['session.login', { user: 'carol' }],
  ['session.logout', {}],
  ['group.join', { group: 'news' }],
  ['group.leave', { group: 'main' }],
  ['message.post', { group: 'main', ...message }],
  ['message.markRead', { group: 'main', number: 3 }],
])('a change without an id is refused, and changes nothing: %s', async (method, params) => {
  // The place from which to ask for changes is the present time.
  const listed = async () => {
    const { groups } = await alice.call('group.list', {});
    return groups.map(({ change, ...group }) => group);
  };
  const groups = await listed();
  const line = JSON.stringify({ jsonrpc: '2.0', method, params });
  expect(await alice.replyToLine(line)).toMatchObject({
    id: null,
    error: { code: -32600, message: `This is not a request: ${method} needs an id.` },
  });
  expect(await listed()).toEqual(groups);
});
