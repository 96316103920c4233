import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { App, type AppConfig } from '../../src/app.ts';
import { JsonPeer } from './json-peer.ts';
import { tempFolder } from './temp.ts';
import { TextPeer } from './text-peer.ts';

/** A board in this process, on a free port, with a database of its own: real sockets, real SQLite. */
export class TestBoard {
  private constructor(
    private app: App,
    private readonly config: AppConfig,
  ) {}

  static async start(options: Partial<AppConfig> = {}): Promise<TestBoard> {
    const config = { host: '127.0.0.1', port: 0, data: tempFolder(), version: '0.0.0', ...options };
    const board = new TestBoard(await App.start(config, pino({ level: 'silent' })), config);
    onTestFinished(() => board.stop());
    return board;
  }

  get port(): number {
    return this.app.address.port;
  }

  get data(): string {
    return this.config.data;
  }

  async restart(): Promise<void> {
    await this.stop();
    this.app = await App.start(this.config, pino({ level: 'silent' }));
  }

  async stop(): Promise<void> {
    await this.app.close('The server is shutting down.');
  }

  /** A person who has only just connected. */
  connect(): Promise<TextPeer> {
    return TextPeer.connect(this.port);
  }

  /** A person who has taken a name. */
  async person(name: string): Promise<TextPeer> {
    const peer = await this.connect();
    await peer.expect('What is your username? ');
    peer.send(name);
    await peer.expect(`[INFO] Welcome ${name}\n`);
    await peer.expect('%help for every command.\n');
    return peer;
  }

  connectProgram(): Promise<JsonPeer> {
    return JsonPeer.connect(this.port);
  }

  /** A program that has logged in. */
  async program(name: string): Promise<JsonPeer> {
    const peer = await this.connectProgram();
    await peer.call('session.login', { user: name });
    return peer;
  }
}
