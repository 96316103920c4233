// A server of its own for an attack, whose event loop and memory are watched.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { node, program } from '../servers.ts';
import type { Attack } from './attacks.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What turns of the event loop took, in milliseconds. */
export interface Stop {
  /** The longest stop. */
  readonly longest: number;
  /** Processor time of the thread in a turn: the most, and the 99th percentile. */
  readonly worked: number;
  readonly p99: number;
}

export type Watched = Awaited<ReturnType<typeof startWatched>>;

/** Starts a server on the board in `data`, or what the attack is aimed at instead of a board. */
export async function startWatched(data: string, { settings = {}, target }: Partial<Attack> = {}) {
  const watch = ['--require', here('watch.cjs')];
  const serve = ['serve', '--port', '0', '--data', data, '--log-level', 'error'];
  const command = target === 'echo' ? [here('../../floors/echo.ts')] : [program, ...serve];
  const flags = process.env.BENCH_FLAGS?.split(' ') ?? [];
  const runner = target === 'echo' ? process.execPath : node;
  const child = spawn(runner, [...flags, ...watch, ...command], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...settings },
  });
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
  const died = once(child, 'exit').then((): 'died' => 'died');
  // A trial that fails leaves no server behind.
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  void died.then(() => process.off('exit', kill));
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
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
    /** The longest stop of the event loop since the last call. */
    longestStop(): Promise<Stop | 'died'> {
      if (hasEnded()) return Promise.resolve('died');
      child.kill('SIGUSR2');
      const stopped = until(/stopped (\S+ \S+ \S+)\n/).then((text) => {
        const [longest, worked, p99] = text.split(' ').map(Number);
        return { longest, worked, p99 };
      });
      return Promise.race([stopped, died]);
    },
    async kill() {
      if (hasEnded()) return;
      child.kill('SIGKILL');
      await died;
    },
  };
}
