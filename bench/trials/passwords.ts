// How hostile logins affect users with a password, and how many rows one client adds to the database. After npm run build:
//   node bench/trials/passwords.ts [--only-crowd] [main.js of another build] [node that runs it]
// Prints tables; asserts nothing. With --only-crowd, only the logins of 60 users at once.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import { requestLine } from '../../test/helpers/json-lines.ts';

const users = 60;
// Users who log in beside the strangers, each from another address.
const owners = 6;
const strangersPerSecond = 10;
const hangUpAfter = 30;
const replyTimeout = 30_000;
const crowdTimeout = 300_000;
const password = 'correct horse';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'only-crowd': { type: 'boolean', default: false } },
});
const node = positionals[1] ?? process.execPath;
const program = positionals[0] ?? new URL('../../dist/cli/main.js', import.meta.url).pathname;
const data = mkdtempSync(join(tmpdir(), 'corkboard-bench-'));
const pause = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
let server: { child: ChildProcess; port: number };

async function start() {
  const serve = [program, 'serve', '--port', '0', '--data', data];
  const child = spawn(node, serve, { stdio: ['ignore', 'pipe', 'ignore'] });
  const [printed] = await once(child.stdout, 'data');
  server = { child, port: Number(/:(\d+)\n/.exec(String(printed))?.[1]) };
}

async function stop() {
  server.child.kill('SIGTERM');
  await once(server.child, 'exit');
}

async function open(localAddress: string): Promise<Socket> {
  const socket = connect({ port: server.port, host: '127.0.0.1', localAddress, noDelay: true });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

interface Reply {
  readonly result?: object;
}

/** Logs in over `socket`. @returns the reply; undefined if none arrives within `wait` milliseconds */
function login(socket: Socket, params: object, wait: number): Promise<Reply | undefined> {
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

interface Login {
  readonly isIn: boolean;
  readonly seconds: number;
}

async function logIn(
  user: string,
  from: string,
  { wait = replyTimeout, ...more }: { wait?: number; create?: boolean } = {},
): Promise<Login> {
  const began = performance.now();
  const socket = await open(from);
  const reply = await login(socket, { user, password, ...more }, wait);
  socket.destroy();
  return { isIn: reply?.result !== undefined, seconds: (performance.now() - began) / 1000 };
}

function summary(logins: Login[]) {
  const { length } = logins.filter(({ isIn }) => isIn);
  const slowest = Math.max(...logins.map(({ seconds }) => seconds));
  return { 'got in': `${length} of ${logins.length}`, 'slowest s': slowest.toFixed(1) };
}

/** Logs the owners in one after the other, while strangers come and go. */
async function beside(params?: (number: number) => object) {
  let stranger = 0;
  const timer =
    params &&
    setInterval(async () => {
      const number = ++stranger;
      const socket = await open('127.0.9.9');
      socket.resume();
      socket.write(requestLine('session.login', params(number), 1));
      setTimeout(() => socket.destroy(), hangUpAfter);
    }, 1000 / strangersPerSecond);
  if (params) await pause(10_000);
  const logins: Login[] = [];
  for (let n = 0; n < owners; n++) logins.push(await logIn(`user${n}`, `127.0.1.${n + 1}`));
  clearInterval(timer);
  await pause(2000);
  return summary(logins);
}

const count = (table: string) => {
  const database = new Database(join(data, 'corkboard.db'), { readonly: true });
  const rows = database.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get();
  database.close();
  return rows ?? 0;
};

/** Logs in on one connection after the other, as fast as the server replies, for ten seconds. */
async function grow(table: string, user: (lane: number, n: number) => string) {
  const before = count(table);
  const until = performance.now() + 10_000;
  let answered = 0;
  await Promise.all(
    Array.from({ length: 10 }, async (_, lane) => {
      for (let n = 0; performance.now() < until; n++) {
        const socket = await open('127.0.8.8');
        const reply = await login(socket, { user: user(lane, n) }, replyTimeout);
        if (reply?.result) answered++;
        socket.destroy();
        await pause(5);
      }
    }),
  );
  return { logins: answered, 'rows more': count(table) - before };
}

await start();
for (let n = 0; n < users; n++) await logIn(`user${n}`, '127.0.0.1', { create: true });
if (!options['only-crowd']) await besideStrangers();
await stop();
await start();
const crowd = { wait: crowdTimeout };
const everyone = Array.from({ length: users }, (_, n) => logIn(`user${n}`, '127.0.0.1', crowd));
console.table({ [`${users} at once after a restart`]: summary(await Promise.all(everyone)) });
if (!options['only-crowd']) {
  console.table({
    'new names': await grow('users', (lane, n) => `new${lane}x${n}`),
    'logins under ten names': await grow('tokens', (lane) => `again${lane}`),
  });
}
await stop();
rmSync(data, { recursive: true, force: true });
process.exit(0);

async function besideStrangers() {
  const nobody = (number: number) => ({ user: `name${number}`, password });
  console.table({
    undisturbed: await beside(),
    'strangers who register and hang up': await beside((n) => ({ ...nobody(n), create: true })),
    'strangers with wrong passwords who hang up': await beside(nobody),
    'strangers who guess at the owners': await beside((n) => ({
      user: `user${n % owners}`,
      password: 'wrong horse',
    })),
  });
}
