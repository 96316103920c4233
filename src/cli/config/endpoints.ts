import { resolve } from 'node:path';
import { z } from 'zod';
import { formatAddress, parseAddress, socketPathOf } from '../../protocol/address.ts';
import { defaultPort } from '../../protocol/limits.ts';
import { parseWholeNumber } from '../../protocol/whole-number.ts';
import { type Kind, listOf, parsed } from './kinds.ts';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

const hostPort = /^(\[[^\]]+\]|[^:[\]/@\s]+)(?::(\d{1,5}))?$/;

/** Splits `host:port`; an IPv6 address is in brackets. @param byDefault the port if the text has none */
function parseEndpoint(text: string, byDefault?: number): Endpoint | undefined {
  const [, host, written] = hostPort.exec(text) ?? [];
  const port = written === undefined ? byDefault : Number(written);
  if (host === undefined || port === undefined || port > 65_535) return undefined;
  return { host: host.replace(/^\[|\]$/g, ''), port };
}

/** An address to listen on as `host:port`. */
export function endpoint(): Kind<Endpoint> {
  return {
    placeholder: 'host:port',
    allowed: 'an address and a port, as 127.0.0.1:9100 or [::1]:9100',
    schema: parsed((text) => parseEndpoint(text)),
    write: formatAddress,
  };
}

/** A port, with or without an address to listen on. */
export interface SshEndpoint {
  readonly host: string | undefined;
  readonly port: number;
}

/** `2222`, or an address to listen on as `host:port`. */
function sshEndpoint(): Kind<SshEndpoint> {
  return {
    placeholder: 'port',
    allowed: 'a port, or an address and a port, as 2222, 0.0.0.0:2222 or [::]:2222',
    schema: z.preprocess(
      (value) => (typeof value === 'number' ? String(value) : value),
      parsed((text): SshEndpoint | undefined => {
        const port = parseWholeNumber(text.trim(), 0, 65_535);
        return port === undefined ? parseEndpoint(text.trim()) : { host: undefined, port };
      }),
    ),
    write: ({ host, port }) => (host === undefined ? String(port) : formatAddress({ host, port })),
  };
}

/** At least one such place. A file may have a port as a number. */
export function sshEndpoints(): Kind<readonly SshEndpoint[]> {
  const list = listOf(sshEndpoint());
  const asList = (value: unknown) => (typeof value === 'number' ? [value] : value);
  return { ...list, schema: z.preprocess(asList, list.schema) };
}

/** A way to listen: an address with or without TLS, or the absolute path of a Unix socket. */
export type ListenUrl =
  | (Endpoint & { readonly scheme: 'tcp' | 'tls' })
  | { readonly scheme: 'unix'; readonly path: string };

/** A URL to listen at: `tcp://127.0.0.1:6789`, `tls://[::]`, `unix:/run/corkboard/board.sock`. */
export function listenUrl(): Kind<ListenUrl> {
  return {
    placeholder: 'url',
    allowed: 'tcp://<host>:<port>, tls://<host>:<port> or unix:<path>',
    schema: parsed(parseListenUrl),
    write: (url) =>
      url.scheme === 'unix' ? `unix:${url.path}` : `${url.scheme}://${formatAddress(url)}`,
  };
}

function parseListenUrl(text: string): ListenUrl | undefined {
  const [, scheme, rest = ''] = /^(tcp|tls|unix):(.*)$/.exec(text.trim()) ?? [];
  if (scheme === 'unix') {
    const path = unixPath(text);
    return path === undefined ? undefined : { scheme, path: resolve(path) };
  }
  if (scheme !== 'tcp' && scheme !== 'tls') return undefined;
  const endpoint = rest.startsWith('//') ? parseEndpoint(rest.slice(2), defaultPort) : undefined;
  return endpoint && { scheme, ...endpoint };
}

/** The path of a Unix socket, in the forms that clients accept too. */
function unixPath(text: string): string | undefined {
  try {
    return socketPathOf(parseAddress(text).host);
  } catch {
    return undefined;
  }
}
