import { expect, test } from 'vitest';
import { BoardError, boardError, catalogue, type ErrorCode } from '../../src/protocol/errors.ts';
import { rpcCodes } from '../../src/protocol/jsonrpc/codes.ts';
import { tableRows } from './documentation.ts';

test('docs/protocol.md lists exactly the errors that exist, with their numbers', () => {
  const documented = tableRows('Errors').map(([word = '', number = '']) => [
    word.replaceAll('`', ''),
    Number(number),
  ]);
  expect(Object.fromEntries(documented)).toEqual(rpcCodes);
});

test('every error in docs/protocol.md has an explanation', () => {
  for (const [word, , meaning] of tableRows('Errors')) expect(meaning, word).toMatch(/\w{2}/);
});

test("each of the board's own errors has its own number, outside the range that JSON-RPC reserves", () => {
  const numbers = Object.values(rpcCodes).filter((number) => number > -32000);
  expect(new Set(numbers).size).toBe(numbers.length);
  for (const number of numbers) expect(number).toBeGreaterThan(0);
});

test('errors with a negative number use the numbers of JSON-RPC 2.0', () => {
  const others = Object.values(rpcCodes).filter((number) => number <= -32000);
  const known = [-32700, -32600, -32601, -32602, -32603];
  for (const number of others) expect(known).toContain(number);
});

test('an error has a code and a sentence about what was wrong', () => {
  const error = boardError('TOO_LONG', 'subject', 200, 'characters');
  expect(error).toBeInstanceOf(BoardError);
  expect(error.code).toBe('TOO_LONG');
  expect(error.message).toBe('The subject is too long: at most 200 characters.');
});

test('an error can carry the error that caused it', () => {
  const cause = new Error('no space left');
  expect(boardError('STORAGE_FAILED', { cause })).toMatchObject({ code: 'STORAGE_FAILED', cause });
  const limited = boardError('RATE_LIMITED', 7, { cause });
  expect(limited).toMatchObject({ seconds: 7, cause });
  expect(limited.message).toContain('7 s');
});

test('the sentence of every error is one line that ends in a full stop', () => {
  for (const [word, text] of Object.entries(catalogue)) {
    const sentence = (text as (...args: unknown[]) => string)('a', 'b', 'c');
    expect(sentence, word).toMatch(/^[^\n]+\.$/);
  }
  expect(Object.keys(catalogue) satisfies string[] as ErrorCode[]).toContain('INTERNAL_ERROR');
});
