import { lookup } from 'node:dns/promises';
import { type AddressInfo, createServer, isIPv6, type Server } from 'node:net';
import { Expected } from '../protocol/expected.ts';

/** An address that cannot be listened on; the message says why, and what to do. */
export class ListenError extends Expected {
  override readonly name = 'ListenError';

  /** @param setting the flag that says where to listen */
  constructor(cause: NodeJS.ErrnoException, { host, port, setting }: Place) {
    super(explanation(cause, { host, port, setting }), { cause });
  }
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly setting: string;
}

function explanation({ code, message }: NodeJS.ErrnoException, { host, port, setting }: Place) {
  const at = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
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

/** What of `net.Server` is listened with; an HTTP server is one too. */
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
    const failed = (error: Error) => reject(new ListenError(error, { host, port, setting }));
    server.once('error', failed);
    server.listen({ host, port, ...options }, () => {
      server.off('error', failed);
      resolve(server.address() as AddressInfo);
    });
  });
}

/**
 * Finds out whether an address can be listened on, before anything is made that would stay behind.
 * @throws ListenError
 */
export async function probeListening(place: Place): Promise<void> {
  const probe = createServer();
  await listenOn(probe, place);
  await new Promise((resolve) => probe.close(resolve));
}

/**
 * The addresses of hosts, each once. With an IPv4 address among them, `::` stands for IPv6 alone.
 * @throws ListenError if a name has no address
 */
export async function resolveHosts(hosts: readonly string[], port: number, setting: string) {
  const addresses = new Set<string>();
  for (const host of hosts) {
    const { address } = await lookup(host).catch((error) => {
      throw new ListenError(error, { host, port, setting });
    });
    addresses.add(address);
  }
  const ipv6Only = [...addresses].some((address) => !isIPv6(address));
  return [...addresses].map((host) => ({ host, setting, ipv6Only: ipv6Only && isIPv6(host) }));
}
