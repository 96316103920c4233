import { expect, test } from 'vitest';
import { Admission } from '../../src/core/admission.ts';

const inAll = 'There are too many connections to this board. Try again later.';
const fromHere = 'There are too many connections from your address. Try again later.';

/** Lets them in one after the other; gives what was said to each, `in` where it was let in. */
function enter(admission: Admission, ...addresses: string[]): string[] {
  return addresses.map((address) => admission.enter(address)?.message ?? 'in');
}

test('the limit of one address does not concern another', () => {
  const admission = new Admission({ connections: 10, connectionsPerAddress: 2 });
  expect(enter(admission, '192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2')).toEqual([
    'in',
    'in',
    fromHere,
    'in',
  ]);
  admission.leave('192.0.2.1');
  expect(enter(admission, '192.0.2.1', '192.0.2.1')).toEqual(['in', fromHere]);
});

test('an address that is mapped into IPv6 is the same address', () => {
  const admission = new Admission({ connections: 10, connectionsPerAddress: 1 });
  expect(enter(admission, '192.0.2.1', '::ffff:192.0.2.1', '::ffff:192.0.2.2')).toEqual([
    'in',
    fromHere,
    'in',
  ]);
});

test('all addresses of one /64 count together', () => {
  const admission = new Admission({ connections: 10, connectionsPerAddress: 2 });
  const here = ['2001:db8:0:1::1', '2001:db8::1:ffff:0:0:2', '2001:db8:0:1:a:b:c:d'];
  expect(enter(admission, ...here, '2001:db8:0:2::1')).toEqual(['in', 'in', fromHere, 'in']);
});

test('connections from this machine are only limited in all, not per address', () => {
  const admission = new Admission({ connections: 4, connectionsPerAddress: 1 });
  const own = ['127.0.0.1', '127.0.0.1', '::1', '::ffff:127.0.0.1', '127.0.0.1'];
  expect(enter(admission, ...own)).toEqual(['in', 'in', 'in', 'in', inAll]);
  admission.leave('::1');
  expect(enter(admission, '192.0.2.1', '192.0.2.2')).toEqual(['in', inAll]);
});
