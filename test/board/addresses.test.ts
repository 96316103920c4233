import { expect, test } from 'vitest';
import { isLoopback, Network, NetworkMap, networkOf } from '../../src/board/addresses.ts';

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:192.0.2.1', '192.0.2.1'],
  ['::ffff:c000:201', '192.0.2.1'],
  ['0:0:0:0:0:ffff:c000:201', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
  ['2001:db8::6', '2001:db8:0:0::/64'],
  ['2001:db8::3:4:5:6', '2001:db8:0:0::/64'],
  ['2001:db8::2:3:4:5:6', '2001:db8:0:2::/64'],
  ['2001:0DB8:0001::', '2001:db8:1:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['', ''],
])('the address %s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test('a loopback address is recognized in every form', () => {
  const own = ['127.0.0.1', '127.8.9.10', '::1', '0:0::1', '::ffff:127.0.0.1', '::ffff:7f00:1'];
  expect(own.filter(isLoopback)).toEqual(own);
  const others = ['192.0.2.1', '::2', '2001:db8::1', '::ffff:192.0.2.1', '', '12.7.0.1'];
  expect(others.filter(isLoopback)).toEqual([]);
});

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['192.0.2.7/32', '192.0.2.7'],
  ['192.0.2.7/24', '192.0.2.0/24'],
  ['10.255.1.1/9', '10.128.0.0/9'],
  ['0.0.0.0/0', '0.0.0.0/0'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7/120', '192.0.2.0/24'],
  ['2001:DB8:0::1', '2001:db8::1'],
  ['2001:db8:1:2:3::/64', '2001:db8:1:2::/64'],
  ['2001:db8:ffff::/33', '2001:db8:8000::/33'],
  ['::/0', '::/0'],
])('the network %s is written as %s', (text, canonical) => {
  expect(Network.parse(text)?.text).toBe(canonical);
  expect(Network.parse(canonical)?.text).toBe(canonical);
});

test.each([
  '',
  '1',
  '192.0.2',
  '192.0.2.1/33',
  '192.0.2.1/-1',
  '192.0.2.1/',
  '192.0.2.1/24/8',
  '0300.0.0.1',
  '::ffff:192.0.2.1/95',
  '2001:db8::/129',
  'fe80::1%eth0',
  'example.org',
])('%j is refused as a network', (text) => {
  expect(Network.parse(text)).toBeUndefined();
});

function network(text: string): Network {
  const parsed = Network.parse(text);
  if (!parsed) throw new Error(`${text} is no network`);
  return parsed;
}

test('an address is found in every network that contains it, in every form', () => {
  const map = new NetworkMap<string>();
  for (const text of ['192.0.2.0/24', '192.0.2.7', '0.0.0.0/0', '2001:db8::/32', 'fe80::/10']) {
    map.set(network(text), text);
  }
  const found = (address: string) => [...map.find(address)].sort();
  expect(found('192.0.2.7')).toEqual(['0.0.0.0/0', '192.0.2.0/24', '192.0.2.7']);
  expect(found('::ffff:192.0.2.8')).toEqual(['0.0.0.0/0', '192.0.2.0/24']);
  expect(found('192.0.3.7')).toEqual(['0.0.0.0/0']);
  expect(found('2001:db8:ffff::1')).toEqual(['2001:db8::/32']);
  expect(found('fe80::1%eth0')).toEqual(['fe80::/10']);
  for (const none of ['2001:db9::1', '', 'example.org']) expect(found(none)).toEqual([]);
});

test.each([
  ['127.0.0.0/8', '127.1.2.3', true],
  ['127.0.0.1', '0.0.0.0/0', true],
  ['127.0.0.1', '126.0.0.0/7', true],
  ['127.0.0.1', '128.0.0.0/7', false],
  ['127.0.0.1', '::/0', false],
  ['::1', '::/64', true],
])('whether the networks %s and %s overlap: %s', (one, other, expected) => {
  expect(network(one).overlaps(network(other))).toBe(expected);
  expect(network(other).overlaps(network(one))).toBe(expected);
});
