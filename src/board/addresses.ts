import { isIPv6 } from 'node:net';

const mappedIPv4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const groupsOfNetwork = 4;
const groupsOfAddress = 8;

/**
 * What an address counts as where a limit is per address: itself for IPv4, as which one that is
 * mapped into IPv6 (RFC 4291, section 2.5.5.2) counts too; for IPv6 its /64, since that much is
 * given to one customer (RFC 6177), who may take any address in it.
 */
export function networkOf(address: string): string {
  const [bare = ''] = address.split('%');
  const mapped = mappedIPv4.exec(bare)?.[1];
  if (mapped) return mapped;
  if (!isIPv6(bare)) return bare;
  const [before = '', after] = bare.split('::');
  const head = before === '' ? [] : before.split(':');
  // What `::` leaves out are zeros; where the network ends before it, they do not matter.
  const tail = after ? after.split(':') : [];
  const zeros = Array.from({ length: groupsOfAddress - head.length - tail.length }, () => '0');
  const groups = after === undefined ? head : [...head, ...zeros, ...tail];
  const network = groups.slice(0, groupsOfNetwork).map((group) => Number.parseInt(group, 16));
  return `${network.map((group) => group.toString(16)).join(':')}::/64`;
}

/** Whether an address is this machine's own, for itself alone. */
export function isLoopback(address: string): boolean {
  const network = networkOf(address);
  return network.startsWith('127.') || address === '::1';
}
