import { type Duplex, duplexPair } from 'node:stream';
import type { Core } from '../../src/core/core.ts';
import type { Door } from '../../src/core/door.ts';
import { byFirstBytes, type DialectChoice } from '../../src/doors/dialects/by-first-bytes.ts';
import { Connections } from '../../src/doors/stream/connections.ts';
import { JsonPeer } from './json-peer.ts';
import { TextPeer } from './text-peer.ts';

/** A way in without a port: each connection is a `stream.duplexPair()`. */
export class DuplexDoor implements Door {
  readonly name = 'duplex';
  private connections: Connections | undefined;

  constructor(private readonly choice: DialectChoice = byFirstBytes) {}

  async open(core: Core) {
    const { name: door, choice } = this;
    this.connections = new Connections(core, { door, choice, unframedClients: false });
    return [];
  }

  async close(reason: string) {
    await this.connections?.close(reason);
  }

  /** The peer's end of a new connection. */
  connect(): Duplex {
    const [near, far] = duplexPair();
    this.enter(far);
    return near;
  }

  /** Serves a stream of any other kind. */
  enter(stream: Duplex): void {
    this.connections?.enter({ stream, address: '127.0.0.1', secure: false });
  }

  person(): TextPeer<Duplex> {
    return new TextPeer(this.connect());
  }

  program(): JsonPeer<Duplex> {
    return new JsonPeer(this.connect());
  }
}
