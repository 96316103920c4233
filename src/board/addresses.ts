import { isIP } from 'node:net';
import ipaddr, { type IPv4, type IPv6 } from 'ipaddr.js';

const groupsOfNetwork = 4;

interface Known {
  readonly network: string;
  readonly isLoopback: boolean;
}

// The networks of recent addresses: each connection asks for its network several times.
const mostKnown = 1000;
const known = new Map<string, Known>();

function knownOf(address: string): Known {
  let found = known.get(address);
  if (!found) {
    const ip = parseIP(address);
    found = { network: networkOfIP(address, ip), isLoopback: ip?.range() === 'loopback' };
    if (known.size >= mostKnown) known.clear();
    known.set(address, found);
  }
  return found;
}

/**
 * The key of an address for limits per address. It is the address itself for IPv4, also if it is mapped into IPv6
 * (RFC 4291, section 2.5.5.2). For IPv6 it is the /64, because one customer gets at least that (RFC 6177) and can
 * use any address in it. A Unix socket (`unix:/path`) counts as itself.
 */
export function networkOf(address: string): string {
  return isUnixSocket(address) ? address : knownOf(address).network;
}

function networkOfIP(address: string, ip: IP | undefined): string {
  if (ip?.kind() !== 'ipv6') return ip?.toString() ?? address;
  const network = (ip as IPv6).parts.slice(0, groupsOfNetwork);
  return `${network.map((group) => group.toString(16)).join(':')}::/64`;
}

/** Whether the peer is on this machine: a loopback address, or a Unix socket. */
export function isLoopback(address: string): boolean {
  return isUnixSocket(address) || knownOf(address).isLoopback;
}

function isUnixSocket(address: string): boolean {
  return address.startsWith('unix:');
}

type IP = IPv4 | IPv6;

/** A range of addresses, such as `192.0.2.0/24`. An IPv4 range mapped into IPv6 is the IPv4 range. */
export class Network {
  /** Canonical: `192.0.2.1` for a single address, `2001:db8::/32` for a range. */
  readonly text: string;

  private constructor(
    private readonly base: IP,
    readonly prefix: number,
  ) {
    const isSingle = prefix === bitsOf(base);
    this.text = isSingle ? base.toString() : keyOf(base, prefix);
  }

  /** @param text an address, or a range in CIDR notation; undefined if it is neither */
  static parse(text: string): Network | undefined {
    const [address = '', length, ...more] = text.split('/');
    if (isIP(address) === 0 || address.includes('%') || more.length > 0) return undefined;
    if (length !== undefined && !/^\d{1,3}$/.test(length)) return undefined;
    const written = ipaddr.parse(address);
    const ip = unmapped(written);
    // The prefix of a mapped range counts the 96 bits before the IPv4 address.
    const prefix = Number(length ?? bitsOf(written)) - (bitsOf(written) - bitsOf(ip));
    if (prefix < 0 || prefix > bitsOf(ip)) return undefined;
    return new Network(masked(ip, prefix), prefix);
  }

  get kind(): 'ipv4' | 'ipv6' {
    return this.base.kind();
  }

  /** Whether the two networks have an address in common. */
  overlaps(other: Network): boolean {
    if (this.kind !== other.kind) return false;
    const prefix = Math.min(this.prefix, other.prefix);
    return keyOf(this.base, prefix) === keyOf(other.base, prefix);
  }
}

/** Finds the values of the networks that contain an address, with one look-up for each length of a prefix. */
export class NetworkMap<T> {
  /** A map that has the same value for each of the networks. */
  static of<T>(networks: readonly Network[], value: T): NetworkMap<T> {
    const map = new NetworkMap<T>();
    for (const network of networks) map.set(network, value);
    return map;
  }

  private readonly values = new Map<string, T>();
  private readonly prefixes = { ipv4: new Set<number>(), ipv6: new Set<number>() };

  set(network: Network, value: T): void {
    const { kind, prefix, text } = network;
    this.prefixes[kind].add(prefix);
    this.values.set(prefix === bits[kind] ? `${text}/${prefix}` : text, value);
  }

  /** The values of the networks that hold `address`; none if that is not an IP address. */
  *find(address: string): Generator<T> {
    const ip = this.values.size === 0 ? undefined : parseIP(address);
    if (!ip) return;
    for (const prefix of this.prefixes[ip.kind()]) {
      const value = this.values.get(keyOf(ip, prefix));
      if (value !== undefined) yield value;
    }
  }

  has(address: string): boolean {
    return this.find(address).next().done === false;
  }
}

const bits = { ipv4: 32, ipv6: 128 } as const;

function bitsOf(ip: IP): number {
  return bits[ip.kind()];
}

/** An address, without its zone. An IPv4 address that is mapped into IPv6 in any form is the IPv4 address. */
function parseIP(address: string): IP | undefined {
  const [bare = ''] = address.split('%');
  return isIP(bare) === 0 ? undefined : unmapped(ipaddr.parse(bare));
}

function unmapped(ip: IP): IP {
  return ip.kind() === 'ipv6' && (ip as IPv6).isIPv4MappedAddress()
    ? (ip as IPv6).toIPv4Address()
    : ip;
}

/** The address with all bits after the first `prefix` cleared. */
function masked(ip: IP, prefix: number): IP {
  const bytes = ip.toByteArray().map((byte, at) => {
    const kept = Math.min(8, Math.max(0, prefix - 8 * at));
    return byte & (0xff00 >> kept);
  });
  return ipaddr.fromByteArray(bytes);
}

function keyOf(ip: IP, prefix: number): string {
  return `${masked(ip, prefix)}/${prefix}`;
}
