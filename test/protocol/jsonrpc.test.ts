import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BoardError, boardError } from '../../src/protocol/errors.ts';
import {
  BadRequest,
  checkedRequest,
  formatError,
  formatNotice,
  formatRequest,
  formatResult,
  parseIncoming,
  parseRequest,
  resultInPieces,
} from '../../src/protocol/jsonrpc/messages.ts';

/** What a line that is no request is answered with. */
function refused(line: string) {
  try {
    parseRequest(line);
  } catch (error) {
    if (error instanceof BadRequest) {
      const { id, reason } = error;
      return { id, code: reason.code, message: reason.message };
    }
    throw error;
  }
  throw new Error(`It was taken: ${line}`);
}

/** What a function returns, or why it refuses. */
function outcome(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof BadRequest) return [error.id, error.message];
    throw error;
  }
}

describe('a request', () => {
  test('is accepted or refused as its schema says, for all members', () => {
    const member = fc.oneof(
      fc.constantFrom('2.0', '2', 'ping', '', 0, -0, 1, 1.5, 2 ** 53, -1, true, null, [], {}),
      fc.constantFrom('x'.repeat(128), 'x'.repeat(129), ['2.0'], { method: 'ping' }),
      fc.jsonValue({ maxDepth: 1 }),
    );
    const names = ['jsonrpc', 'id', 'method', 'params', '__proto__', 'constructor', 'other'];
    const value = fc.oneof(
      { weight: 9, arbitrary: fc.array(fc.tuple(fc.constantFrom(...names), member)) },
      { weight: 1, arbitrary: fc.constant([]) },
    );
    fc.assert(
      fc.property(fc.boolean(), value, (isLikely, members) => {
        const likely = '"jsonrpc":"2.0","method":"ping"';
        const others = members.map(
          ([name, of]) => `,${JSON.stringify(name)}:${JSON.stringify(of)}`,
        );
        const line = `{${isLikely ? likely : '"a":1'}${others.join('')}}`;
        expect(
          outcome(() => parseRequest(line)),
          line,
        ).toEqual(outcome(() => checkedRequest(JSON.parse(line))));
      }),
      { numRuns: 2000 },
    );
  });

  test('has an id, a method and params by name', () => {
    const line = '{"jsonrpc":"2.0","id":1,"method":"group.join","params":{"group":"main"}}';
    expect(parseRequest(line)).toEqual({ id: 1, method: 'group.join', params: { group: 'main' } });
  });

  test('may leave its params out', () => {
    const line = ' {"id":"a","method":"ping","jsonrpc":"2.0"} ';
    expect(parseRequest(line)).toEqual({ id: 'a', method: 'ping', params: {} });
  });

  test('without an id is a notification', () => {
    const request = parseRequest('{"jsonrpc":"2.0","method":"ping"}');
    expect(request).toEqual({ method: 'ping', params: {} });
    expect('id' in request).toBe(false);
  });

  test.each(['[]', 'null', '"x"', '7'])('may have params that no method accepts: %s', (params) => {
    const line = `{"jsonrpc":"2.0","id":1,"method":"ping","params":${params}}`;
    expect(parseRequest(line).params).toEqual(JSON.parse(params));
  });

  test.each([0, -7, 9007199254740991, '', 'é'])('may have the id %j', (id) => {
    const line = JSON.stringify({ jsonrpc: '2.0', id, method: 'ping' });
    expect(parseRequest(line).id).toBe(id);
  });

  test.each(['{', '{"jsonrpc":', 'null}', '', '[1', "{'a':1}"])(
    'must be JSON, which %j is not',
    (line) => {
      expect(refused(line)).toMatchObject({ id: null, code: 'PARSE_ERROR' });
    },
  );

  test.each(['[]', '[{"jsonrpc":"2.0","id":1,"method":"ping"}]'])(
    'must not be a batch: %s',
    (line) => {
      expect(refused(line)).toMatchObject({
        id: null,
        code: 'INVALID_REQUEST',
        message: expect.stringContaining('batches are not served'),
      });
    },
  );

  test.each([
    ['null', null, ''],
    ['"ping"', null, ''],
    ['7', null, ''],
    ['{}', null, 'jsonrpc'],
    ['{"id":1,"method":"ping"}', 1, 'jsonrpc'],
    ['{"jsonrpc":"1.0","id":1,"method":"ping"}', 1, 'jsonrpc'],
    ['{"jsonrpc":"2.0","id":"a"}', 'a', 'method'],
    ['{"jsonrpc":"2.0","id":1,"method":7}', 1, 'method'],
    [
      '{"jsonrpc":"2.0","id":null,"method":"ping"}',
      null,
      'id: give a whole number, or a string of at most 128 characters',
    ],
    [
      '{"jsonrpc":"2.0","id":1.5,"method":"ping"}',
      null,
      'id: give a whole number, or a string of at most 128 characters',
    ],
    [
      '{"jsonrpc":"2.0","id":{},"method":"ping"}',
      null,
      'id: give a whole number, or a string of at most 128 characters',
    ],
    [
      '{"jsonrpc":"2.0","id":true,"method":"ping"}',
      null,
      'id: give a whole number, or a string of at most 128 characters',
    ],
  ])('%s is refused, and the error has the id of the line if it can be read', (line, id, where) => {
    expect(refused(line)).toMatchObject({
      id,
      code: 'INVALID_REQUEST',
      message: expect.stringContaining(where),
    });
  });
});

describe('what the server sends is one line', () => {
  test('a result', () => {
    expect(formatResult('a\nb', { text: 'two\nlines' })).toBe(
      '{"jsonrpc":"2.0","id":"a\\nb","result":{"text":"two\\nlines"}}\n',
    );
  });

  test('an error, with its number and its word', () => {
    expect(formatError(7, boardError('GROUP_NOT_FOUND', 'x\ny'))).toBe(
      '{"jsonrpc":"2.0","id":7,"error":{"code":200,"message":"There is no group x\\ny.","data":{"code":"GROUP_NOT_FOUND"}}}\n',
    );
    expect(formatError(null, boardError('NOT_UTF8'))).toContain('"id":null,"error":{"code":-32700');
  });

  test('a notice', () => {
    const params = { group: 'main', groupId: 1, user: 'alice', userId: 2 };
    expect(formatNotice({ method: 'member.left', params })).toBe(
      '{"jsonrpc":"2.0","method":"member.left","params":{"group":"main","groupId":1,"user":"alice","userId":2}}\n',
    );
  });
});

describe('what a client reads', () => {
  test('can be a result with the id of its request', () => {
    const request = formatRequest(3, 'ping', {});
    expect(parseRequest(request)).toEqual({ id: 3, method: 'ping', params: {} });
    expect(parseIncoming(formatResult(3, { a: 1 }))).toEqual({
      kind: 'result',
      id: 3,
      result: { a: 1 },
    });
  });

  test('can be an error, which equals the error that the server sent', () => {
    const error = boardError('NOT_MEMBER', 'main');
    const incoming = parseIncoming(formatError('x', error));
    expect(incoming).toEqual({ kind: 'error', id: 'x', error });
    expect(incoming?.kind === 'error' && incoming.error.code).toBe('NOT_MEMBER');
    expect(parseIncoming(formatError(null, error))).toMatchObject({ kind: 'error', id: null });
  });

  test.each([
    ['a word it does not know', '{"code":999,"message":"Too new.","data":{"code":"FROM_2040"}}'],
    ['a word that every object has', '{"code":9,"message":"Too new.","data":{"code":"toString"}}'],
    ['no word', '{"code":-32000,"message":"Too new."}'],
  ])('can be an error with %s: it keeps the sentence and becomes INTERNAL_ERROR', (_, body) => {
    const incoming = parseIncoming(`{"jsonrpc":"2.0","id":1,"error":${body}}`);
    const error = new BoardError('INTERNAL_ERROR', 'Too new.');
    expect(incoming).toEqual({ kind: 'error', id: 1, error });
    expect(incoming?.kind === 'error' && incoming.error.code).toBe('INTERNAL_ERROR');
  });

  test('can be a notice with an unknown name', () => {
    expect(parseIncoming('{"jsonrpc":"2.0","method":"from.2040","params":{"a":1}}')).toEqual({
      kind: 'notice',
      method: 'from.2040',
      params: { a: 1 },
    });
  });

  test.each([
    'Welcome to corkboard.',
    'What is your username? {',
    '',
    '{',
    '[]',
    '{"jsonrpc":"2.0"}',
    '{"id":null,"result":{}}',
    '{"id":[],"result":{}}',
    '{"id":1,"error":"text"}',
  ])('is ignored if it is not JSON-RPC: %j', (line) => {
    expect(parseIncoming(line)).toBeNull();
  });
});

describe('a result with a long list', () => {
  const entries = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ number: at, subject: `"${at}"\n字` }));

  test.each([101, 200, 250, 1000])(
    'of %i entries is the same in pieces as in one line',
    (count) => {
      for (const result of [
        { messages: entries(count) },
        { group: 'main', messages: entries(count), more: false },
        { a: [], b: [1], members: entries(count), next: undefined, c: null },
      ]) {
        const pieces = [...(resultInPieces('i"d', result) ?? [])];
        expect(JSON.parse(pieces.join(''))).toEqual(JSON.parse(formatResult('i"d', result)));
        expect(pieces.join('').indexOf('\n')).toBe(pieces.join('').length - 1);
      }
    },
  );

  test('is encoded in pieces of a hundred entries, each made when it is needed', () => {
    let made = 0;
    const toJSON = () => ++made;
    const list = Array.from({ length: 250 }, () => ({ toJSON }));
    const counts: number[] = [];
    for (const _ of resultInPieces(1, { list }) ?? []) counts.push(made);
    expect(counts).toEqual([0, 100, 200, 250, 250]);
  });

  test.each([{}, { messages: entries(100) }, { text: 'x'.repeat(1000) }])(
    'is sent in one piece if it has at most a hundred entries',
    (result) => expect(resultInPieces(1, result)).toBeUndefined(),
  );
});
