import { type ChildProcess, spawn } from 'node:child_process';
import type { Logger } from 'pino';
import type { Core } from '../../core/core.ts';
import type { Door, DoorAddress } from '../../core/door.ts';
import { formatAddress } from '../../protocol/address.ts';
import { ListenError } from '../listen-error.ts';
import type { TcpPlace } from '../listening.ts';
import type { FromSsh, ToSsh } from './messages.ts';

export interface SshDoorOptions {
  readonly places: readonly TcpPlace[];
  /** The path of the host key, which is made if it is missing. */
  readonly hostKeyFile: string;
  /** The path of the vouched door, over which the SSH server reaches the board. */
  readonly socket: string;
  /** Sessions at once. */
  readonly sessions: number;
  /** The script of the program, whose `ssh-server` does the work. */
  readonly program: string;
  readonly watch?: SshWatch;
}

// Milliseconds until the process is started again: after its first end, and at most. A process that has run for
// `steadyTime` counts as good, and the next pause is the first one again.
const firstPause = 500;
const longestPause = 60_000;
const steadyTime = 60_000;
// How long the first process may take until it listens, and a later one until it says anything, in milliseconds.
const startTime = 20_000;
const longestStart = 60_000;
/** How the process is watched. */
export interface SshWatch {
  /** How often it is asked whether it is alive, in milliseconds. */
  readonly pause: number;
  /** It is killed when it has not answered this many questions. */
  readonly mostUnanswered: number;
}

// 20 s without an answer. A healthy process answers within its longest turn, also if it gets little of the processor.
const usualWatch: SshWatch = { pause: 4000, mostUnanswered: 5 };
// How long the process may take to end when the board closes, in milliseconds, before it is killed. The process itself closes
// its last connections after 3 s, and the board waits 5 s for a door.
const endTime = 4500;
// How much of the standard error of a process is kept for the log, in characters.
const keptErrors = 4000;

/**
 * SSH. A child process speaks the protocol, so that no handshake and no malformed packet can harm the board. When it ends, it
 * is started again, after pauses that grow.
 */
export class SshDoor implements Door {
  readonly name = 'ssh';
  private child: ChildProcess | undefined;
  private log: Logger | undefined;
  private sessions: number;
  private places: readonly TcpPlace[];
  private pause = firstPause;
  private restart: NodeJS.Timeout | undefined;
  private closing = false;
  /** Of the host key, as `ssh-keygen -l` prints it. */
  fingerprint: string | undefined;

  constructor(private readonly options: SshDoorOptions) {
    this.sessions = options.sessions;
    this.places = options.places;
  }

  /** @throws ListenError also if the SSH server cannot start for another reason, such as its host key */
  async open({ log }: Pick<Core, 'log'>): Promise<DoorAddress[]> {
    this.log = log;
    const message = await new Promise<FromSsh>((resolve) => {
      const failed = (why: string) => resolve({ type: 'failed', message: why });
      const timer = setTimeout(() => failed('The SSH server did not start in time.'), startTime);
      this.start((answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
    });
    if (message.type !== 'listening') {
      this.closing = true;
      this.child?.kill('SIGKILL');
      throw new ListenError(message.type === 'failed' ? message.message : 'The SSH server ended.');
    }
    this.fingerprint = message.fingerprint;
    // A process that is started later listens at the same ports.
    this.places = this.places.map((place, at) => ({
      ...place,
      port: message.addresses[at]?.port ?? place.port,
    }));
    return message.addresses.map(({ host, port }) => ({
      text: `ssh://${formatAddress({ host, port })}`,
      host,
      port,
      secure: true,
    }));
  }

  /** Changes how many sessions there may be at once. Sessions that are open go on. */
  set mostSessions(sessions: number) {
    this.sessions = sessions;
    this.send({ type: 'settings', sessions });
  }

  async close(): Promise<void> {
    this.closing = true;
    clearTimeout(this.restart);
    const { child } = this;
    if (!child || hasEnded(child)) return;
    this.send({ type: 'close' });
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), endTime);
      child.once('exit', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** @param first called with the first answer of the process, or with how it ended */
  private start(first: (message: FromSsh) => void): void {
    const { program, hostKeyFile, socket } = this.options;
    const began = performance.now();
    const child = spawn(process.execPath, [program, 'ssh-server'], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.child = child;
    // A server that has to end at once leaves no process running.
    const kill = () => void child.kill('SIGKILL');
    process.once('exit', kill);
    let errors = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-keptErrors);
    });
    const { pause, mostUnanswered } = this.options.watch ?? usualWatch;
    let unanswered = 0;
    let hasStarted = false;
    const asking = setInterval(() => {
      const isLate = hasStarted
        ? unanswered >= mostUnanswered
        : performance.now() - began > longestStart;
      if (isLate) {
        const seconds = Math.round((unanswered * pause) / 1000);
        this.log?.error({ seconds }, 'the SSH server does not answer');
        kill();
      }
      unanswered++;
      this.send({ type: 'ping' });
    }, pause).unref();
    child.on('message', (message: FromSsh) => {
      unanswered = 0;
      hasStarted = true;
      if (message.type === 'log') this.log?.[message.level](message.fields, message.text);
      else if (message.type !== 'pong') first(message);
    });
    // A process that could not be started has no exit.
    let isOver = false;
    const over = (how: string) => {
      if (isOver) return;
      isOver = true;
      process.off('exit', kill);
      clearInterval(asking);
      first({ type: 'failed', message: `The SSH server ended: ${errors.trim() || how}` });
      if (!this.closing) this.startAgain(how, errors, performance.now() - began);
    };
    child.once('error', ({ message }) => over(message));
    child.once('exit', (code, signal) => over(signal ? `signal ${signal}` : `exit code ${code}`));
    this.send({ type: 'start', places: this.places, hostKeyFile, socket, sessions: this.sessions });
  }

  private startAgain(how: string, errors: string, ran: number): void {
    if (ran >= steadyTime) this.pause = firstPause;
    const { pause } = this;
    this.pause = Math.min(2 * pause, longestPause);
    this.log?.error(
      { reason: how, ...(errors && { errors }), seconds: pause / 1000 },
      'the SSH server has ended; starting it again',
    );
    this.restart = setTimeout(() => {
      this.start((message) => {
        if (message.type === 'listening') this.log?.info('the SSH server listens again');
        else if (message.type === 'failed') {
          this.log?.error({ reason: message.message }, 'the SSH server cannot start');
          this.child?.kill('SIGKILL');
        }
      });
    }, pause).unref();
  }

  private send(message: ToSsh): void {
    if (this.child?.connected) this.child.send(message, () => {});
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
