import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { SshDoor, type SshWatch } from '../../src/doors/ssh/door.ts';
import { program } from '../helpers/server.ts';
import { tempFolder } from '../helpers/temp.ts';
import { lives } from './board.ts';

interface Line {
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** An SSH server whose process is watched, and the lines of its log. */
async function watched(watch: SshWatch) {
  const lines: Line[] = [];
  const log = pino({}, { write: (text: string) => void lines.push(JSON.parse(text)) });
  const folder = tempFolder();
  const door = new SshDoor({
    places: [{ host: '127.0.0.1', port: 0, setting: '--ssh', ipv6Only: false }],
    hostKeyFile: join(folder, 'ssh_host_ed25519_key'),
    socket: join(folder, 'door'),
    sessions: 10,
    program,
    watch,
  });
  onTestFinished(() => door.close());
  await door.open({ log });
  const child = () => (door as unknown as { child: ChildProcess & { pid: number } }).child;
  const pid = () => child().pid;
  const logged = (text: string) =>
    expect.poll(() => lines.map(({ msg }) => msg), { timeout: 30_000 }).toContain(text);
  return { child, pid, lines, logged };
}

test('an SSH server that hangs is killed and started again', async () => {
  const { pid, lines, logged } = await watched({ pause: 200, mostUnanswered: 5 });
  const first = pid();
  process.kill(first, 'SIGSTOP');
  await logged('the SSH server does not answer');
  await logged('the SSH server listens again');
  expect(pid()).not.toBe(first);
  expect(lives(first)).toBe(false);
  expect(lines[0]).toMatchObject({ msg: 'the SSH server does not answer', seconds: 1 });
});

test('an SSH server that gets little of the processor is not killed', async () => {
  const { child, pid, lines } = await watched({ pause: 100, mostUnanswered: 20 });
  const first = pid();
  // It runs for a moment and stands still for a longer one, again and again, for twice the time after which it would be killed.
  for (let turn = 0; turn < 8; turn++) {
    process.kill(first, 'SIGSTOP');
    await pause(450);
    process.kill(first, 'SIGCONT');
    // Until it has had its moment: on a busy machine, the time alone may bring it none.
    await Promise.all([once(child(), 'message'), pause(50)]);
  }
  expect(execFileSync('ps', ['-o', 'pid=', '-p', String(first)], { encoding: 'utf8' }).trim()).toBe(
    String(first),
  );
  expect(pid()).toBe(first);
  expect(lines).toEqual([]);
});
