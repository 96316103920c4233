import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
/** The server that is measured; `BENCH_PROGRAM` names that of another build, to compare with. */
export const program = process.env.BENCH_PROGRAM ?? here('../../dist/cli/main.js');
/** The Node that runs it: `BENCH_NODE` names another, for a build that needs one. */
export const node = process.env.BENCH_NODE ?? process.execPath;
const pinning =
  availableParallelism() > 1 && spawnSync('taskset', ['--version']).error === undefined;

/** The load runs on core 0; whatever is measured runs on core 1. */
const serverCore = 1;

/** Keeps this process, which is the load, off the servers' core. @returns whether that works here */
export function pinLoad() {
  if (pinning) spawnSync('taskset', ['-a', '-p', '-c', '0', String(process.pid)]);
  return pinning;
}

function pinned(command) {
  return pinning ? ['taskset', '-c', String(serverCore), ...command] : command;
}

/** A process on the servers' core. */
class Measured {
  constructor([command, ...args], options = {}) {
    const { env = {}, ...rest } = options;
    this.child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
      ...rest,
    });
    this.gone = once(this.child, 'exit');
  }

  /** Node with `script`; resolves when it has printed the port that it listens on. */
  static async node(script, args = [], { flags = [], env = {}, under = [] } = {}) {
    const command = [...under, process.execPath, ...flags, script, ...args];
    const server = new Measured(pinned(command), { env });
    server.port = Number((await server.printed(/:(\d+)\n/))[1]);
    return server;
  }

  get pid() {
    return this.child.pid;
  }

  /** Waits until standard output holds `pattern`. */
  async printed(pattern) {
    let text = '';
    for (;;) {
      const [chunk] = await Promise.race([once(this.child.stdout, 'data'), this.gone]);
      if (chunk === null || typeof chunk === 'number') throw new Error(`it ended: ${text}`);
      text += chunk;
      const found = pattern.exec(text);
      if (found) return found;
    }
  }

  /** Resident memory in bytes. */
  get memory() {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)[1]) * 1024;
  }

  /** Seconds of processor time so far. */
  get processor() {
    const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  /** Resident memory once garbage is collected: for one started with `collectable`. */
  async collected() {
    const done = this.printed(/collected\n/);
    this.child.kill('SIGUSR2');
    await done;
    return this.memory;
  }

  async stop() {
    this.child.kill('SIGTERM');
    await this.gone;
  }
}

/** Flags of a Node whose memory is measured. */
export const collectable = ['--expose-gc', '--require', here('collect.cjs')];

export function startFloor(name, args = [], flags = []) {
  return Measured.node(here(`../floors/${name}.ts`), args, { flags });
}

/**
 * The board as it is shipped, but for limits that are there to stop such a load.
 * @param under a command that runs it, in a process of its own
 */
export function startBoard({ profile }, data, flags = [], settings = {}, under = []) {
  const env = { CORKBOARD_RATE: 'off', CORKBOARD_MAX_CONNECTIONS: '15000', ...settings };
  const profiling = profile ? ['--cpu-prof', '--cpu-prof-dir', profile] : [];
  const args = ['serve', '--port', '0', '--data', data, '--log-level', 'error'];
  return Measured.node(program, args, { flags: [...profiling, ...flags], env, under });
}

/** Makes the database of a board in `data`. */
export function makeDatabase(data) {
  const made = spawnSync(node, [program, 'db', 'migrate', '--data', data]);
  if (made.status !== 0) throw new Error(String(made.stderr));
  return join(data, 'corkboard.db');
}

/** What a disk sync takes in `folder`, one each `apart` milliseconds: milliseconds, in order of size. */
export function diskSyncs(folder, times, apart) {
  const args = [here('../floors/sync.ts'), join(folder, 'sync'), String(times), String(apart)];
  const [command, ...rest] = pinned([process.execPath, ...args]);
  return JSON.parse(spawnSync(command, rest).stdout).sort((a, b) => a - b);
}

function installed(command) {
  return spawnSync(command, ['--version']).error === undefined;
}

/** Redis that syncs each turn's writes as the board does; undefined where it is not installed. */
export async function startRedis(folder) {
  if (!installed('redis-server')) return undefined;
  const port = 16_379;
  const config = `port ${port}\nbind 127.0.0.1\ndir ${folder}\nsave ""\nappendonly yes
appendfsync always\ntcp-backlog 4096\nclient-output-buffer-limit pubsub 0 0 0\n`;
  return startDaemon(folder, 'redis.conf', config, { command: ['redis-server'], port });
}

/** InspIRCd with its guards against floods off; undefined where it is not installed. */
export async function startInspircd(folder) {
  if (!installed('inspircd')) return undefined;
  const port = 16_667;
  const config = `<server name="irc.bench.example" description="bench" network="Bench">
<admin name="bench" nick="bench" email="bench@bench.example">
<bind address="127.0.0.1" port="${port}" type="clients">
<connect allow="*" localmax="20000" globalmax="20000" maxconnwarn="no" resolvehostnames="no"
  useident="no" timeout="60" pingfreq="3600" hardsendq="500M" softsendq="500M" recvq="10M"
  threshold="2000000" commandrate="2000000000" fakelag="no" maxchans="10" limit="20000">
<performance netbuffersize="65534" somaxconn="4096" softlimit="20000" quietbursts="yes">
<options defaultmodes="" syntaxhints="no">
<log method="file" type="* -USERINPUT -USEROUTPUT" level="none" target="${folder}/ircd.log">
<pid file="${folder}/ircd.pid">\n`;
  const command = ['inspircd', '--nofork', '--runasroot', '--config'];
  return startDaemon(folder, 'inspircd.conf', config, { command, port });
}

async function startDaemon(folder, name, config, { command, port }) {
  const file = join(folder, name);
  writeFileSync(file, config);
  const server = new Measured(pinned([...command, file]), {
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  server.port = port;
  const patience = Date.now() + 10_000;
  while (!(await answers(port))) {
    if (Date.now() > patience || server.child.exitCode !== null)
      throw new Error(`${command[0]} did not start`);
  }
  return server;
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.on('connect', () => socket.destroy()).on('error', () => {});
    socket.on('close', (failed) => setTimeout(() => resolve(!failed), 50));
  });
}
