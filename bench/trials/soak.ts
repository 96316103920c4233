// A compressed week: for a given time, which stands for seven days and nights, users join, leave, post, read,
// disconnect and reconnect.
// npm run soak -- --minutes 60 --connections 2000 (after npm run build). Prints a sample every few
// seconds, and draws them into docs/soak.svg or the file of --plot.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { init } from 'echarts';
import { onLines, requestLine } from '../../test/helpers/json-lines.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    connections: { type: 'string', default: '2000' },
    plot: { type: 'string', default: new URL('../../docs/soak.svg', import.meta.url).pathname },
  },
});
const minutes = Number(values.minutes);
const connections = Number(values.connections);
// The average length of a session, and the average time between two requests of a session at noon, in milliseconds.
// Some hundreds of members are notified of each post, and load and server share the machine. With more requests,
// this would measure the load.
const stay = 120_000;
const between = 80_000;
const days = 7;
/** The activity at midnight, as a part of that at noon. */
const nightly = 0.1;
const sampleEvery = 5000;
const groups = ['main', 'general', 'news', 'help', 'random'];
const deeds = ['join', 'leave', 'post', 'post', 'list', 'list', 'get', 'groups'];

const data = mkdtempSync(join(tmpdir(), 'corkboard-soak-'));
const program = new URL('../../dist/cli/main.js', import.meta.url).pathname;
const serve = [
  program,
  'serve',
  '--port',
  '0',
  '--data',
  data,
  '--log-level',
  'warn',
  '--new-names',
  'off',
];
const server = spawn(process.execPath, serve, { stdio: ['ignore', 'pipe', 'inherit'] });
const [printed] = await once(server.stdout, 'data');
const port = Number(/:(\d+)\n/.exec(String(printed))?.[1]);

const pause = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
const random = (values: string[]) => values[Math.floor(Math.random() * values.length)];
let latencies: number[] = [];
let requests = 0;
let failures = 0;
let going = true;

interface Connection {
  readonly socket: Socket;
  call(method: string, params: object): Promise<void>;
}

async function open(): Promise<Connection> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => {});
  await once(socket, 'connect');
  let waiting: (() => void) | undefined;
  let id = 0;
  onLines(socket, (line) => {
    if (line.startsWith(`{"jsonrpc":"2.0","id":${id},`)) waiting?.();
  });
  socket.on('close', () => waiting?.());
  const call = async (method: string, params: object) => {
    const start = performance.now();
    const reply = new Promise<void>((resolve) => {
      waiting = resolve;
    });
    socket.write(requestLine(method, params, ++id));
    await reply;
    latencies.push(performance.now() - start);
    requests++;
    if (socket.destroyed && going) failures++;
  };
  return { socket, call };
}

function act({ call }: Connection): Promise<void> {
  const group = random(groups);
  switch (random(deeds)) {
    case 'join':
      return call('group.join', { group });
    case 'leave':
      return call('group.leave', { group });
    case 'post':
      return call('message.post', { group, subject: 'soak', content: 'x'.repeat(200) });
    case 'list':
      return call('message.list', { group, limit: 20 });
    case 'get':
      return call('message.get', { group, number: 1 });
    default:
      return call('group.list', {});
  }
}

/** The activity at this time of the day, from 0 to 1. */
function activity() {
  const noon = (1 - Math.cos((elapsed() / minutes) * days * 2 * Math.PI)) / 2;
  return nightly + (1 - nightly) * noon;
}

/** A user who connects and disconnects again and again. */
async function live(user: string): Promise<void> {
  let home: string | undefined = random(groups);
  await pause(Math.random() * Math.min(stay, (minutes * 60_000) / 10));
  while (going) {
    const peer = await open();
    await peer.call('session.login', { user });
    if (home) await peer.call('group.join', { group: home });
    home = undefined;
    const until = performance.now() + Math.random() * 2 * stay;
    while (going && performance.now() < until) {
      await pause(Math.random() * 2 * between);
      if (Math.random() < activity()) await act(peer);
    }
    if (Math.random() < 0.5) await peer.call('session.logout', {});
    peer.socket.destroy();
  }
}

let processor = 0;

/** The server's processor time since the last sample, in percent of a core. */
function busy() {
  const fields = readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  // The system counts in hundredths of a second.
  const milliseconds = (Number(fields[11]) + Number(fields[12])) * 10;
  const used = milliseconds - processor;
  processor = milliseconds;
  return Math.round((used / sampleEvery) * 100);
}

type Sample = Record<string, number>;

function sample(minute: number): Sample {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  const sorted = latencies.sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor((sorted.length - 1) * part)] ?? 0;
  const wal = statSync(join(data, 'corkboard.db-wal'), { throwIfNoEntry: false })?.size ?? 0;
  latencies = [];
  return {
    minute: Number(minute.toFixed(2)),
    'memory MiB': Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024),
    'file descriptors': readdirSync(`/proc/${server.pid}/fd`).length,
    'WAL MiB': Number((wal / 2 ** 20).toFixed(1)),
    'server %': busy(),
    'p50 ms': Number(at(0.5).toFixed(2)),
    'p99 ms': Number(at(0.99).toFixed(2)),
    requests,
  };
}

/** The median and the range of each column for each day, as a table for the documentation. */
function table(samples: Sample[]): string {
  const names = Object.keys(samples[0]).filter((name) => name !== 'minute');
  const row = (cells: (string | number)[]) => `| ${cells.join(' | ')} |`;
  const rows = Array.from({ length: days }, (_, day) => {
    const of = samples.filter(({ minute }) => Math.floor((minute / minutes) * days) === day);
    const cells = names.map((name) => {
      const sorted = of.map((each) => each[name]).sort((a, b) => a - b);
      const middle = sorted[Math.floor(sorted.length / 2)];
      const last = sorted[sorted.length - 1];
      return name === 'requests' ? last : `${middle} (${sorted[0]} – ${last})`;
    });
    return row([day + 1, ...cells]);
  });
  return [row(['day', ...names]), row(['day', ...names].map(() => '---')), ...rows].join('\n');
}

function draw(samples: Sample[]): string {
  const names = ['memory MiB', 'file descriptors', 'WAL MiB', 'server %', 'p99 ms'];
  const height = 170;
  const chart = init(null, null, {
    renderer: 'svg',
    ssr: true,
    width: 760,
    height: 60 + names.length * height,
  });
  const top = (at: number) => 60 + at * height;
  chart.setOption({
    animation: false,
    backgroundColor: '#fff',
    title: { text: `${connections} users for ${minutes} minutes`, left: 'center' },
    grid: names.map((_, at) => ({ top: top(at), height: height - 60, left: 90, right: 30 })),
    xAxis: names.map((_, at) => ({ type: 'value', gridIndex: at, max: minutes, name: 'min' })),
    yAxis: names.map((name, at) => ({ type: 'value', gridIndex: at, name, min: 0 })),
    series: names.map((name, at) => ({
      type: 'line',
      showSymbol: false,
      xAxisIndex: at,
      yAxisIndex: at,
      data: samples.map((each) => [each.minute, each[name]]),
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

const start = performance.now();
const elapsed = () => (performance.now() - start) / 60_000;
const users = Array.from({ length: connections }, (_, number) => live(`user${number}`));
const samples: Sample[] = [];
while (elapsed() < minutes) {
  await pause(sampleEvery);
  samples.push(sample(elapsed()));
  console.log(JSON.stringify(samples.at(-1)));
}
going = false;
writeFileSync(values.plot, draw(samples));
console.log(table(samples));
console.log(`${requests} requests, ${failures} connections lost by the server`);
server.kill('SIGKILL');
await Promise.race([Promise.allSettled(users), pause(1000)]);
rmSync(data, { recursive: true, force: true });
process.exit(0);
