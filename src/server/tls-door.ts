import { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { createServer, type Server as TlsServer } from 'node:tls';
import type { Logger } from 'pino';
import { boardError } from '../protocol/errors.ts';
import { turnAway } from './turn-away.ts';

export interface Certificate {
  /** The certificate chain and its key, in PEM. */
  readonly cert: Buffer;
  readonly key: Buffer;
}

// The first byte of a TLS record that holds a handshake (RFC 8446, section 5.1).
const handshakeRecord = 0x16;
// How long a peer has to begin and to finish its handshake, in milliseconds.
const handshakeTime = 10_000;

/**
 * Lets in who speaks TLS 1.2 or newer, and tells who does not what is the matter. The certificate
 * can be changed at any time; who is inside stays.
 */
export class TlsDoor {
  private readonly server: TlsServer;

  /** @throws the error of OpenSSL where the certificate and the key do not fit */
  constructor(
    private certificate: Certificate,
    log: Logger,
    enter: (socket: Socket) => void,
  ) {
    const options = { minVersion: 'TLSv1.2', handshakeTimeout: handshakeTime } as const;
    this.server = createServer({ ...certificate, ...options, allowHalfOpen: true }, enter);
    this.server.on('tlsClientError', (error) => log.debug({ err: error }, 'TLS handshake failed'));
  }

  /** @throws the error of OpenSSL; the certificate from before stays in use */
  change(certificate: Certificate): void {
    this.server.setSecureContext({ ...certificate, minVersion: 'TLSv1.2' });
    this.certificate = certificate;
  }

  /** When the certificate ends, in seconds since the epoch. */
  get certificateEnd(): number {
    return Date.parse(new X509Certificate(this.certificate.cert).validTo) / 1000;
  }

  receive(socket: Socket): void {
    const timer = setTimeout(() => socket.destroy(), handshakeTime);
    socket.once('close', () => clearTimeout(timer));
    socket.on('error', () => {});
    socket.once('data', (chunk) => {
      clearTimeout(timer);
      socket.pause();
      if (chunk[0] !== handshakeRecord) {
        return turnAway(socket, chunk, 'TLS_REQUIRED', boardError('TLS_REQUIRED').message);
      }
      socket.unshift(chunk);
      this.server.emit('connection', socket);
    });
  }
}
