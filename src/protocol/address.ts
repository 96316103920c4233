import { isIPv6 } from 'node:net';
import { boardError } from './errors.ts';
import { defaultPort } from './limits.ts';

/** Where a board listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
  /** Encrypts the connection; `ca` are the certificates to trust, in PEM, in place of the system's. */
  readonly tls?: { readonly ca?: string | Buffer | undefined } | undefined;
}

/** An address as people write it. */
export interface WrittenAddress {
  readonly host: string;
  /** Undefined if the address has none. */
  readonly port: number | undefined;
}

/** As people write it, with an IPv6 address in brackets. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Takes an address apart: `board.example.org`, `board.example.org:6789`, `192.0.2.1:6789`, `::1`,
 * `[::1]` or `[::1]:6789`. An IPv6 address with a port needs its brackets (RFC 3986, section 3.2.2).
 * @param port one that was given apart from the address, and may not contradict it
 * @throws BoardError `INVALID_PARAMS`
 */
export function parseAddress(text: string, port?: number): WrittenAddress {
  const written = takenApart(text.trim());
  if (port !== undefined && written.port !== undefined && port !== written.port) {
    throw wrong(text, `it has another port than ${port}`);
  }
  return { host: written.host, port: written.port ?? port };
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
    throw wrong(text, 'it takes <host>, <host>:<port> or [<IPv6 address>]:<port>');
  }
  return { host, port: after === undefined ? undefined : parsePort(after) };
}

/** The address of a board, at the usual port unless it says otherwise. @throws as `parseAddress` does */
export function addressOf(text: string, port?: number): { host: string; port: number } {
  const written = parseAddress(text, port);
  return { host: written.host, port: written.port ?? defaultPort };
}

/** @throws BoardError `INVALID_PARAMS` */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65535) {
    throw boardError('INVALID_PARAMS', `the port is a number from 1 to 65535, not "${text}"`);
  }
  return port;
}

function wrong(text: string, why: string) {
  return boardError('INVALID_PARAMS', `"${text}" is no address: ${why}`);
}
