import { expect, test } from 'vitest';
import { connect } from '../../src/client/index.ts';
import { addressOf, formatAddress, parseAddress } from '../../src/protocol/address.ts';
import { TestBoard } from '../helpers/board.ts';

test.each([
  ['board.example.org', 'board.example.org', undefined],
  ['board.example.org:7000', 'board.example.org', 7000],
  ['127.0.0.1:6789', '127.0.0.1', 6789],
  ['::1', '::1', undefined],
  ['[::1]', '::1', undefined],
  ['[::1]:6789', '::1', 6789],
  ['fe80::1%lo', 'fe80::1%lo', undefined],
  [' localhost:1 ', 'localhost', 1],
])('the address %j has a host and a port', (text, host, port) => {
  expect(parseAddress(text)).toEqual({ host, port });
  const address = addressOf(text);
  expect(addressOf(formatAddress(address))).toEqual(address);
});

test.each([
  '',
  ':6789',
  'a:',
  'a:b',
  'a:0',
  'a:65536',
  'a:1:2',
  '[::1',
  '[x]:1',
  '[::1]1',
  'a b',
  'tcp://a:1',
  'me@a:1',
])('%j is refused as an address', (text) => {
  expect(() => parseAddress(text)).toThrow(/^Wrong arguments: /);
});

test('an address with a port and a different port beside it is refused', () => {
  expect(() => parseAddress('a:1', 2)).toThrow('"a:1" is no address: it has another port than 2');
  expect(addressOf('a:1', 1)).toEqual({ host: 'a', port: 1 });
});

test('the client library accepts the same addresses', async () => {
  const board = await TestBoard.start();
  const client = await connect({ host: `127.0.0.1:${board.port}`, user: 'alice' });
  expect(client.user).toBe('alice');
  await client.close();
});
