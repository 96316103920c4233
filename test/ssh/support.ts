import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { boardError } from '../../src/protocol/errors.ts';
import { fingerprintOf, parseKeyLine } from '../../src/protocol/ssh-key.ts';
import { publicHostKey } from '../../src/ssh/host-key.ts';
import type { SshLimits } from '../../src/ssh/limits.ts';
import { loadSsh2, newPrivateKey } from '../../src/ssh/load.ts';
import { SshServer } from '../../src/ssh/server.ts';
import type { LoginParams, Look, VouchedDoor } from '../../src/ssh/vouched-door.ts';
import type { Visitor } from '../../src/visit/visitor.ts';
import { has } from '../helpers/programs.ts';
import { Pty } from '../helpers/pty.ts';
import { tempFolder } from '../helpers/temp.ts';

/** Whether a test that needs these programs has to be left out. In CI nothing is left out. */
export function lacks(...programs: string[]): boolean {
  return !process.env.CI && !programs.every(has);
}

/** A board in memory: what the vouched door knows of names and keys. */
class FakeBoard {
  access: Look['access'] = 'open';
  /** With it, the board refuses everything. */
  refusal: Error | undefined;
  /** The password of each user; null for a user without protection, undefined for one with a key alone. */
  readonly users = new Map<string, string | null | undefined>();
  /** The owner of each fingerprint. */
  readonly keys = new Map<string, string>();
  /** Who has added a fingerprint as a line. */
  readonly claims = new Map<string, string[]>();
  readonly asked: unknown[] = [];
  open = 0;

  door(): VouchedDoor {
    this.open++;
    let isOpen = true;
    return {
      look: async (params) => this.look(params),
      login: async (params) => this.login(params),
      close: () => {
        if (isOpen) this.open--;
        isOpen = false;
      },
    };
  }

  private look(params: { user: string; fingerprint?: string }): Look {
    this.asked.push(params);
    if (this.refusal) throw this.refusal;
    const { user, fingerprint = '' } = params;
    const owner = this.keys.get(fingerprint) ?? null;
    const known = this.users.get(user) === null ? 'unprotected' : 'protected';
    const name = /^[a-z]+$/.test(user) ? 'free' : 'invalid';
    const claimants = this.claims.get(fingerprint) ?? [];
    const claimed = claimants.includes(user);
    const { access } = this;
    return { owner, name: this.users.has(user) ? known : name, access, claimants, claimed };
  }

  private login(params: LoginParams): void {
    this.asked.push(params);
    const { user, password, create, key } = params;
    if (create && !this.users.has(user)) {
      if (password.length < 8) throw boardError('PASSWORD_INVALID', 'it is too short');
      this.users.set(user, password);
      if (key) this.keys.set(key.fingerprint, user);
    } else if (this.users.get(user) !== password) {
      throw boardError('PASSWORD_WRONG');
    }
  }
}

export interface TestSsh {
  readonly server: SshServer;
  readonly port: number;
  readonly board: FakeBoard;
  /** Who has been let in, and what they asked for. */
  readonly visitors: Visitor[];
  readonly log: { level: string; text: string; fields: Readonly<Record<string, unknown>> }[];
  /** The fingerprint of the host key. */
  readonly hostKey: string;
  /** Arguments for ssh, with no key but those that they name. */
  ssh(...args: string[]): string[];
}

export interface SshOptions {
  readonly limits?: Partial<SshLimits>;
  readonly sessions?: number;
  readonly receive?: (visitor: Visitor) => Promise<number>;
  /** Counts the connections and sessions of this machine too. */
  readonly countsLoopback?: true;
}

/** What a visitor gets: a greeting on a terminal, and its own bytes, until its input ends or it types Ctrl-D. The exit code is 7. */
async function echo({ input, output, terminal }: Visitor): Promise<number> {
  if (terminal) output.write('Welcome\r\n');
  for await (const bytes of input) {
    if (bytes.includes(4)) break;
    output.write(bytes);
  }
  return 7;
}

/** Starts an SSH server in this process, on a free port. */
export async function startSsh({
  limits,
  sessions = 200,
  receive = echo,
  countsLoopback,
}: SshOptions = {}): Promise<TestSsh> {
  const board = new FakeBoard();
  const visitors: Visitor[] = [];
  const log: TestSsh['log'] = [];
  const library = await loadSsh2();
  const hostKey = Buffer.from(newPrivateKey(library));
  const server = new SshServer({
    library,
    hostKey,
    sessions,
    door: () => board.door(),
    receive: (visitor) => {
      visitors.push(visitor);
      return receive(visitor);
    },
    log: (level, text, fields) => void log.push({ level, text, fields }),
    ...(limits && { limits }),
    ...(countsLoopback && { isExempt: () => false }),
  });
  const [at] = await server.listen([
    { host: '127.0.0.1', port: 0, setting: '--ssh', ipv6Only: false },
  ]);
  const port = at?.port ?? 0;
  onTestFinished(() => server.close(0));
  const hosts = join(tempFolder(), 'known_hosts');
  const ssh = (...args: string[]) => [
    ...['-F', '/dev/null', '-p', String(port), '-o', 'StrictHostKeyChecking=no'],
    ...['-o', `UserKnownHostsFile=${hosts}`, '-o', 'IdentitiesOnly=yes'],
    ...args,
  ];
  return {
    server,
    port,
    board,
    visitors,
    log,
    ssh,
    hostKey: fingerprintOf(publicHostKey(hostKey, '')),
  };
}

export interface TestKey {
  readonly file: string;
  readonly fingerprint: string;
}

/** Makes an SSH key with ssh-keygen. */
export function makeKey(type = 'ed25519', bits?: number): TestKey {
  const file = join(tempFolder(), 'id');
  const size = bits === undefined ? [] : ['-b', String(bits)];
  execFileSync('ssh-keygen', ['-q', '-t', type, ...size, '-N', '', '-C', 'test', '-f', file]);
  const printed = execFileSync('ssh-keygen', ['-l', '-f', file], { encoding: 'utf8' });
  return { file, fingerprint: /SHA256:\S+/.exec(printed)?.[0] ?? '' };
}

/** Makes a key for dbclient. */
export function makeDropbearKey(): TestKey {
  const file = join(tempFolder(), 'id');
  const args = ['-t', 'ed25519', '-f', file];
  const printed = execFileSync('dropbearkey', args, { encoding: 'utf8', stdio: 'pipe' });
  return {
    file,
    fingerprint: parseKeyLine(/^ssh-ed25519 .*$/m.exec(printed)?.[0] ?? '').fingerprint,
  };
}

/** Makes a key for plink. */
export function makePuttyKey(): TestKey {
  const { file, fingerprint } = makeKey();
  execFileSync('puttygen', [file, '-O', 'private', '-o', `${file}.ppk`]);
  return { file: `${file}.ppk`, fingerprint };
}

export interface Run {
  readonly child: ChildProcess;
  readonly result: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

/** Starts a program without a terminal and without an SSH agent. */
function start(command: string, args: readonly string[], input?: string): Run {
  const { SSH_AUTH_SOCK, SSH_ASKPASS, ...env } = process.env;
  const child = spawn(command, args, { env: { ...env, HOME: tempFolder() } });
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdin.on('error', () => {});
  if (input !== undefined) child.stdin.end(input);
  const exit = once(child, 'close').then(([code]) => code as number | null);
  const result = Promise.all([exit, text(child.stdout), text(child.stderr)]).then(
    ([code, stdout, stderr]) => ({ code, stdout, stderr }),
  );
  return { child, result };
}

/** Runs a program to its end. */
export function run(command: string, args: readonly string[], input = '') {
  return start(command, args, input).result;
}

/** A program in a terminal, where it can ask for passwords. */
export function typing(
  command: string,
  args: string[],
  size: { cols?: number; rows?: number } = {},
) {
  return new Pty(command, args, { env: { HOME: tempFolder() }, ...size });
}
