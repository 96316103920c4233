import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context } from './benchmark.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
/** The program that is measured. `BENCH_PROGRAM` names the main.js of another build to compare with. */
export const program = process.env.BENCH_PROGRAM ?? here('../../dist/cli/main.js');
/** The Node that runs it: `BENCH_NODE` names another, for a build that needs one. */
export const node = process.env.BENCH_NODE ?? process.execPath;
const pinning =
  availableParallelism() > 1 && spawnSync('taskset', ['--version']).error === undefined;

/** The load runs on core 0, and the measured server on core 1. */
const serverCore = 1;

/** Keeps this process, the load, off the server's core. @returns whether this machine can do that */
export function pinLoad(): boolean {
  if (pinning) spawnSync('taskset', ['-a', '-p', '-c', '0', String(process.pid)]);
  return pinning;
}

function pinned(command: string[]): string[] {
  return pinning ? ['taskset', '-c', String(serverCore), ...command] : command;
}

/** Settings of the server as variables. */
export type Variables = Readonly<Record<string, string>>;

interface NodeOptions {
  readonly flags?: readonly string[];
  readonly env?: Variables;
  readonly under?: readonly string[];
}

/** A process on the server's core. */
export class Measured {
  readonly child: ChildProcess;
  port = 0;
  private readonly exit: Promise<unknown[]>;

  constructor(command: readonly string[], options: SpawnOptions & { env?: Variables } = {}) {
    const { env = {}, ...rest } = options;
    const [program = '', ...args] = command;
    this.child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
      ...rest,
    });
    this.exit = once(this.child, 'exit');
  }

  /**
   * Starts Node with `script`. Resolves when the script has printed the port that it listens on.
   * @param options.under a command that runs Node, such as `strace`
   */
  static async node(
    script: string,
    args: readonly string[] = [],
    { flags = [], env = {}, under = [] }: NodeOptions = {},
  ): Promise<Measured> {
    const command = [...under, process.execPath, ...flags, script, ...args];
    const server = new Measured(pinned(command), { env });
    server.port = Number((await server.printed(/:(\d+)\n/))[1]);
    return server;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Waits until standard output has `pattern`. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    const { stdout } = this.child;
    if (!stdout) throw new Error('its output is not read');
    let text = '';
    for (;;) {
      const [chunk] = await Promise.race([once(stdout, 'data'), this.exit]);
      if (chunk === null || typeof chunk === 'number') throw new Error(`it ended: ${text}`);
      text += chunk;
      const found = pattern.exec(text);
      if (found) return found;
    }
  }

  /** Resident memory in bytes. */
  get memory(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
  }

  /** Seconds of processor time so far. */
  get processor(): number {
    const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  /** Milliseconds for which its main thread has waited for a core so far. */
  get waited(): number {
    return waitedForCore(this.pid);
  }

  /** Resident memory after a garbage collection, of a process started with `collectable`. */
  async collected(): Promise<number> {
    const done = this.printed(/collected\n/);
    this.child.kill('SIGUSR2');
    await done;
    return this.memory;
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.exit;
  }
}

/** Milliseconds for which the main thread of a process has waited for a core so far, while others ran on it. */
export function waitedForCore(pid: number | 'self' = 'self'): number {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
}

/** Flags of a Node whose memory is measured. */
export const collectable = ['--expose-gc', '--require', here('collect.cjs')];

export function startFloor(
  name: string,
  args: readonly string[] = [],
  flags: readonly string[] = [],
): Promise<Measured> {
  return Measured.node(here(`../floors/${name}.ts`), args, { flags });
}

/**
 * Starts the board with its defaults, except the limits that would stop such a load.
 * @param under a command that runs the server, in a process of its own
 */
export function startBoard(
  { profile }: Pick<Context, 'profile'>,
  data: string,
  flags: readonly string[] = [],
  settings: Variables = {},
  under: readonly string[] = [],
): Promise<Measured> {
  const env = { CORKBOARD_RATE: 'off', CORKBOARD_MAX_CONNECTIONS: '15000', ...settings };
  const profiling = profile ? ['--cpu-prof', '--cpu-prof-dir', profile] : [];
  const args = ['serve', '--port', '0', '--data', data, '--log-level', 'error'];
  return Measured.node(program, args, { flags: [...profiling, ...flags], env, under });
}

/** Makes the database of a board in `data`. */
export function makeDatabase(data: string): string {
  const made = spawnSync(node, [program, 'db', 'migrate', '--data', data]);
  if (made.status !== 0) throw new Error(String(made.stderr));
  return join(data, 'corkboard.db');
}

/** Measures disk syncs in `folder`, one every `apart` milliseconds. @returns their milliseconds, sorted */
export function diskSyncs(folder: string, times: number, apart: number): number[] {
  const args = [here('../floors/sync.ts'), join(folder, 'sync'), String(times), String(apart)];
  const [command = '', ...rest] = pinned([process.execPath, ...args]);
  const measured = JSON.parse(String(spawnSync(command, rest).stdout)) as number[];
  return measured.sort((a, b) => a - b);
}

function installed(command: string): boolean {
  return spawnSync(command, ['--version']).error === undefined;
}

/** Starts Redis, which syncs the writes of each turn as the board does. Undefined if it is not installed. */
export async function startRedis(folder: string): Promise<Measured | undefined> {
  if (!installed('redis-server')) return undefined;
  const port = 16_379;
  const config = `port ${port}\nbind 127.0.0.1\ndir ${folder}\nsave ""\nappendonly yes
appendfsync always\ntcp-backlog 4096\nclient-output-buffer-limit pubsub 0 0 0\n`;
  return startDaemon(folder, 'redis.conf', config, { command: ['redis-server'], port });
}

/** Starts InspIRCd without its limits against floods. Undefined if it is not installed. */
export async function startInspircd(folder: string): Promise<Measured | undefined> {
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

async function startDaemon(
  folder: string,
  name: string,
  config: string,
  { command, port }: { command: string[]; port: number },
): Promise<Measured> {
  const file = join(folder, name);
  writeFileSync(file, config);
  const server = new Measured(pinned([...command, file]), {
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  server.port = port;
  const deadline = Date.now() + 10_000;
  while (!(await answers(port))) {
    if (Date.now() > deadline || server.child.exitCode !== null)
      throw new Error(`${command[0]} did not start`);
  }
  return server;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.on('connect', () => socket.destroy()).on('error', () => {});
    socket.on('close', (failed) => setTimeout(() => resolve(!failed), 50));
  });
}
