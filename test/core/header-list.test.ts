import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HeaderRow } from '../../src/board/ports/reading.ts';
import { fromRow, toGroup, toHeader } from '../../src/board/view.ts';
import { headerList } from '../../src/core/header-list.ts';
import { formatResult, resultInPieces } from '../../src/protocol/jsonrpc/messages.ts';
import { schemas } from '../../src/protocol/schemas.ts';
import { formatTime } from '../../src/protocol/time.ts';

// Any UTF-16, with lone surrogates, controls, quotes and line separators among it.
const text = fc.string({ unit: 'binary', maxLength: 20 });
const hostile = fc.oneof(
  text,
  fc.constantFrom(
    '"',
    '\\',
    '\u2028\u2029',
    '\ud800',
    '\udc00\ud83c',
    '\u0000\u001f\u007f',
    '[deleted]',
    '__proto__',
  ),
);
const time = fc.integer({ min: 0, max: 9_000_000_000_000_000 });
/** A JSON array as SQLite may write it: with other escapes than `JSON.stringify` uses. */
function namesInSqlite(names: string[]): string {
  // An `a` may be part of an escape, such as `\u001a`.
  return JSON.stringify(names).replace(/\\u[\da-f]{4}|\\.|a/g, (found) =>
    found === 'a' ? String.raw`\u0061` : found,
  );
}

const row: fc.Arbitrary<HeaderRow> = fc.tuple(
  fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  fc.option(fc.integer({ min: 1 }), { nil: null }),
  fc.option(hostile, { nil: null }),
  time,
  hostile,
  fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  fc.option(fc.integer({ min: 1 }), { nil: null }),
  fc.option(time, { nil: null }),
  fc.option(fc.array(hostile, { minLength: 1 }).map(namesInSqlite), { nil: null }),
);

/** A reply, written from objects by JSON.stringify alone. */
function replies(result: object): string[] {
  return [formatResult(7, result), [...(resultInPieces(7, result) ?? [])].join('')];
}

test('a list of headers that is written from rows is the list of objects, byte for byte', () => {
  fc.assert(
    fc.property(
      fc.array(row, { maxLength: 250, size: 'max' }),
      hostile,
      fc.boolean(),
      (rows, name, more) => {
        const group = { id: 3, name };
        const messages = rows.map((row) => toHeader(fromRow(row)));
        const fromObjects = { messages, ...toGroup(group), more };
        expect(replies(headerList(group, rows, more))).toEqual(replies(fromObjects));
        expect(headerList(group, rows, more).messages).toEqual(messages);
      },
    ),
  );
});

test('a list of headers that is written from rows has the shape of the protocol', () => {
  const rows: HeaderRow[] = [
    [1, 5, 'alice', 1_795_376_173_750_000, 'Hello', 1, null, null, null],
    [2, null, null, 1_795_376_173_750_001, '\u{1F35C}', 1, 1, 1_795_376_173_750_002, '["dave"]'],
  ];
  const list = headerList({ id: 1, name: 'main' }, rows, false);
  const { result } = JSON.parse(formatResult(1, list));
  expect(schemas['message.list'].result.parse(result)).toEqual(result);
  expect(result.messages[1]).toEqual({
    number: 2,
    senderId: null,
    sender: '[deleted]',
    postedAt: '2026-11-22T19:36:13.750001Z',
    subject: '\u{1F35C}',
    thread: 1,
    replyTo: 1,
    editedAt: '2026-11-22T19:36:13.750002Z',
    mentions: ['dave'],
  });
});

test('a time is formatted as Date does it, with microseconds', () => {
  fc.assert(
    fc.property(time, fc.integer({ min: 0, max: 120_000_000 }), (at, later) => {
      for (const micros of [at, at + later]) {
        const milliseconds = Math.floor(micros / 1000);
        const expected = new Date(milliseconds).toISOString().slice(0, -1);
        expect(formatTime(micros)).toBe(`${expected}${String(micros % 1000).padStart(3, '0')}Z`);
      }
    }),
  );
});
