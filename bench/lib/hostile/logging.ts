// What strangers who are refused again and again do to the log.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Peer, pause } from '../peers.ts';
import { node, program } from '../servers.ts';

const strangers = 20;

export interface Logging {
  /** Bytes of log a second. */
  readonly bytesPerSecond: number;
  /** Milliseconds that a ping took after 2,000 refusals while nobody read the log; NaN if it was not answered. */
  readonly pingUnread: number;
}

export async function logUnderRefusals(seconds: number): Promise<Logging> {
  const folder = mkdtempSync(join(tmpdir(), 'corkboard-log-'));
  const file = join(folder, 'log');
  const log = openSync(file, 'w');
  const bytesPerSecond = await withServer(join(folder, 'a'), log, async (port) => {
    const before = statSync(file).size;
    let going = true;
    const refusedAgain = async () => {
      while (going) {
        const peer = await Peer.open(port);
        await peer.ask(
          '{"jsonrpc":"2.0","id":1,"method":"session.login","params":{"user":"a b"}}\n',
        );
        peer.close();
      }
    };
    const all = Promise.all(Array.from({ length: strangers }, refusedAgain));
    await pause(seconds * 1000);
    going = false;
    await all;
    return (statSync(file).size - before) / seconds;
  });
  closeSync(log);
  const pingUnread = await withServer(join(folder, 'b'), 'pipe', async (port) => {
    const stranger = await Peer.open(port);
    const refused = '{"jsonrpc":"2.0","id":1,"method":"session.login","params":{"user":"a b"}}\n';
    for (let at = 0; at < 2000; at++) await stranger.ask(refused);
    const peer = await Peer.open(port);
    const began = performance.now();
    const answered = peer.ask('{"jsonrpc":"2.0","id":1,"method":"ping"}\n').then(() => true);
    const isIn = await Promise.race([answered, pause(10_000).then(() => false)]);
    return isIn ? performance.now() - began : Number.NaN;
  });
  rmSync(folder, { recursive: true, force: true });
  return { bytesPerSecond, pingUnread };
}

async function withServer<T>(
  data: string,
  stderr: number | 'pipe',
  use: (port: number) => Promise<T>,
): Promise<T> {
  const serve = ['serve', '--port', '0', '--data', data, '--rate', 'off'];
  // The pipe is never read.
  const child = spawn(node, [program, ...serve], { stdio: ['ignore', 'pipe', stderr] });
  const { stdout } = child;
  if (!stdout) throw new Error('its output is not read');
  const [printed] = await once(stdout, 'data');
  const result = await use(Number(/:(\d+)\n/.exec(String(printed))?.[1]));
  child.kill('SIGKILL');
  await once(child, 'exit');
  return result;
}
