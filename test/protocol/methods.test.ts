import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BoardError } from '../../src/protocol/errors.ts';
import { limits } from '../../src/protocol/limits.ts';
import { checkParams, isMethod, methods } from '../../src/protocol/methods.ts';
import { isPostParams } from '../../src/protocol/post-params.ts';
import { type Method, schemas } from '../../src/protocol/schemas.ts';

/** Why params are refused; undefined if they are not. */
function fault(method: Method, params: unknown): string | undefined {
  try {
    checkParams(method, params);
    return undefined;
  } catch (error) {
    if (error instanceof BoardError && error.code === 'INVALID_PARAMS') return error.message;
    throw error;
  }
}

test('params of a post are accepted without the schema only where it accepts them, unchanged', () => {
  const text = fc.constantFrom(
    '',
    'a',
    '1',
    'é'.repeat(64),
    '\ud800',
    '🍜'.repeat(64),
    '🍜'.repeat(65),
  );
  const other = fc.constantFrom(
    1,
    0,
    -0,
    -1,
    1.5,
    2 ** 53,
    Number.NaN,
    true,
    null,
    undefined,
    [],
    {},
  );
  const any = fc.oneof(text, other, fc.jsonValue({ maxDepth: 1 }));
  const likely = fc.record(
    { group: fc.oneof(text, fc.integer()), subject: text, content: text, key: text },
    { requiredKeys: ['group', 'subject', 'content'] },
  );
  const name = fc.constantFrom(
    'group',
    'subject',
    'content',
    'key',
    '__proto__',
    'toString',
    'Key',
  );
  const changes = fc.array(fc.tuple(name, any), { maxLength: 2 });
  const { params: schema } = schemas['message.post'];
  let accepted = 0;
  const agree = (params: unknown) => {
    const parsed = schema.safeParse(params);
    const isAccepted = isPostParams(params);
    if (isAccepted) accepted++;
    expect(isAccepted, JSON.stringify(params)).toBe(parsed.success);
    if (isAccepted) expect(params).toEqual(parsed.data);
  };
  fc.assert(
    fc.property(likely, changes, (params, changed) => {
      // As JSON.parse makes it: `__proto__` is a name like any other.
      const entries = [...Object.entries(params), ...changed].map(
        ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value ?? null)}`,
      );
      agree(JSON.parse(`{${entries.join()}}`));
      agree(params);
    }),
    { numRuns: 2000 },
  );
  for (const params of [undefined, null, [], 'group', 1, ['a', 'b', 'c']]) agree(params);
  expect(accepted).toBeGreaterThan(100);
});

test('only names in the table of methods are methods', () => {
  for (const name of Object.keys(schemas)) expect(isMethod(name), name).toBe(true);
  for (const name of ['', 'Ping', 'toString', '__proto__', 'group.destroy']) {
    expect(isMethod(name), name).toBe(false);
  }
});

test('every method has a text command, except those that only programs need', () => {
  const folder = join(import.meta.dirname, '../../src/protocol/text');
  const commands = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'));
  const untyped = Object.keys(methods).filter(
    (name) => !commands.some((source) => source.includes(`'${name}'`)),
  );
  expect(untyped.sort()).toEqual([
    ...['door.dropClaims', 'door.login', 'door.look'],
    ...['draft.list', 'draft.set'],
    ...['group.changes', 'rpc.discover'],
    ...['screen.keys', 'screen.setKeys'],
    'server.info',
    // %exit, which a server and a client do in ways of their own.
    'session.logout',
    ...['session.resume', 'session.show'],
  ]);
});

test('before the login only login, resume, logout and questions about the server are allowed', () => {
  const open = Object.entries(methods).filter(([, { login }]) => !login);
  expect(open.map(([name]) => name).sort()).toEqual([
    ...['door.dropClaims', 'door.login', 'door.look'],
    'ping',
    'rpc.discover',
    'server.info',
    'session.login',
    'session.logout',
    'session.resume',
  ]);
});

test('the methods that change the board are marked as writes', () => {
  const writes = Object.entries(methods).filter(([, { effect }]) => effect === 'write');
  expect(writes.map(([name]) => name).sort()).toEqual([
    'direct.open',
    'draft.set',
    'group.bar',
    'group.create',
    'group.delete',
    'group.edit',
    'group.invite',
    'group.join',
    'group.leave',
    'group.markRead',
    'group.remove',
    'group.restoreMarks',
    'group.setRole',
    'group.silence',
    'group.unbar',
    'group.unsilence',
    'invitation.revoke',
    'membership.set',
    'message.delete',
    'message.edit',
    'message.markRead',
    'message.pin',
    'message.post',
    'message.report',
    'message.unpin',
    'report.close',
    'screen.setKeys',
    'thread.close',
    'thread.mute',
    'thread.reopen',
    'thread.unmute',
    'user.block',
    'user.mute',
    'user.unblock',
    'user.unmute',
  ]);
});

describe('params', () => {
  const message = { group: 'main', subject: 's', content: 'c' };

  test.each<[Method, unknown]>([
    ['ping', {}],
    ['session.login', { user: 'alice' }],
    ['group.join', { group: 'main' }],
    ['group.join', { group: 7 }],
    ['message.post', message],
    ['message.post', { ...message, key: 'k'.repeat(limits.postKey) }],
    ['message.post', { ...message, key: '🔑'.repeat(limits.postKey) }],
    ['message.get', { group: 'main', number: 1 }],
    ['message.list', { group: 'main' }],
    ['message.list', { group: 'main', before: 1, after: 0, limit: limits.listMost }],
    ['message.markRead', { group: 'main', number: 0 }],
  ])('%s accepts %j unchanged', (method, params) => {
    expect(checkParams(method, params)).toEqual(params);
  });

  test.each<[Method, unknown, string]>([
    ['ping', { extra: 1 }, 'extra'],
    ['session.login', {}, 'user'],
    ['session.login', { user: 7 }, 'user'],
    ['session.login', { user: 'alice', pasword: 'x' }, 'pasword'],
    ['group.join', {}, 'group'],
    ['group.join', { group: '' }, 'group'],
    ['group.join', { group: 0 }, 'group'],
    ['group.join', { group: 1.5 }, 'group'],
    ['group.join', { group: null }, 'group'],
    ['message.post', { group: 'main', subject: 's' }, 'content'],
    ['message.post', { ...message, key: '' }, 'key'],
    ['message.post', { ...message, key: 'k'.repeat(limits.postKey + 1) }, 'key'],
    ['message.post', { ...message, key: '🔑'.repeat(limits.postKey + 1) }, 'key'],
    ['message.get', { group: 'main', number: 0 }, 'number'],
    ['message.get', { group: 'main', number: '1' }, 'number'],
    ['message.get', { group: 'main', number: 2 ** 53 }, 'number'],
    ['message.list', { group: 'main', limit: limits.listMost + 1 }, 'limit'],
    ['message.list', { group: 'main', limit: 0 }, 'limit'],
    ['message.list', { group: 'main', before: 0 }, 'before'],
    ['message.list', { group: 'main', after: -1 }, 'after'],
    ['message.markRead', { group: 'main', number: -1 }, 'number'],
    ['ping', 'text', ''],
    ['ping', null, ''],
  ])('%s refuses %j, and says what is wrong', (method, params, where) => {
    expect(fault(method, params)).toContain(`Wrong arguments: `);
    expect(fault(method, params)).toContain(where);
  });
});
