import { expect, test } from 'vitest';
import { isLoopback, networkOf } from '../../src/board/addresses.ts';

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
  ['2001:db8::6', '2001:db8:0:0::/64'],
  ['2001:db8::3:4:5:6', '2001:db8:0:0::/64'],
  ['2001:db8::2:3:4:5:6', '2001:db8:0:2::/64'],
  ['2001:0DB8:0001::', '2001:db8:1:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['', ''],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test('loopback is known in every form', () => {
  const own = ['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1'];
  expect(own.filter(isLoopback)).toEqual(own);
  const others = ['192.0.2.1', '::2', '2001:db8::1', '::ffff:192.0.2.1', '', '12.7.0.1'];
  expect(others.filter(isLoopback)).toEqual([]);
});
