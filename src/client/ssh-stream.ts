import { type ChildProcess, spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import type { SshTarget } from '../protocol/address.ts';
import { cleanLine } from '../protocol/clean.ts';

// How much of standard error is kept, from its end, in bytes. Its last line says why ssh failed.
const keptErrors = 4096;
const longestReason = 300;

// A failure that another attempt does not change: who connects, and to whom, has to change first.
const refused = /permission denied|host key verification failed|too many authentication failures/i;
const unknownHost = /could not resolve hostname/i;

/** The code of an error of ssh. `lastingSshFailure` says which of them another attempt does not change. */
type SshCode = 'ERR_SSH_REFUSED' | 'ERR_SSH_HOST' | 'ERR_SSH_MISSING' | 'ESSH';

/** Whether an error code is of ssh. Such an error has a message that is a sentence for users. */
export function isSshCode(code: string | undefined): boolean {
  return code === 'ESSH' || code?.startsWith('ERR_SSH_') === true;
}

/** Whether ssh fails in the same way until its user changes something, such as a key. */
export function isSshRefusal(code: string | undefined): boolean {
  return code === 'ERR_SSH_REFUSED' || code === 'ERR_SSH_MISSING';
}

/**
 * The arguments of ssh for JSON-RPC with a board. The host is given after `--`, so that it is never an option, and
 * `sshTargetOf` accepts no user and no host that begins with `-`.
 */
function sshArguments(
  { user, host, port }: SshTarget,
  { unattended }: { unattended: boolean },
): string[] {
  return [
    // Neither a terminal nor anything forwarded, whatever the configuration of the user says.
    ...['-T', '-a', '-x', '-o', 'ClearAllForwardings=yes'],
    ...(unattended ? ['-o', 'BatchMode=yes'] : []),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(user === undefined ? [] : ['-l', user]),
    ...['--', host, 'rpc'],
  ];
}

/**
 * The bytes of `ssh <host> rpc`, run with the user's own configuration, keys and agent. Emits `connect` once ssh runs. It
 * ends at the end of ssh if that succeeded, and otherwise fails with the last line that ssh has written to standard error.
 */
export class SshStream extends Duplex {
  private readonly child: ChildProcess;
  private errors = Buffer.alloc(0);

  constructor(target: SshTarget, options: { unattended: boolean }) {
    super();
    this.child = spawn('ssh', sshArguments(target, options), { stdio: 'pipe' });
    const { stdin, stdout, stderr } = this.child;
    stdout?.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) stdout.pause();
    });
    stderr?.on('data', (chunk: Buffer) => {
      this.errors = Buffer.concat([this.errors, chunk]).subarray(-keptErrors);
    });
    // The exit of ssh says more than a pipe that it has closed.
    stdin?.on('error', () => {});
    this.child
      .on('spawn', () => this.emit('connect'))
      .on('error', (error: NodeJS.ErrnoException) => this.destroy(notStarted(error)))
      .on('close', (code, signal) => this.ended(code, signal));
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const { stdin } = this.child;
    if (stdin?.writable) stdin.write(chunk, () => done());
    else done();
  }

  override _final(done: () => void): void {
    this.child.stdin?.end();
    done();
  }

  override _read(): void {
    this.child.stdout?.resume();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.child.kill();
    done(error);
  }

  private ended(code: number | null, signal: NodeJS.Signals | null): void {
    if (code === 0) this.push(null);
    else this.destroy(failure(this.errors.toString(), code, signal));
  }
}

function failure(errors: string, code: number | null, signal: NodeJS.Signals | null): Error {
  const line = cleanLine(
    errors
      .trim()
      .split(/[\r\n]+/)
      .at(-1) ?? '',
  ).slice(0, longestReason);
  if (line === '') {
    const how = signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
    return sshError('ESSH', `ssh ${how}.`);
  }
  // With any other code, what ssh ran on the other side has failed: the board itself refuses.
  const lasting = code === 255 ? refused.test(line) : code === 1 || code === 127;
  if (lasting) return sshError('ERR_SSH_REFUSED', `ssh: ${line}`);
  return sshError(unknownHost.test(line) ? 'ERR_SSH_HOST' : 'ESSH', `ssh: ${line}`);
}

function notStarted(error: NodeJS.ErrnoException): Error {
  if (error.code !== 'ENOENT') return sshError('ESSH', `ssh could not be run: ${error.message}.`);
  return sshError('ERR_SSH_MISSING', 'There is no program ssh here. Install the OpenSSH client.');
}

function sshError(code: SshCode, message: string): Error {
  return Object.assign(new Error(message), { code });
}
