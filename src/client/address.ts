import { boardError } from '../protocol/errors.ts';

/** Where a board listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
  /** Encrypts the connection; `ca` are the certificates to trust, in PEM, in place of the system's. */
  readonly tls?: { readonly ca?: string | Buffer | undefined } | undefined;
}

/** As people write it, with an IPv6 address in brackets. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** @throws BoardError `INVALID_PARAMS` */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65535) {
    throw boardError('INVALID_PARAMS', `the port is a number from 1 to 65535, not "${text}"`);
  }
  return port;
}
