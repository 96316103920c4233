import { once } from 'node:events';
import { createConnection, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { type Address, socketPathOf, sshTargetOf } from '../protocol/address.ts';
import { SshStream } from './ssh-stream.ts';

// How long connecting and the first answer may take together, in milliseconds.
const connectTimeout = 10_000;
// The same over ssh, which may ask the user for a passphrase or about a host key.
const askingTimeout = 120_000;
// After so much silence TCP asks whether the server is still there, in milliseconds.
const keepAliveDelay = 60_000;

/** Where a connection goes to, and how it begins. */
export interface Destination extends Address {
  /** Sent before anything else, such as a header of the PROXY protocol. */
  readonly opening?: string | undefined;
  /** Whether no user is there to answer a question of ssh. */
  readonly unattended?: boolean | undefined;
}

/** A stream to a board that is being opened. Destroy it to give up. */
export interface Dialled {
  readonly stream: Duplex;
  /** Resolves when bytes can be exchanged. @throws the error of the system */
  readonly opened: Promise<unknown>;
  /** How long connecting and the first answer may take, in milliseconds. */
  readonly timeout: number;
}

/** Opens a stream to a board: TCP, TLS, a Unix socket, or the user's own ssh. */
export function dial({ opening, unattended = false, ...address }: Destination): Dialled {
  const ssh = sshTargetOf(address.host);
  if (ssh) {
    const stream = new SshStream(ssh, { unattended });
    const timeout = unattended ? connectTimeout : askingTimeout;
    return { stream, opened: once(stream, 'connect'), timeout };
  }
  const stream = openSocket(address);
  if (opening !== undefined) stream.write(opening);
  const event = 'authorized' in stream ? 'secureConnect' : 'connect';
  return { stream, opened: once(stream, event), timeout: connectTimeout };
}

function openSocket({ host, port, tls }: Address) {
  const path = socketPathOf(host);
  if (path !== undefined) return createConnection({ path });
  const options = {
    host,
    port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: keepAliveDelay,
  };
  if (!tls) return createConnection(options);
  const trusted = tls.ca === undefined ? {} : { ca: tls.ca };
  // An IP address cannot be sent as a server name. The certificate is checked for it all the same.
  const named = isIP(host) ? {} : { servername: host };
  return connectTls({ ...options, ...trusted, ...named, minVersion: 'TLSv1.2' });
}
