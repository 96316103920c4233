import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Method, Params, Result } from '../../src/protocol/schemas.ts';

export interface Received {
  id?: string | number | null;
  method?: string;
  params?: Record<string, unknown>;
  result?: unknown;
  error?: { code: number; message: string; data: { code: string } };
}

/** A program at a board: sends requests, and waits for replies and notices. */
export class JsonPeer<S extends Duplex = Socket> {
  /** Everything that was received, in order. */
  readonly received: Received[] = [];
  readonly socket: S;
  private readonly replies = new Map<string | number, Received>();
  private buffer = '';
  private readonly watchers = new Set<() => void>();
  private nextId = 1;
  private noticesTaken = 0;
  ended = false;

  /** @param socket a connection that stands */
  constructor(socket: S) {
    this.socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.receive(text));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.ended = true;
      this.wake();
    });
    onTestFinished(() => void socket.destroy());
  }

  static async connect(port: number, localAddress?: string): Promise<JsonPeer> {
    const socket = connect({ host: '127.0.0.1', port, ...(localAddress && { localAddress }) });
    await once(socket, 'connect');
    return new JsonPeer(socket);
  }

  /** Sends a request and returns its result; rejects with `CODE: message` on an error. */
  async call<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    const reply = await this.request(method, params);
    if (reply.error) throw new Error(`${reply.error.data.code}: ${reply.error.message}`);
    return reply.result as Result<M>;
  }

  /** Sends anything as a request and returns the reply. */
  async request(method: string, params: unknown): Promise<Received> {
    const id = this.nextId++;
    this.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    return this.reply(id);
  }

  /** Waits for the reply that came under an id. */
  reply(id: string | number): Promise<Received> {
    return this.until(() => this.replies.get(id));
  }

  /** Sends a request that is expected to be refused, and returns the error. */
  async errorOf(method: string, params: unknown): Promise<{ word: string; code: number }> {
    const { error } = await this.request(method, params);
    if (!error) throw new Error(`${method} was expected to be refused`);
    return { word: error.data.code, code: error.code };
  }

  /** Sends a line as it stands, and returns the next thing that comes. */
  async replyToLine(line: string): Promise<Received> {
    const at = this.received.length;
    this.write(`${line}\n`);
    return this.until(() => this.received[at]);
  }

  write(text: string | Buffer): void {
    this.socket.write(text);
  }

  /** Notices that came and were not taken yet, once a ping has been answered. */
  async notices(): Promise<Received[]> {
    await this.call('ping', {});
    const all = this.received.filter(({ method }) => method !== undefined);
    const fresh = all.slice(this.noticesTaken);
    this.noticesTaken = all.length;
    return fresh;
  }

  /** Waits for the next notice that was not taken yet. */
  async notice(): Promise<Received> {
    const at = this.noticesTaken++;
    return this.until(() => this.received.filter(({ method }) => method !== undefined)[at]);
  }

  /** Waits until the server has ended the connection. */
  async closed(): Promise<void> {
    while (!this.ended) await new Promise<void>((resolve) => this.watchers.add(resolve));
  }

  /** Waits until `find` finds something among what was received. */
  async until<T>(find: () => T | undefined): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (this.ended)
        throw new Error(`ended; received: ${JSON.stringify(this.received.slice(-3))}`);
      await new Promise<void>((resolve) => this.watchers.add(resolve));
    }
  }

  private receive(text: string): void {
    const lines = (this.buffer + text).split('\n');
    this.buffer = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('{')) this.keep(JSON.parse(line) as Received);
    }
    this.wake();
  }

  private keep(message: Received): void {
    this.received.push(message);
    if (message.id !== undefined && message.id !== null) this.replies.set(message.id, message);
  }

  private wake(): void {
    const woken = [...this.watchers];
    this.watchers.clear();
    for (const resolve of woken) resolve();
  }
}
