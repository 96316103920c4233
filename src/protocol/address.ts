import { isIPv6 } from 'node:net';
import { boardError } from './errors.ts';
import { defaultPort } from './limits.ts';
import { parseWholeNumber } from './whole-number.ts';

/** Where a board listens. */
export interface Address {
  /** A name, an IP address, `unix:/path` for a Unix socket, or `ssh://[user@]host[:port]`. */
  readonly host: string;
  /** Ignored for a Unix socket, and over ssh, whose address has its own. */
  readonly port: number;
  /** Encrypts the connection, unless it is a Unix socket or ssh. `ca` has the certificates to trust, in PEM, instead of the system's. */
  readonly tls?: { readonly ca?: string | Buffer | undefined } | undefined;
}

/** An address as people write it. */
export interface WrittenAddress {
  readonly host: string;
  /** Undefined if the address has none. */
  readonly port: number | undefined;
}

const unixScheme = 'unix:';

/** The path of the Unix socket that an address names; undefined if it names a host. */
export function socketPathOf(host: string): string | undefined {
  return host.startsWith(unixScheme) ? host.slice(unixScheme.length) : undefined;
}

/** Where ssh connects to. What is missing is up to ssh and its configuration. */
export interface SshTarget {
  readonly user: string | undefined;
  /** A name, an alias of ssh_config(5), or an IP address without brackets. */
  readonly host: string;
  readonly port: number | undefined;
}

const sshScheme = 'ssh://';
// Neither can be an option of ssh, or have a meaning for a shell, which a ProxyCommand of the user may start.
const sshHost = /^[\p{L}\p{N}_][\p{L}\p{N}._-]*$/u;
const sshUser = /^[\p{L}\p{N}_.+][\p{L}\p{N}_.+-]*$/u;

/** What a host that begins with `ssh://` names; undefined for any other host, and if it is not well formed. */
export function sshTargetOf(host: string): SshTarget | undefined {
  if (!host.startsWith(sshScheme)) return undefined;
  const form = /^(?:([^@]*)@)?(?:\[([^[\]]*)\]|([^:/@[\]]*))(?::(\d+))?\/?$/;
  const match = form.exec(host.slice(sshScheme.length));
  if (!match) return undefined;
  const [, user, bracketed, name = '', digits] = match;
  const port = digits === undefined ? undefined : parseWholeNumber(digits, 1, 65535);
  const isHost = bracketed === undefined ? sshHost.test(name) : isIPv6(bracketed);
  const isUser = user === undefined || sshUser.test(user);
  if (!isHost || !isUser || (digits !== undefined && port === undefined)) return undefined;
  return { user, host: bracketed ?? name, port };
}

function formatSshTarget({ user, host, port }: SshTarget): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return `${sshScheme}${user === undefined ? '' : `${user}@`}${name}${port === undefined ? '' : `:${port}`}`;
}

/** As people write it, with an IPv6 address in brackets. */
export function formatAddress({ host, port }: Pick<Address, 'host' | 'port'>): string {
  if (socketPathOf(host) !== undefined || sshTargetOf(host)) return host;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Parses an address: `board.example.org`, `board.example.org:6789`, `192.0.2.1:6789`, `::1`,
 * `[::1]`, `[::1]:6789`, `unix:/path`, `unix:///path` or `ssh://[user@]host[:port]`. An IPv6 address with a port needs its brackets
 * (RFC 3986, section 3.2.2).
 * @param port a port that was given beside the address; the address may not have another one
 * @throws BoardError `INVALID_PARAMS`
 */
export function parseAddress(text: string, port?: number): WrittenAddress {
  const path = socketPathOf(text.trim());
  if (path !== undefined) return { host: unixScheme + socketPath(path, text), port: undefined };
  if (text.trim().startsWith(sshScheme)) return { host: sshAddress(text, port), port: undefined };
  const written = takenApart(text.trim());
  if (port !== undefined && written.port !== undefined && port !== written.port) {
    throw wrong(text, `it has another port than ${port}`);
  }
  return { host: written.host, port: written.port ?? port };
}

function socketPath(written: string, text: string): string {
  const path = written.replace(/^\/\/(?=\/)/, '');
  if (path === '' || path.startsWith('//') || path.includes('\0')) {
    throw wrong(text, 'it takes unix:<path>');
  }
  return path;
}

/** The address of ssh keeps its port, because without one ssh asks its configuration. */
function sshAddress(text: string, port: number | undefined): string {
  const target = sshTargetOf(text.trim());
  if (!target) throw wrong(text, 'it takes ssh://[user@]host[:port]');
  if (port !== undefined && target.port !== undefined && port !== target.port) {
    throw wrong(text, `it has another port than ${port}`);
  }
  return formatSshTarget({ ...target, port: target.port ?? port });
}

function takenApart(text: string): WrittenAddress {
  const [, bracketed, port] = /^\[([^[\]]*)\](?::(.*))?$/.exec(text) ?? [];
  if (bracketed !== undefined) {
    if (!isIPv6(bracketed)) throw wrong(text, `"${bracketed}" is no IPv6 address`);
    return { host: bracketed, port: port === undefined ? undefined : parsePort(port) };
  }
  if (isIPv6(text)) return { host: text, port: undefined };
  const [host = '', after, ...others] = text.split(':');
  if (host === '' || others.length > 0 || /[\s[\]/@]/.test(host)) {
    throw wrong(
      text,
      'it takes <host>, <host>:<port>, [<IPv6 address>]:<port>, unix:<path> or ssh://<host>',
    );
  }
  return { host, port: after === undefined ? undefined : parsePort(after) };
}

/** Parses the address of a board. The port is 6789 if none is given. @throws as `parseAddress` does */
export function addressOf(text: string, port?: number): { host: string; port: number } {
  const written = parseAddress(text, port);
  return { host: written.host, port: written.port ?? defaultPort };
}

/** @throws BoardError `INVALID_PARAMS` */
export function parsePort(text: string): number {
  const port = parseWholeNumber(text, 1, 65535);
  if (port === undefined) {
    throw boardError('INVALID_PARAMS', `the port is a number from 1 to 65535, not "${text}"`);
  }
  return port;
}

function wrong(text: string, why: string) {
  return boardError('INVALID_PARAMS', `"${text}" is no address: ${why}`);
}
