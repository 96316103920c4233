import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Method, Params, Result } from '../../src/protocol/schemas.ts';
import { onLines, requestLine } from './json-lines.ts';

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
  private readonly watchers = new Set<() => void>();
  private nextId = 1;
  private noticesReturned = 0;
  ended = false;

  /** @param socket an open connection */
  constructor(socket: S) {
    this.socket = socket;
    onLines(socket, (line) => this.receive(line));
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

  /** A program that has logged in. */
  static async login(port: number, user: string): Promise<JsonPeer> {
    const peer = await JsonPeer.connect(port);
    await peer.call('session.login', { user });
    return peer;
  }

  /** A program that has joined a group. */
  static async member(port: number, user: string, group = 'main'): Promise<JsonPeer> {
    const peer = await JsonPeer.login(port, user);
    await peer.call('group.join', { group });
    return peer;
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
    this.write(requestLine(method, params, id));
    return this.reply(id);
  }

  /** Waits for the reply with this id. */
  reply(id: string | number): Promise<Received> {
    return this.until(() => this.replies.get(id));
  }

  /** Sends a request that must be refused, and returns the error. */
  async errorOf(method: string, params: unknown): Promise<{ word: string; code: number }> {
    const { error } = await this.request(method, params);
    if (!error) throw new Error(`${method} should have been refused`);
    return { word: error.data.code, code: error.code };
  }

  /** Sends a line unchanged, and returns the next reply or notice. */
  async replyToLine(line: string): Promise<Received> {
    const at = this.received.length;
    this.write(`${line}\n`);
    return this.until(() => this.received[at]);
  }

  write(text: string | Buffer): void {
    this.socket.write(text);
  }

  /** Sends a ping, and returns the notices that arrived before its reply and were not returned yet. */
  async notices(): Promise<Received[]> {
    await this.call('ping', {});
    const all = this.received.filter(({ method }) => method !== undefined);
    const fresh = all.slice(this.noticesReturned);
    this.noticesReturned = all.length;
    return fresh;
  }

  /** Waits for the next notice that was not returned yet. */
  async notice(): Promise<Received> {
    const at = this.noticesReturned++;
    return this.until(() => this.received.filter(({ method }) => method !== undefined)[at]);
  }

  /** Waits until the server has ended the connection. */
  async closed(): Promise<void> {
    while (!this.ended) await new Promise<void>((resolve) => this.watchers.add(resolve));
  }

  /** Waits until `find` returns something. It is called after each received line. */
  async until<T>(find: () => T | undefined): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (this.ended)
        throw new Error(`ended; received: ${JSON.stringify(this.received.slice(-3))}`);
      await new Promise<void>((resolve) => this.watchers.add(resolve));
    }
  }

  private receive(line: string): void {
    if (!line.startsWith('{')) return;
    const message = JSON.parse(line) as Received;
    this.received.push(message);
    if (message.id !== undefined && message.id !== null) this.replies.set(message.id, message);
    this.wake();
  }

  private wake(): void {
    const woken = [...this.watchers];
    this.watchers.clear();
    for (const resolve of woken) resolve();
  }
}
