import { existsSync } from 'node:fs';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { App } from '../../src/app.ts';
import type { AppConfig } from '../../src/app-config.ts';
import type { Passwords } from '../../src/board/passwords.ts';
import type { Administration } from '../../src/board/ports/administration.ts';
import { type ServerLimits, serverLimits } from '../../src/protocol/limits.ts';
import type { Client } from '../../src/storage/sqlite/file/connection.ts';
import { databaseFile, openShared } from '../../src/storage/sqlite/file/open.ts';
import { SqliteAdministration } from '../../src/storage/sqlite/operator/administration.ts';
import { JsonPeer } from './json-peer.ts';
import { putNewBoard } from './new-board.ts';
import { quickPasswords } from './passwords.ts';
import { tempFolder } from './temp.ts';
import { TextPeer } from './text-peer.ts';

export interface TestBoardOptions extends Partial<Omit<AppConfig, 'limits'>> {
  passwords?: Passwords;
  limits?: Partial<ServerLimits>;
  /** Addresses of this machine, if `listen` is left out; with a certificate, with TLS. */
  host?: string[];
}

/** A board in this process, on a free port, with a database of its own: real sockets, real SQLite. */
export class TestBoard {
  private running = true;

  private constructor(
    private app: App,
    private config: AppConfig,
    private readonly passwords: Passwords,
  ) {}

  static async start({
    passwords = quickPasswords(),
    limits = {},
    host = ['127.0.0.1'],
    ...options
  }: TestBoardOptions = {}): Promise<TestBoard> {
    const scheme = options.certificate ? 'tls' : 'tcp';
    const config: AppConfig = {
      listen: [{ scheme, hosts: host, port: 0, setting: '--host' }],
      data: tempFolder(),
      version: '0.0.0',
      access: 'open',
      unframedClients: false,
      durability: 'full',
      // Tests are quicker than anyone: those about the rate ask for one.
      limits: { ...serverLimits, commandsPerSecond: 0, newNamesPerHour: 0, ...limits },
      ...options,
    };
    const file = databaseFile(config.data);
    if (!existsSync(file)) putNewBoard(file);
    const app = await App.start(config, pino({ level: 'silent' }), passwords);
    const board = new TestBoard(app, config, passwords);
    onTestFinished(() => board.stop());
    return board;
  }

  get port(): number {
    return this.app.addresses.find(({ port }) => port !== undefined)?.port ?? 0;
  }

  /** Where it tells metrics, where it is configured to. */
  get metricsUrl(): string {
    return `http://127.0.0.1:${this.app.metricsAddress?.port}`;
  }

  get data(): string {
    return this.config.data;
  }

  /**
   * @param between what happens while no server runs
   * @param changes what is configured otherwise from then on; a port is that of every TCP address
   */
  async restart(
    between: () => unknown = () => {},
    { port, ...changes }: Partial<AppConfig> & { port?: number } = {},
  ): Promise<void> {
    await this.stop();
    await between();
    this.config = { ...this.config, ...changes };
    if (port !== undefined) {
      const { listen } = this.config;
      const moved = listen.map((at) => (at.scheme === 'unix' ? at : { ...at, port }));
      this.config = { ...this.config, listen: moved };
    }
    this.app = await App.start(this.config, pino({ level: 'silent' }), this.passwords);
    this.running = true;
  }

  /** Changes what can change while it runs, as SIGHUP does. */
  reconfigure({ access, editTime = 0 }: Pick<AppConfig, 'access'> & { editTime?: number }): void {
    this.app.reconfigure({ access, editTime, certificate: undefined, logLevel: 'silent' });
  }

  /** A board that was stopped before stays so. */
  async stop(): Promise<void> {
    if (!this.running) return;
    this.running = false;
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

  /** A person who has joined a group. */
  async member(name: string, group = 'main'): Promise<TextPeer> {
    const peer = await this.person(name);
    await peer.ask(`%groupjoin ${group}`);
    return peer;
  }

  /** @param from the address of this machine that it connects from */
  connectProgram(from?: string): Promise<JsonPeer> {
    return JsonPeer.connect(this.port, from);
  }

  /** A program that has logged in. */
  async program(name: string): Promise<JsonPeer> {
    const peer = await this.connectProgram();
    await peer.call('session.login', { user: name });
    return peer;
  }

  /** A program that has joined a group. */
  async memberProgram(name: string, group = 'main'): Promise<JsonPeer> {
    const peer = await this.program(name);
    await peer.call('group.join', { group });
    return peer;
  }

  /** Registers a name; nobody is connected under it. */
  async protect(name: string, password: string): Promise<void> {
    const peer = await this.connectProgram();
    await peer.call('session.login', { user: name, password, create: true });
    await peer.call('session.logout', {});
    await peer.closed();
  }

  /** A program that has logged in under a protected name, with its token. */
  async protectedProgram(user: string, password: string): Promise<JsonPeer & { token: string }> {
    const peer = await this.connectProgram();
    const { token } = await peer.call('session.login', { user, password });
    return Object.assign(peer, { token });
  }

  /** What an administration command does, on a connection of its own. */
  async operate<T>(work: (board: Administration) => Promise<T>): Promise<T> {
    const board = SqliteAdministration.outside(openShared(databaseFile(this.data)));
    try {
      return await work(board);
    } finally {
      board.close();
    }
  }

  /** A second connection to the database, as an administration command has one. */
  database(): Client {
    const client = openShared(databaseFile(this.data));
    onTestFinished(() => void client.close());
    return client;
  }
}
