// What the others notice of hostile connections, and what those cost in memory:
// node bench/trials/hostile.mjs (after npm run build). Prints a table; asserts nothing.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const members = 20;
const seconds = 10;
const pace = 50;
// Of each kind of hostile connection.
const hostile = 20;

const data = mkdtempSync(join(tmpdir(), 'corkboard-bench-'));
const program = new URL('../../dist/cli/main.js', import.meta.url).pathname;
const serve = [program, 'serve', '--port', '0', '--data', data];
const server = spawn(process.execPath, serve, { stdio: ['ignore', 'pipe', 'ignore'] });
const [printed] = await once(server.stdout, 'data');
const port = Number(/:(\d+)\n/.exec(String(printed))[1]);

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const request = (id, method, params) =>
  `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;

async function open() {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** A program that reads what it is answered. */
async function member(user) {
  const socket = await open();
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
      socket.write(request(id, method, params));
    });
  await call('session.login', { user });
  await call('group.join', { group: 'main' });
  return { call, socket };
}

/** Resident memory of the server, in MiB. */
function memory() {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024;
}

const flood = request(1, 'ping', {}).repeat(1_000_000);
const login = (number) => request(0, 'session.login', { user: `hostile${number}` });
const join_ = request(0, 'group.join', { group: 'main' });

/** Each opens one connection and makes its trouble; what it returns ends that. */
const kinds = {
  'say nothing': async () => {
    const socket = await open();
    return () => socket.destroy();
  },
  'send a byte a second': async () => {
    const socket = await open();
    const timer = setInterval(() => socket.write('x'), 1000);
    return () => {
      clearInterval(timer);
      socket.destroy();
    };
  },
  'stop reading': async (number) => {
    const socket = await open();
    socket.write(login(number) + join_);
    socket.pause();
    return () => socket.destroy();
  },
  'read a kilobyte a second': async (number) => {
    const socket = await open();
    socket.pause();
    socket.write(login(number) + join_);
    const timer = setInterval(() => socket.read(1024), 1000);
    return () => {
      clearInterval(timer);
      socket.destroy();
    };
  },
  'send a million pings without reading': async () => {
    const socket = await open();
    socket.pause();
    socket.write(flood);
    return () => socket.destroy();
  },
  'send a million pings and read': async () => {
    const socket = await open();
    socket.resume();
    socket.write(flood);
    return () => socket.destroy();
  },
};

/** Round trips of the members at a steady pace each, one in ten a durable post. */
async function measure(people) {
  const times = { ping: [], post: [] };
  let most = 0;
  const sampling = setInterval(() => {
    most = Math.max(most, memory());
  }, 100);
  const until = performance.now() + seconds * 1000;
  await Promise.all(
    people.map(async ({ call }, at) => {
      await pause(at * 2);
      for (let turn = 0; performance.now() < until; turn++) {
        const posting = (turn + at) % 10 === 0;
        const start = performance.now();
        if (posting) await call('message.post', { group: 'main', subject: 's', content: 'c' });
        else await call('ping', {});
        times[posting ? 'post' : 'ping'].push(performance.now() - start);
        await pause(pace);
      }
    }),
  );
  clearInterval(sampling);
  return { times, most };
}

function figures({ times, most }, before) {
  const at = (values, part) => {
    const sorted = values.toSorted((a, b) => a - b);
    return sorted[Math.floor((sorted.length - 1) * part)].toFixed(2);
  };
  return {
    'ping p50 ms': at(times.ping, 0.5),
    'ping p99 ms': at(times.ping, 0.99),
    'post p50 ms': at(times.post, 0.5),
    'post p99 ms': at(times.post, 0.99),
    'memory before MiB': before.toFixed(0),
    'most MiB': most.toFixed(0),
  };
}

const people = await Promise.all(
  Array.from({ length: members }, (_, number) => member(`member${number}`)),
);
await measure(people);
const rows = {};
const row = async (name, make) => {
  const before = memory();
  const ends = make ? await Promise.all(Array.from({ length: hostile }, (_, n) => make(n))) : [];
  rows[name] = figures(await measure(people), before);
  for (const end of ends) end();
  await pause(1500);
};
await row('undisturbed');
for (const [name, make] of Object.entries(kinds)) await row(`${hostile} ${name}`, make);
await row('undisturbed again');
console.table(rows);
server.kill('SIGKILL');
rmSync(data, { recursive: true, force: true });
process.exit(0);
