// A compressed week: connections that join, leave, post, read, go and come back for a given time.
// npm run soak -- --minutes 60 --connections 2000 (after npm run build). Prints a sample every few
// seconds, and draws them into docs/soak.svg or the file of --plot.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { init } from 'echarts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    connections: { type: 'string', default: '2000' },
    plot: { type: 'string', default: new URL('../../docs/soak.svg', import.meta.url).pathname },
  },
});
const minutes = Number(values.minutes);
const connections = Number(values.connections);
// A session stays for so long, on average; a deed of each comes so often. Milliseconds.
const stay = 60_000;
const between = 40_000;
const sampleEvery = 5000;
const groups = ['main', 'general', 'news', 'help', 'random'];
const deeds = ['join', 'leave', 'post', 'post', 'list', 'list', 'get', 'groups'];

const data = mkdtempSync(join(tmpdir(), 'corkboard-soak-'));
const program = new URL('../../dist/cli/main.js', import.meta.url).pathname;
const serve = [program, 'serve', '--port', '0', '--data', data];
const server = spawn(process.execPath, serve, { stdio: ['ignore', 'pipe', 'inherit'] });
const [printed] = await once(server.stdout, 'data');
const port = Number(/:(\d+)\n/.exec(String(printed))[1]);

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const random = (values) => values[Math.floor(Math.random() * values.length)];
let latencies = [];
let requests = 0;
let failures = 0;
let going = true;

async function open() {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => {});
  await once(socket, 'connect');
  let waiting;
  let rest = '';
  let id = 0;
  socket.setEncoding('utf8').on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    if (lines.some((line) => line.startsWith(`{"jsonrpc":"2.0","id":${id},`))) waiting?.();
  });
  socket.on('close', () => waiting?.());
  const call = async (method, params) => {
    const start = performance.now();
    const reply = new Promise((resolve) => {
      waiting = resolve;
    });
    socket.write(`${JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params })}\n`);
    await reply;
    latencies.push(performance.now() - start);
    requests++;
    if (socket.destroyed && going) failures++;
  };
  return { socket, call };
}

function act({ call }) {
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

/** One user, who comes and goes. */
async function live(user) {
  await pause(Math.random() * between);
  while (going) {
    const peer = await open();
    await peer.call('session.login', { user });
    const until = performance.now() + Math.random() * 2 * stay;
    while (going && performance.now() < until) {
      await pause(Math.random() * 2 * between);
      await act(peer);
    }
    if (Math.random() < 0.5) await peer.call('session.logout', {});
    peer.socket.destroy();
  }
}

function sample(minute) {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  const sorted = latencies.sort((a, b) => a - b);
  const at = (part) => sorted[Math.floor((sorted.length - 1) * part)] ?? 0;
  const wal = statSync(join(data, 'corkboard.db-wal'), { throwIfNoEntry: false })?.size ?? 0;
  latencies = [];
  return {
    minute: Number(minute.toFixed(2)),
    'memory MiB': Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024),
    'file descriptors': readdirSync(`/proc/${server.pid}/fd`).length,
    'WAL MiB': Number((wal / 2 ** 20).toFixed(1)),
    'p50 ms': Number(at(0.5).toFixed(2)),
    'p99 ms': Number(at(0.99).toFixed(2)),
    requests,
  };
}

function draw(samples) {
  const names = ['memory MiB', 'file descriptors', 'WAL MiB', 'p99 ms'];
  const height = 170;
  const chart = init(null, null, {
    renderer: 'svg',
    ssr: true,
    width: 760,
    height: 60 + names.length * height,
  });
  const top = (at) => 60 + at * height;
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
const samples = [];
while (elapsed() < minutes) {
  await pause(sampleEvery);
  samples.push(sample(elapsed()));
  console.log(JSON.stringify(samples.at(-1)));
}
going = false;
writeFileSync(values.plot, draw(samples));
console.log(`${requests} requests, ${failures} connections lost by the server`);
server.kill('SIGKILL');
await Promise.race([Promise.allSettled(users), pause(1000)]);
rmSync(data, { recursive: true, force: true });
process.exit(0);
