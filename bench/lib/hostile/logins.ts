// Logins with passwords beside strangers who ask for logins too.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { requestLine } from '../../../test/helpers/json-lines.ts';
import { pause } from '../peers.ts';

/** Users with a password, who are there from the beginning. */
export const users = 60;
// Users who log in beside the strangers, each from another address.
const owners = 6;
const strangersPerSecond = 10;
const hangUpAfter = 30;
const replyTimeout = 30_000;
const crowdTimeout = 300_000;
const password = 'correct horse';
// As many registrations of one network can wait.
const registeredAtOnce = 10;

interface Reply {
  readonly result?: object;
}

interface Login {
  readonly isIn: boolean;
  readonly seconds: number;
}

/** How many of some logins were answered with a session, and how long the slowest took, in seconds. */
export interface Summary {
  readonly in: number;
  readonly of: number;
  readonly slowest: number;
}

/** The strangers beside whom users log in: what each sends, by its number. */
export const strangers: Readonly<Record<string, (number: number) => object>> = {
  'strangers who register and hang up': (n) => ({ ...unknown(n), create: true }),
  'strangers with wrong passwords who hang up': (n) => unknown(n),
  'strangers who guess at the owners': (n) => ({
    user: `user${n % owners}`,
    password: 'wrong horse',
  }),
};

function unknown(n: number) {
  return { user: `name${n}`, password };
}

/** A server with 60 users who have a password. */
export class LoginTrial {
  private readonly data = mkdtempSync(join(tmpdir(), 'corkboard-logins-'));
  private server: { child: ChildProcess; port: number } | undefined;
  private readonly command: readonly [node: string, program: string];

  constructor(node: string, program: string) {
    this.command = [node, program];
  }

  async begin(): Promise<void> {
    await this.start();
    for (let first = 0; first < users; first += registeredAtOnce) {
      const some = Array.from({ length: registeredAtOnce }, (_, n) => first + n);
      await Promise.all(some.map((n) => this.logIn(`user${n}`, '127.0.0.1', { create: true })));
    }
  }

  async end(): Promise<void> {
    await this.stop();
    rmSync(this.data, { recursive: true, force: true });
  }

  /** Restarts the server, and lets everyone log in at once from one address. */
  async crowd(): Promise<Summary> {
    await this.stop();
    await this.start();
    const names = Array.from({ length: users }, (_, n) => `user${n}`);
    const wait = { wait: crowdTimeout };
    return summary(await Promise.all(names.map((name) => this.logIn(name, '127.0.0.1', wait))));
  }

  /**
   * Logs the owners in one after the other, while strangers come and go.
   * @param params what each stranger sends; none for a run without strangers
   * @param lead milliseconds for which strangers have come before
   */
  async beside(params?: (number: number) => object, lead = 10_000): Promise<Summary> {
    let stranger = 0;
    const timer =
      params &&
      setInterval(async () => {
        const number = ++stranger;
        const socket = await this.open('127.0.9.9');
        socket.resume();
        socket.write(requestLine('session.login', params(number), 1));
        setTimeout(() => socket.destroy(), hangUpAfter);
      }, 1000 / strangersPerSecond);
    if (params) await pause(lead);
    const logins: Login[] = [];
    for (let n = 0; n < owners; n++) logins.push(await this.logIn(`user${n}`, `127.0.1.${n + 1}`));
    clearInterval(timer);
    await pause(2000);
    return summary(logins);
  }

  /** Logs in on ten connections one after the other, as fast as the server replies. @returns the rows of a table more */
  async grow(table: string, user: (lane: number, n: number) => string, seconds = 10) {
    const before = this.count(table);
    const until = performance.now() + seconds * 1000;
    let answered = 0;
    await Promise.all(
      Array.from({ length: 10 }, async (_, lane) => {
        for (let n = 0; performance.now() < until; n++) {
          const socket = await this.open('127.0.8.8');
          const reply = await ask(socket, { user: user(lane, n) }, replyTimeout);
          if (reply?.result) answered++;
          socket.destroy();
          await pause(5);
        }
      }),
    );
    return { logins: answered, rows: this.count(table) - before };
  }

  private async start(): Promise<void> {
    const [node, program] = this.command;
    const serve = [program, 'serve', '--port', '0', '--data', this.data];
    const child = spawn(node, serve, { stdio: ['ignore', 'pipe', 'ignore'] });
    const [printed] = await once(child.stdout, 'data');
    this.server = { child, port: Number(/:(\d+)\n/.exec(String(printed))?.[1]) };
  }

  private async stop(): Promise<void> {
    const { server } = this;
    if (!server) return;
    server.child.kill('SIGTERM');
    await once(server.child, 'exit');
  }

  private async open(localAddress: string): Promise<Socket> {
    const port = this.server?.port ?? 0;
    const socket = connect({ port, host: '127.0.0.1', localAddress, noDelay: true });
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  }

  private async logIn(
    user: string,
    from: string,
    { wait = replyTimeout, ...more }: { wait?: number; create?: boolean } = {},
  ): Promise<Login> {
    const began = performance.now();
    const socket = await this.open(from);
    const reply = await ask(socket, { user, password, ...more }, wait);
    socket.destroy();
    return { isIn: reply?.result !== undefined, seconds: (performance.now() - began) / 1000 };
  }

  private count(table: string): number {
    const database = new Database(join(this.data, 'corkboard.db'), { readonly: true });
    const rows = database.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get();
    database.close();
    return rows ?? 0;
  }
}

/** Logs in over `socket`. @returns the reply; undefined if none arrives within `wait` milliseconds */
function ask(socket: Socket, params: object, wait: number): Promise<Reply | undefined> {
  return new Promise((resolve) => {
    let rest = '';
    const timer = setTimeout(() => resolve(undefined), wait);
    const done = (reply?: Reply) => {
      clearTimeout(timer);
      socket.off('data', receive);
      resolve(reply);
    };
    const receive = (chunk: Buffer) => {
      rest += chunk;
      const found = rest.split('\n').find((each) => each.startsWith('{"jsonrpc":"2.0","id":1,'));
      if (found) done(JSON.parse(found) as Reply);
    };
    socket.on('data', receive).once('close', () => done());
    socket.write(requestLine('session.login', params, 1));
  });
}

function summary(logins: readonly Login[]): Summary {
  const { length } = logins.filter(({ isIn }) => isIn);
  return {
    in: length,
    of: logins.length,
    slowest: Math.max(...logins.map(({ seconds }) => seconds)),
  };
}
