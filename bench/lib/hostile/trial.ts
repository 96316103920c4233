// One attack on a server of its own: 20 members ping and post, first undisturbed, then beside the attack.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openMembers, type Peer, pause, quantile } from '../peers.ts';
import { attacks } from './attacks.ts';
import { makeAttacked } from './board.ts';
import { type Stop, startWatched, type Watched } from './watched.ts';

const members = 20;
// Milliseconds between two requests of a member.
const pace = 50;

/** What the members noticed for some seconds: p99 in milliseconds. */
interface Noticed {
  readonly ping: number;
  readonly post: number;
  readonly stop: Stop | 'died';
  /** The server's processor time, in % of a core. */
  readonly processor: number;
  /** The highest resident memory, in MiB. */
  readonly memory: number;
}

export interface TrialResult {
  readonly quiet: Noticed;
  readonly loud: Noticed;
  /** How many times the p99 of pings is beside the attack what it is undisturbed. */
  readonly times: number;
  /** MiB that the attack added to the server's memory. */
  readonly memory: number;
}

/** Makes the board that is attacked, once, and runs trials on copies of it. */
export class Trials {
  private readonly folder = mkdtempSync(join(tmpdir(), 'corkboard-hostile-'));
  private readonly template = join(this.folder, 'template');
  private echoQuiet: Promise<number> | undefined;

  constructor() {
    process.once('exit', () => this.close());
    makeAttacked(this.template);
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A copy of the board, for one server. */
  copy(): string {
    const data = mkdtempSync(join(this.folder, 'board-'));
    cpSync(this.template, data, { recursive: true });
    return data;
  }

  /**
   * @param seconds how long each of the two parts lasts
   * @param settle milliseconds between the logins of the members and the first part
   */
  async run(
    name: string,
    connections: number,
    { seconds, settle = 1500 }: { seconds: number; settle?: number },
  ): Promise<TrialResult> {
    const data = this.copy();
    const server = await startWatched(data, attacks[name]);
    const people = await openMembers(server.port, members, (at) => `u${at}`);
    await pause(settle);
    await server.longestStop();
    const quiet = await measure(server, people, seconds);
    const before = server.memory();
    const attacker = attackFrom(name, connections, server.port);
    // The first seconds are the worst, so the measurement begins together with the attack.
    const loud = await measure(server, people, seconds);
    attacker.kill('SIGKILL');
    for (const peer of people) peer.close();
    await server.kill();
    rmSync(data, { recursive: true, force: true });
    return { quiet, loud, times: loud.ping / quiet.ping, memory: loud.memory - before };
  }

  /**
   * The same attack on a server that only sends back what it receives: what the machine itself costs.
   * @returns how many times the p99 of pings is what it is undisturbed at such a server
   */
  async control(name: string, connections: number, seconds: number): Promise<number> {
    this.echoQuiet ??= echoPings(seconds);
    const quiet = await this.echoQuiet;
    return (await echoPings(seconds, [name, connections])) / quiet;
  }
}

/** The p99 of pings at an echo server, in milliseconds, beside an attack. @param attack left out for none */
async function echoPings(seconds: number, attack?: [name: string, connections: number]) {
  const server = await startWatched('', { target: 'echo' });
  const people = await openMembers(server.port, members, (at) => `u${at}`);
  const attacker = attack && attackFrom(...attack, server.port);
  const { ping } = await measure(server, people, seconds);
  attacker?.kill('SIGKILL');
  for (const peer of people) peer.close();
  await server.kill();
  return ping;
}

function attackFrom(name: string, connections: number, port: number) {
  const script = fileURLToPath(new URL('attacker.ts', import.meta.url));
  const args = [name, String(connections), String(port)];
  return fork(script, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], detached: true });
}

/** Measures round trips of the members at a steady pace. One in ten is a durable post. */
async function measure(
  server: Watched,
  people: readonly Peer[],
  seconds: number,
): Promise<Noticed> {
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
  return { ping: p99(times.ping), post: p99(times.post), memory: most, stop, processor };
}

function p99(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  return quantile(sorted, 0.99) ?? Number.NaN;
}
