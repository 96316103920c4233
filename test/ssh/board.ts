import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ServerOptions, TestServer } from '../helpers/server.ts';
import { tempFolder } from '../helpers/temp.ts';

/** Starts a board that serves SSH. `ssh` gives arguments for the program ssh, and `sshAt` those for another port. */
export async function boardWithSsh({ args = [], ...options }: ServerOptions = {}) {
  const server = await TestServer.start({ ...options, args: ['--ssh', '0', ...args] });
  await server.logged('the SSH host key');
  const ports = server.lines('listening').map(({ port }) => Number(port));
  const port = ports.at(-1) ?? 0;
  const hosts = join(tempFolder(), 'known_hosts');
  const sshAt =
    (at: number) =>
    (...more: string[]) => [
      ...['-F', '/dev/null', '-p', String(at), '-o', 'StrictHostKeyChecking=accept-new'],
      ...['-o', `UserKnownHostsFile=${hosts}`, '-o', 'IdentitiesOnly=yes', '-o', 'LogLevel=ERROR'],
      ...more,
    ];
  return { server, port, ssh: sshAt(port), sshAt };
}

/** The process id of the SSH server of a board. */
export function childOf(server: TestServer): number {
  const pids = execFileSync('pgrep', ['-P', String(server.child.pid)], { encoding: 'utf8' });
  return Number(pids.trim().split('\n')[0]);
}

/** Whether a process runs. */
export function lives(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
