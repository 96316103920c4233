// What those inside notice while passwords are being guessed outside: node bench/login-flood.mjs
// (after npm run build). Prints a table; asserts nothing.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const members = 20;
const rounds = 100;
const guessers = 200;

const data = mkdtempSync(join(tmpdir(), 'corkboard-bench-'));
const program = new URL('../dist/cli/main.js', import.meta.url).pathname;
const serve = [program, 'serve', '--port', '0', '--data', data, '--rate', 'off'];
const server = spawn(process.execPath, serve, {
  stdio: ['ignore', 'pipe', 'ignore'],
});
const [printed] = await once(server.stdout, 'data');
const port = Number(/:(\d+)\n/.exec(String(printed))[1]);

/** A program at the board; `from` is the loopback address that it comes from. */
async function open(from) {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from });
  await once(socket, 'connect');
  const waiting = new Map();
  let rest = '';
  let id = 0;
  socket.setEncoding('utf8').on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines.filter((each) => each.startsWith('{"jsonrpc":"2.0","id"'))) {
      const reply = JSON.parse(line);
      waiting.get(reply.id)?.(reply);
    }
  });
  const call = (method, params) =>
    new Promise((resolve) => {
      waiting.set(++id, resolve);
      socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    });
  return { call, socket };
}

async function measure(people, method, params) {
  const times = [];
  for (let round = 0; round < rounds; round++) {
    await Promise.all(
      people.map(async ({ call }) => {
        const start = performance.now();
        await call(method, params);
        times.push(performance.now() - start);
      }),
    );
  }
  times.sort((a, b) => a - b);
  const at = (part) => times[Math.floor((times.length - 1) * part)].toFixed(2);
  return { 'p50 ms': at(0.5), 'p99 ms': at(0.99), 'max ms': at(1) };
}

async function both(people, when) {
  const post = { group: 'main', subject: 'bench', content: 'x'.repeat(120) };
  return {
    [`ping, ${when}`]: await measure(people, 'ping', {}),
    [`post, ${when}`]: await measure(people, 'message.post', post),
  };
}

const people = await Promise.all(
  Array.from({ length: members }, async (_, number) => {
    const person = await open('127.0.0.1');
    await person.call('session.login', { user: `member${number}` });
    await person.call('group.join', { group: 'main' });
    return person;
  }),
);
await people[0].call('account.setPassword', { password: 'correct horse' });
await both(people, 'warming up');
const calm = await both(people, 'undisturbed');

let guesses = 0;
let flooding = true;
const flood = Array.from({ length: guessers }, async (_, number) => {
  const guesser = await open(`127.0.${1 + (number >> 7)}.${1 + (number & 127)}`);
  // Each guesses at a name of its own, so that it is hashing that is measured, and not slowing down.
  while (flooding && !guesser.socket.destroyed) {
    const reply = guesser.call('session.login', {
      user: `guess${number}`,
      password: 'battery staple',
    });
    await Promise.race([reply, once(guesser.socket, 'close')]);
    guesses++;
  }
});
const stormy = await both(people, `${guessers} guessing`);
flooding = false;
console.table({ ...calm, ...stormy });
console.log(`${guesses} guesses answered meanwhile`);
server.kill('SIGKILL');
await Promise.allSettled(flood);
rmSync(data, { recursive: true, force: true });
process.exit(0);
