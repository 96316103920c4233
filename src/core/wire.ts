import type { Duplex } from 'node:stream';

/** The bytes of one peer: of a TCP, TLS or Unix socket, of a WebSocket, or of `stream.duplexPair()`. */
export interface Wire {
  /** Half-open: the peer may end its side and still read. Paused until it is handed over. */
  readonly stream: Duplex;
  /** Bytes of the stream that were read from it already. */
  readonly first?: Buffer | undefined;
  /** The address of the peer itself, even if it connects through a proxy; `unix:/path` for a Unix socket. */
  readonly address: string;
  /** Whether the bytes are encrypted between the peer and this process. */
  readonly secure: boolean;
  /** Called with the stream and the address once the stream is closed. One function for all wires of a door, to save memory. */
  readonly left?: ((stream: Duplex, address: string) => void) | undefined;
  /** Whether the peer is trusted to say who somebody is: see `doors/vouched/`. */
  readonly vouched?: true | undefined;
}
