// What the full-screen client costs the process that draws it, which over ssh draws the screens of all visitors: processor time of a
// key press at 200×60, and the memory of a session that has read a page of messages. Everything is real but the terminal.
import { once } from 'node:events';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Benchmark, Context, Results } from './lib/benchmark.ts';
import { type Maker, makeBoard } from './lib/boards.ts';
import { startBoard } from './lib/servers.ts';

const messages = 10_000;
const threads = 500;
/** Each run opens so many sessions, which stay open, so that no garbage of an earlier run counts. */
const perRun = 20;
const size = { columns: 200, rows: 60 };

// As --expose-gc does, for a program that is running.
setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

interface Session {
  press(key: string): Promise<void>;
  leave(): Promise<void>;
}

export default { name: 'screen', run } satisfies Benchmark;

async function run(context: Context): Promise<Results> {
  const data = join(context.folder, 'board');
  makeBoard(data, (maker) => fill(maker, 1 + context.runs * perRun));
  const board = await startBoard(context, data);
  const presses = context.quick ? 50 : 200;
  const open: Session[] = [];
  const cost: Record<string, number[]> = { 'Down in the index': [], 'Space, a message': [] };
  const memory: number[] = [];
  for (let at = 0; at < context.runs; at++) {
    const session = await begin(board.port, 0);
    await repeat(session, 'j', 50);
    cost['Down in the index']?.push(await repeat(session, 'j', presses));
    cost['Space, a message']?.push(await repeat(session, ' ', presses));
    await session.leave();
    memory.push(await memoryOf(open, board.port));
  }
  for (const session of open) await session.leave();
  await board.stop();
  return {
    rows: [
      { what: 'processor time of a key press at 200×60', unit: 'ms', samples: cost },
      {
        what: 'memory of a session at 200×60',
        unit: 'KiB',
        samples: { 'heap and buffers': memory },
      },
    ],
  };
}

/** Milliseconds of processor time for each of many key presses, of which each waits for its frame. */
async function repeat(session: Session, key: string, times: number): Promise<number> {
  const before = process.cpuUsage();
  for (let at = 0; at < times; at++) await session.press(key);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / times;
}

/** KiB for each of several sessions that have read ten messages. @param open the sessions of earlier runs */
async function memoryOf(open: Session[], port: number): Promise<number> {
  const before = used();
  for (let at = 0; at < perRun; at++) {
    const session = await begin(port, open.length + 1);
    await repeat(session, ' ', 10);
    open.push(session);
  }
  return (used() - before) / perRun / 1024;
}

function used(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** A user at a terminal of 200×60 who has the first screen. */
async function begin(port: number, user: number): Promise<Session> {
  const { connect, runScreen, KeyTable } = await builtModules();
  const board = await connect({ host: '127.0.0.1', port, user: `u${user}` });
  const input = new PassThrough();
  const output = new PassThrough();
  output.resume();
  const gone = new AbortController();
  const ended = runScreen({
    board,
    input,
    output,
    size: { ...size, onResize: () => () => {} },
    environment: { TERM: 'xterm-256color', LANG: 'C.UTF-8', TZ: 'UTC' },
    title: 'board.example',
    keys: new KeyTable(),
    gone: gone.signal,
  });
  await once(output, 'data');
  return {
    press: async (key) => {
      const frame = once(output, 'data');
      input.write(key);
      // A key that changes nothing draws nothing.
      await Promise.race([frame, delay(200)]);
    },
    leave: async () => {
      gone.abort();
      await ended;
      await board.close();
    },
  };
}

/** What is used of the built program. Its sources have syntax that Node cannot remove. */
interface Modules {
  connect(options: object): Promise<{ close(): Promise<void> }>;
  runScreen(options: object): Promise<unknown>;
  readonly KeyTable: new () => object;
}

async function builtModules(): Promise<Modules> {
  const paths = ['client/connect.js', 'screen/run.js', 'screen/keys/key-table.js'];
  const urls = paths.map((path) => new URL(`../dist/${path}`, import.meta.url).href);
  return Object.assign({}, ...(await Promise.all(urls.map((url) => import(url)))));
}

function fill(maker: Maker, users: number): void {
  const firstUser = maker.users(users);
  const group = maker.groups(1);
  maker.messages(group, messages, { firstUser, users: 10 });
  maker.run(
    `UPDATE messages SET reply_to = number - ${threads}, thread = 1 + (number - 1) % ${threads}
     WHERE number > ${threads}`,
  );
  for (let at = 0; at < users; at++) maker.member(group, firstUser + at);
}
