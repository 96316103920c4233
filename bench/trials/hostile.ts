// How hostile connections affect members, and how much memory they take. After npm run build:
//   node bench/trials/hostile.ts [--only PATTERN] [--seconds 5] [--repeat 1]
// BENCH_PROGRAM names the dist/cli/main.js of another build, BENCH_NODE the Node that runs it.
// Each attack has a server of its own with the default limits. 20 members ping and post, first undisturbed,
// then during the attack, which is another process at nice 19. With --repeat, each figure is the median of
// that many trials. It asserts nothing.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Attack, attacks } from '../lib/hostile/attacks.ts';
import { makeAttacked } from '../lib/hostile/board.ts';
import { openMembers, type Peer, pause, quantile } from '../lib/peers.ts';
import { node, program } from '../lib/servers.ts';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    seconds: { type: 'string', default: '5' },
    repeat: { type: 'string', default: '1' },
  },
});
const seconds = Number(options.seconds);
const members = 20;
const pace = 50;

const here = (path: string) => fileURLToPath(new URL(`../lib/hostile/${path}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'corkboard-hostile-'));
const template = join(folder, 'template');
makeAttacked(template);

type Server = Awaited<ReturnType<typeof startServer>>;

/** Starts a server that measures the stops of its event loop. */
async function startServer(data: string, { settings = {}, target }: Attack) {
  const watch = ['--require', here('watch.cjs')];
  const serve = ['serve', '--port', '0', '--data', data, '--log-level', 'error'];
  const command = target === 'echo' ? [here('../../floors/echo.ts')] : [program, ...serve];
  const flags = process.env.BENCH_FLAGS?.split(' ') ?? [];
  const child = spawn(
    target === 'echo' ? process.execPath : node,
    [...flags, ...watch, ...command],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, ...settings },
    },
  );
  let printed = '';
  const waiting = new Set<() => void>();
  child.stdout.on('data', (chunk) => {
    printed += chunk;
    for (const look of waiting) look();
  });
  const until = (pattern: RegExp) =>
    new Promise<string>((resolve) => {
      const look = () => {
        const found = pattern.exec(printed);
        if (!found) return;
        printed = printed.slice(found.index + found[0].length);
        waiting.delete(look);
        resolve(found[1]);
      };
      waiting.add(look);
      look();
    });
  const port = Number(await until(/:(\d+)\n/));
  return {
    child,
    port,
    /** Resident memory in MiB; 0 after the server has died. */
    memory() {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
        return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
      } catch {
        return 0;
      }
    },
    /** Seconds of processor time so far. */
    processor() {
      try {
        const [, rest] = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ');
        const fields = rest.split(' ');
        return (Number(fields[11]) + Number(fields[12])) / 100;
      } catch {
        return Number.NaN;
      }
    },
    /** The longest stop of the event loop since the last call and its processor time, in milliseconds. */
    longestStop(): Promise<number[] | 'died'> {
      if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve('died');
      child.kill('SIGUSR2');
      const stopped = until(/stopped (\S+ \S+)\n/).then((text) => text.split(' ').map(Number));
      const died = once(child, 'exit').then((): 'died' => 'died');
      return Promise.race([stopped, died]);
    },
  };
}

/** Measures round trips of the members at a steady pace. One in ten is a durable post. */
async function measure(server: Server, people: Peer[]) {
  const times: Record<'ping' | 'post', number[]> = { ping: [], post: [] };
  let most = 0;
  const before = { at: performance.now(), processor: server.processor() };
  const sampling = setInterval(() => {
    most = Math.max(most, server.memory());
  }, 50);
  const end = performance.now() + seconds * 1000;
  const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}\n';
  const post =
    '{"jsonrpc":"2.0","id":1,"method":"message.post","params":{"group":"main","subject":"s","content":"c"}}\n';
  const finished = Promise.all(
    people.map(async (peer, at) => {
      await pause(at * 2);
      for (let turn = 0; performance.now() < end; turn++) {
        const kind = (turn + at) % 10 === 0 ? 'post' : 'ping';
        const start = performance.now();
        await peer.ask(kind === 'post' ? post : ping);
        times[kind].push(performance.now() - start);
        await pause(pace);
      }
    }),
  );
  // A server that hangs does not reply. Then the measurement ends after ten more seconds.
  await Promise.race([finished, pause((seconds + 10) * 1000), once(server.child, 'exit')]);
  clearInterval(sampling);
  const took = (performance.now() - before.at) / 1000;
  const processor = (100 * (server.processor() - before.processor)) / took;
  const stop = await server.longestStop();
  const p99 = (values: number[]) =>
    quantile(
      values.sort((a, b) => a - b),
      0.99,
    ) ?? Number.NaN;
  return { ping: p99(times.ping), post: p99(times.post), most, stop, processor };
}

function stops(stop: number[] | 'died'): (number | 'died')[] {
  return stop === 'died' ? [stop, stop] : stop;
}

/** The median, or `died` if the server died in a trial. */
function median(values: (number | 'died')[]): string {
  const figures = values.filter((value) => value !== 'died');
  if (figures.length < values.length) return 'died';
  return quantile(
    figures.sort((a, b) => a - b),
    0.5,
  ).toFixed(1);
}

async function trial(name: string, connections: number): Promise<(number | 'died')[]> {
  const data = join(folder, 'board');
  cpSync(template, data, { recursive: true });
  const server = await startServer(data, attacks[name]);
  const people = await openMembers(server.port, members, (at) => `u${at}`);
  await pause(1500);
  await server.longestStop();
  const quiet = await measure(server, people);
  const before = server.memory();
  const args = [name, String(connections), String(server.port)];
  const attacker = fork(here('attacker.ts'), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    detached: true,
  });
  // The first seconds are the worst, so the measurement begins together with the attack.
  const loud = await measure(server, people);
  attacker.kill('SIGKILL');
  for (const peer of people) peer.close();
  if (server.child.exitCode === null && server.child.signalCode === null) {
    server.child.kill('SIGKILL');
    await once(server.child, 'exit');
  }
  rmSync(data, { recursive: true, force: true });
  return [
    quiet.ping,
    loud.ping,
    loud.ping / quiet.ping,
    quiet.post,
    loud.post,
    ...stops(quiet.stop),
    ...stops(loud.stop),
    loud.processor,
    loud.most - before,
  ];
}

const columns = [
  'attack',
  'connections',
  'ping p99 undisturbed, ms',
  'attacked, ms',
  'times',
  'post p99 undisturbed, ms',
  'attacked, ms',
  'longest stop undisturbed, ms',
  'of it processor time, ms',
  'attacked, ms',
  'of it processor time, ms',
  'server, % of a core',
  'memory, MiB more',
];
const row = (cells: (string | number)[]) => console.log(`| ${cells.join(' | ')} |`);
row(columns);
row(columns.map(() => '---'));
const wanted = new RegExp(options.only, 'i');
for (const name of Object.keys(attacks).filter((each) => wanted.test(each))) {
  for (const connections of attacks[name].connections) {
    const trials: (number | 'died')[][] = [];
    for (let n = 0; n < Number(options.repeat); n++) trials.push(await trial(name, connections));
    row([name, connections, ...trials[0].map((_, at) => median(trials.map((each) => each[at])))]);
  }
}
rmSync(folder, { recursive: true, force: true });
process.exit(0);
