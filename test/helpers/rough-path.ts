import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/** Numbers from 0 to below 1 that depend on the seed alone (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * How a connection is cut: with a reset or an end on both sides, or so that what is on its way to
 * the server still arrives there after the client has given the connection up.
 */
const cuts = ['reset', 'end', 'late'] as const;

export interface ProxyOptions {
  seed: number;
  /** Bytes, of both directions, within which a connection is cut. */
  within: number;
}

/** Stands between client and server: splits, delays and, once it is rough, cuts at random places. */
export class RoughPath {
  /** Connections that were cut. */
  rounds = 0;
  rough = false;
  /** Whether nobody gets through: who connects is cut off at once. */
  blocked = false;
  /** What vanishes on its way, without a word to either side. */
  swallows: 'nothing' | 'requests' | 'answers' = 'nothing';
  private readonly random: () => number;
  private readonly links = new Set<Link>();
  private readonly watchers = new Set<() => void>();

  private constructor(
    private readonly server: Server,
    private readonly target: () => number,
    private readonly options: ProxyOptions,
  ) {
    this.random = seeded(options.seed);
    server.on('connection', (socket) => this.accept(socket));
  }

  /** @param target the port of the server, asked for at each connection */
  static async start(target: () => number, options: ProxyOptions): Promise<RoughPath> {
    const server = createServer({ noDelay: true, allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new RoughPath(server, target, options);
    onTestFinished(() => proxy.close());
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Cuts connections until `rounds` of them were cut, then lets everything pass. */
  async cutUntil(rounds: number): Promise<void> {
    this.rough = true;
    for (const link of this.links) link.cutWithin(this.chance());
    while (this.rounds < rounds) {
      await new Promise<void>((resolve) => this.watchers.add(resolve));
    }
    this.rough = false;
  }

  /** Cuts all that stand, now. */
  cut(): void {
    for (const link of this.links) link.cut();
  }

  private close(): void {
    this.server.close();
    for (const link of this.links) link.destroy();
  }

  private chance(): number {
    return Math.floor(this.random() * this.options.within);
  }

  private accept(client: Socket): void {
    if (this.blocked) {
      client.on('error', () => {});
      client.resetAndDestroy();
      return;
    }
    const server = connect({ host: '127.0.0.1', port: this.target(), noDelay: true });
    const swallows = (from: Socket) => this.swallows === (from === client ? 'requests' : 'answers');
    const link: Link = new Link(client, server, { random: this.random, swallows }, () => {
      this.links.delete(link);
      this.rounds++;
      const { watchers } = this;
      for (const resolve of watchers) resolve();
      watchers.clear();
    });
    this.links.add(link);
    if (this.rough) link.cutWithin(this.chance());
  }
}

/** One connection through the proxy. */
class Link {
  private left = Number.POSITIVE_INFINITY;
  private over = false;

  constructor(
    private readonly client: Socket,
    private readonly server: Socket,
    private readonly options: { random: () => number; swallows: (from: Socket) => boolean },
    private readonly gone: () => void,
  ) {
    for (const socket of [client, server]) socket.on('error', () => this.destroy());
    void Promise.all([this.pass(client, server), this.pass(server, client)]).then(() =>
      this.destroy(),
    );
  }

  cutWithin(bytes: number): void {
    this.left = bytes;
  }

  cut(): void {
    if (this.over) return;
    this.over = true;
    const kind = cuts[Math.floor(this.options.random() * cuts.length)];
    if (kind === 'end') {
      this.client.end();
      this.server.end();
      this.client.resume();
      this.server.resume();
    } else {
      this.client.resetAndDestroy();
      if (kind === 'reset') this.server.resetAndDestroy();
      else setTimeout(() => this.server.destroy(), 20 * this.options.random());
    }
    this.gone();
  }

  destroy(): void {
    if (this.over) return;
    this.over = true;
    this.client.destroy();
    this.server.destroy();
    this.gone();
  }

  private async pass(from: Socket, to: Socket): Promise<void> {
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        if (!this.options.swallows(from)) await this.forward(chunk, to);
      }
      if (!this.over) to.end();
    } catch {
      this.destroy();
    }
  }

  /** In pieces, with pauses. */
  private async forward(chunk: Buffer, to: Socket): Promise<void> {
    for (let at = 0; at < chunk.length; ) {
      const piece = chunk.subarray(at, at + 1 + Math.floor(this.options.random() * 700));
      at += piece.length;
      if (this.options.random() < 0.3) await delay(2 * this.options.random());
      this.left -= piece.length;
      const before =
        this.left < 0 ? Math.floor(this.options.random() * piece.length) : piece.length;
      write(to, piece.subarray(0, before));
      if (this.left < 0) this.cut();
      // What was sent before a late cut arrives.
      write(to, piece.subarray(before));
    }
  }
}

function write(to: Socket, bytes: Buffer): void {
  if (to.writable && bytes.length > 0) to.write(bytes);
}
