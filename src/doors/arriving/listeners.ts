import { createServer, type Server, type Socket } from 'node:net';
import type { Connections } from '../stream/connections.ts';
import type { Entrance, Gate } from './entrance.ts';
import type { Handshakes } from './tls.ts';

/**
 * Connections that may wait to be accepted. If the queue is full, as when all peers reconnect at
 * once, a peer waits a second for TCP's next attempt. The system may have a lower limit (net.core.somaxconn is 4096 on Linux).
 */
export const backlog = 4096;

export interface ListenersOptions {
  readonly entrance: Entrance;
  readonly connections: Connections;
  readonly handshakes?: Handshakes | undefined;
  /** The address of every peer, for sockets that have none. */
  readonly address?: string;
  /** Set for the vouched door: see `Gate`. */
  readonly vouched?: true;
  /** Milliseconds of silence after which TCP asks whether a peer is still there. */
  readonly keepAliveDelay: number;
}

/** The listening sockets of one door, and the connections that come through them. */
export class Listeners {
  private readonly servers: Server[] = [];
  private readonly gate: Gate;

  constructor(private readonly options: ListenersOptions) {
    const { connections, handshakes, address, vouched } = options;
    this.gate = {
      connections,
      handshakes,
      ...(address !== undefined && { address }),
      vouched,
      sockets: new Set<Socket>(),
      left: (stream, from) => options.entrance.left(this.gate, stream as Socket, from),
    };
  }

  /** Creates a server. The caller makes it listen, and then calls `started`. */
  create(): Server {
    const server = createServer(
      {
        // A peer may end its side before it has its replies.
        allowHalfOpen: true,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: this.options.keepAliveDelay,
      },
      (socket) => this.options.entrance.receive(socket, this.gate),
    );
    this.servers.push(server);
    return server;
  }

  /** After `listen`, an error is a failed accept (no file descriptors left). */
  started(server: Server): void {
    server.on('error', (error) => this.options.entrance.acceptFailed(error));
  }

  /** Accepts no more, and closes the sockets that are still arriving. */
  stop(): void {
    for (const server of this.servers) server.close();
    this.options.entrance.stop(this.gate);
  }

  /** See `Door.close`. */
  async close(reason: string): Promise<void> {
    this.stop();
    await this.gate.connections.close(reason);
    for (const socket of this.gate.sockets) socket.destroy();
  }
}
