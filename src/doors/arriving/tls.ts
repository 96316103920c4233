import { constants, X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { createServer, type Server as TlsServer } from 'node:tls';
import type { Logger } from 'pino';

export interface Certificate {
  /** The certificate chain and its key, in PEM. */
  readonly cert: Buffer;
  readonly key: Buffer;
}

// A peer could renegotiate again and again to waste the server's processor time.
const options = {
  minVersion: 'TLSv1.2',
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
} as const;

/**
 * Does the handshakes of TLS 1.2 or newer. The certificate can be changed at any time, for handshakes
 * to come. It sets no deadline: its caller does.
 */
export class Handshakes {
  private readonly server: TlsServer;
  private readonly waiting = new Map<string, (secure: Socket) => void>();

  /** @throws the error of OpenSSL if the certificate and the key do not fit */
  constructor(
    private certificate: Certificate,
    log: Logger,
  ) {
    // Node's own timeout of a handshake starts again with every byte.
    const ours = { ...certificate, ...options, allowHalfOpen: true, handshakeTimeout: 0 };
    this.server = createServer(ours, (secure) => this.waiting.get(keyOf(secure))?.(secure));
    this.server.on('tlsClientError', (error, secure) => {
      log.debug({ err: error }, 'TLS handshake failed');
      secure.destroy();
    });
  }

  /** @throws the error of OpenSSL; the certificate from before stays in use */
  change(certificate: Certificate): void {
    this.server.setSecureContext({ ...certificate, ...options });
    this.certificate = certificate;
  }

  /** When the certificate ends, in seconds since the epoch. */
  get certificateEnd(): number {
    return Date.parse(new X509Certificate(this.certificate.cert).validTo) / 1000;
  }

  /** Calls `done` once the handshake is complete; if it fails, the socket is closed. */
  receive(socket: Socket, done: (secure: Socket) => void): void {
    const key = keyOf(socket);
    this.waiting.set(key, (secure) => {
      this.waiting.delete(key);
      stopAtOnceWhenPaused(secure);
      done(secure);
    });
    socket.once('close', () => this.waiting.delete(key));
    this.server.emit('connection', socket);
  }
}

/** Distinguishes a connection from all others that exist at the same time. */
function keyOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}

/**
 * Node reads a paused socket until 16 KiB are buffered: with records of one byte, that is 16,384 records.
 * Node has no public option for this on TLS sockets of a server.
 */
function stopAtOnceWhenPaused(socket: Socket): void {
  const { _readableState: state } = socket as unknown as {
    _readableState: { highWaterMark: number };
  };
  state.highWaterMark = 1;
}
