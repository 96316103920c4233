import { lookup } from 'node:dns/promises';
import { type AddressInfo, createServer, isIPv6, type Server } from 'node:net';
import { formatAddress } from '../protocol/address.ts';
import { ListenError } from './listen-error.ts';
import { requireFree } from './unix/socket-file.ts';

/** A way to listen, as it is configured. */
export type ListenAddress = TcpAddress | { readonly scheme: 'unix'; readonly path: string };

/** All hosts are listened on with the same port. */
interface TcpAddress {
  readonly scheme: 'tcp' | 'tls';
  readonly hosts: readonly string[];
  /** 0 for a free one. */
  readonly port: number;
  /** The flag that it comes from, for messages. */
  readonly setting: string;
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly setting: string;
}

/** An IP address to listen on. */
export interface TcpPlace extends Place {
  /** Whether `::` is for IPv6 alone. */
  readonly ipv6Only: boolean;
}

/** An address that has been looked up, with everything that is needed to open a door there. */
export type Listening =
  | { readonly scheme: 'tcp' | 'tls'; readonly places: readonly TcpPlace[] }
  | { readonly scheme: 'unix'; readonly path: string };

/** Why an address cannot be listened on, and what to do. */
export function listenFailure(
  cause: NodeJS.ErrnoException,
  { host, port, setting }: Place,
): ListenError {
  return new ListenError(explanation(cause, { host, port, setting }), { cause });
}

function explanation({ code, message }: NodeJS.ErrnoException, { host, port, setting }: Place) {
  const at = formatAddress({ host, port });
  const other = `Choose another with ${setting}.`;
  const portFlag = setting === '--host' ? '--port' : setting;
  switch (code) {
    case 'EADDRINUSE':
      return `${at} is in use already. Stop the program that has it, or choose another port with ${portFlag}.`;
    case 'EACCES':
    case 'EPERM':
      return `${at} may not be listened on by this user. Choose a port above 1023 with ${portFlag}.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
      return `There is no host ${host} that this machine can find. ${other}`;
    case 'EADDRNOTAVAIL':
      return `${host} is no address of this machine. ${other}`;
    case 'EAFNOSUPPORT':
      return `This machine has no ${isIPv6(host) ? 'IPv6' : 'IPv4'}, which ${host} needs. ${other}`;
    case 'EINVAL':
      return isLinkLocal(host)
        ? `${host} is an address of one network only: add the interface, as ${host}%eth0.`
        : `${host} cannot be listened on. ${other}`;
    default:
      return `${at} cannot be listened on: ${message}. ${other}`;
  }
}

function isLinkLocal(host: string): boolean {
  return /^fe[89ab][0-9a-f]:/i.test(host) && !host.includes('%');
}

/** The part of `net.Server` that listening needs; an HTTP server has it too. */
type Listener = Pick<Server, 'listen' | 'once' | 'off' | 'address'>;

/**
 * Has a server listen on an address.
 * @throws ListenError
 */
export function listenOn(
  server: Listener,
  { host, port, setting, ...options }: Place & { backlog?: number; ipv6Only?: boolean },
): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => reject(listenFailure(error, { host, port, setting }));
    server.once('error', failed);
    server.listen({ host, port, ...options }, () => {
      server.off('error', failed);
      resolve(server.address() as AddressInfo);
    });
  });
}

/**
 * Checks that an address can be listened on, before anything is created that a failure would leave on the disk.
 * @throws ListenError
 */
async function probeListening(place: Place): Promise<void> {
  const probe = createServer();
  await listenOn(probe, place);
  await new Promise((resolve) => probe.close(resolve));
}

/** Probes all addresses that have been looked up, and the address of the metrics. @throws ListenError */
export async function probeAll(
  all: readonly Listening[],
  metrics: { host: string; port: number } | undefined,
): Promise<void> {
  for (const listening of all) {
    if (listening.scheme === 'unix') await requireFree(listening.path);
    else for (const place of listening.places) await probeListening(place);
  }
  if (metrics) await probeListening({ ...metrics, setting: '--metrics' });
}

/**
 * Looks the hosts of all addresses up. An IP address and port that come twice are listened on once. If
 * an IPv4 address has the same port, `::` is for IPv6 alone.
 * @throws ListenError if a host has no address, or TCP and TLS are to share a port
 */
export async function resolveAll(addresses: readonly ListenAddress[]): Promise<Listening[]> {
  const unix = addresses.flatMap((at) => (at.scheme === 'unix' ? at.path : []));
  const found = await lookUpAll(addresses.filter((at) => at.scheme !== 'unix'));
  const tcp = addresses.flatMap((at): Listening[] => {
    if (at.scheme === 'unix') return [];
    const { scheme, port, setting } = at;
    const places = found
      .filter((each) => each.at === at)
      .map(({ host }) => ({ host, port, setting, ipv6Only: isIPv6(host) && hasIPv4(found, at) }));
    return places.length === 0 ? [] : [{ scheme, places }];
  });
  return [...tcp, ...[...new Set(unix)].map((path): Listening => ({ scheme: 'unix', path }))];
}

interface Found {
  readonly host: string;
  readonly at: TcpAddress;
}

async function lookUpAll(addresses: readonly TcpAddress[]): Promise<Found[]> {
  const all = new Map<string, Found>();
  for (const [turn, at] of addresses.entries()) {
    for (const name of at.hosts) {
      const { port, scheme, setting } = at;
      const host = await lookUp(name, at);
      const text = formatAddress({ host, port });
      // Two requests for a free port get different ports.
      const key = port === 0 ? `${text} ${turn}` : text;
      const before = all.get(key)?.at;
      if (before && before.scheme !== scheme) {
        const why = 'is to be listened on with TLS and without it';
        throw new ListenError(`${text} ${why}. Choose another port with ${setting}.`);
      }
      if (!before) all.set(key, { host, at });
    }
  }
  return [...all.values()];
}

function hasIPv4(all: readonly Found[], at: TcpAddress): boolean {
  return all.some(
    (each) => !isIPv6(each.host) && (each.at === at || (at.port !== 0 && each.at.port === at.port)),
  );
}

async function lookUp(host: string, { port, setting }: TcpAddress): Promise<string> {
  const { address } = await lookup(host).catch((error) => {
    throw listenFailure(error, { host, port, setting });
  });
  return address;
}
