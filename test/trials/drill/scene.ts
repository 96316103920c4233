import { connect } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { askHealth, scrape } from '../../doors/scrape.ts';
import type { Received } from '../../helpers/json-peer.ts';
import { JsonPeer } from '../../helpers/json-peer.ts';
import { type ServerOptions, TestServer } from '../../helpers/server.ts';
import { tempFolder } from '../../helpers/temp.ts';
import type { Metrics } from './alerts.ts';

export type Board = TestServer & { port: number };

/** What an operator can see of a board. */
export interface Seen {
  /** 0 if nobody answers. */
  readonly health: number;
  readonly healthText: string;
  readonly metrics: Metrics;
}

/** One night: a board, alice who is at it, and what an operator sees before and after the fault. */
export class Scene {
  before: Metrics;
  private board: Board | undefined;
  private alice: JsonPeer | undefined;
  /** What a server said that did not start. */
  private refusal = '';

  /** Starts a board with `/metrics`, and notes what they are. Undefined if it does not start. */
  async start(options: ServerOptions & { secure?: boolean } = {}): Promise<Board | undefined> {
    const { data = join(tempFolder(), 'data'), args = [], secure = false, ...others } = options;
    const withMetrics = ['--metrics', '127.0.0.1:0', '--rate', 'off', ...args];
    try {
      this.board = await TestServer.start({ data, args: withMetrics, ...others });
    } catch (error) {
      this.refusal = (error as Error).message;
      return undefined;
    }
    await this.board.logged('"listening"');
    const { port } = this.board;
    const socket = secure
      ? connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
      : connect({ port, host: '127.0.0.1' });
    this.alice = new JsonPeer(socket);
    await this.alice.call('session.login', { user: 'alice' });
    // A board that is started again has her as a member.
    await this.alice.request('group.join', { group: 'main' });
    this.before = await scrape(this.board.metricsUrl);
    return this.board;
  }

  /** Alice's request, whatever comes of it. */
  async ask(method: string, params: object): Promise<Received> {
    if (!this.alice) throw new Error('no board was started');
    return this.alice.request(method, params);
  }

  /** Alice posts. @returns whether it was acknowledged */
  async post(content = 'x'): Promise<boolean> {
    const { error } = await this.ask('message.post', { group: 'main', subject: 's', content });
    return error === undefined;
  }

  /** Alice reads a message from the disk. @returns whether she could */
  async read(number = 1): Promise<boolean> {
    const { error } = await this.ask('message.get', { group: 'main', number });
    return error === undefined;
  }

  get log(): string {
    return (this.board?.log ?? '') + this.refusal;
  }

  async look(): Promise<Seen> {
    try {
      const url = this.board?.metricsUrl ?? 'http://127.0.0.1:0';
      const { status: health, text: healthText } = await askHealth(url);
      return { health, healthText, metrics: await scrape(url) };
    } catch {
      return { health: 0, healthText: '', metrics: undefined };
    }
  }
}
