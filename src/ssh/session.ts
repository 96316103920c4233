import type { Socket } from 'node:net';
import type { PseudoTtyInfo, ServerChannel, Session } from 'ssh2';
import type { Visitor } from '../visit/visitor.ts';
import { ChannelOutput, inputOf } from './channel-streams.ts';
import { errorLine, sessionEndingsOf } from './endings.ts';
import type { SshLimits } from './limits.ts';
import { SshTerminal } from './terminal.ts';

/** A visitor without an identity. */
export type Guest = Omit<Visitor, 'identity'>;

export interface SessionOptions {
  readonly session: Session;
  readonly socket: Socket;
  readonly limits: SshLimits;
  /** Runs what the visitor asked for. @returns the exit code */
  readonly receive: (guest: Guest) => Promise<number>;
  /** Called with what went wrong. */
  readonly failed: (error: unknown) => void;
  /** Closes a session that runs nothing. @param why a line for the client */
  readonly closeUnstarted: (why?: string) => void;
  /** Called when the session has ended. */
  readonly ended: () => void;
}

/** The variables that a client may set. */
const variables = ['LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'COLORTERM', 'NO_COLOR'];

/** The signals that end a program (RFC 4254, section 6.10). */
const signals = ['HUP', 'INT', 'TERM', 'KILL', 'QUIT'];
// The reason for which a program ends with the server; that of a signal is its name.
const serverEnds = 'server ends';

/**
 * One `session` channel (RFC 4254, section 6): the requests of the client, until a shell or a command starts, and the
 * program that then runs. ssh2 refuses requests for which there is no listener, such as X11, an agent and subsystems.
 *
 * The session ends when both sides have sent CHANNEL_CLOSE (section 5.3), or the connection has ended. The client sends its
 * CHANNEL_CLOSE when it has printed the output and knows the exit code. `ssh | less` can do that much later. If the server
 * closed the connection before that, `ssh` would fail with exit code 255.
 */
export class SshSession {
  private readonly environment: Record<string, string> = {};
  private readonly gone = new AbortController();
  private readonly stopped = new AbortController();
  private terminal: SshTerminal | undefined;
  private channel: ServerChannel | undefined;
  private isShell = false;
  private isRunning = false;
  private hasEnded = false;
  private readonly startTimer: NodeJS.Timeout;
  private readonly endings;

  constructor(private readonly options: SessionOptions) {
    const { session, limits } = options;
    this.endings = sessionEndingsOf(limits);
    this.startTimer = setTimeout(() => this.notStarted(), limits.startTime);
    session.on('error', () => {});
    session.on('close', () => {
      if (!this.channel) this.options.closeUnstarted();
      this.end();
    });
    session.on('env', (accept, reject, { key, val }) => {
      if (this.setVariable(key, val)) accept?.();
      else reject?.();
    });
    session.on('pty', (accept, reject, info: PseudoTtyInfo & { term?: string }) => {
      if (this.terminal) return reject?.();
      this.terminal = new SshTerminal(info, limits.terminalSize);
      if (info.term && this.isValue(info.term)) this.environment.TERM = info.term;
      accept?.();
    });
    session.on('window-change', (accept, reject, info) => {
      if (!this.terminal) return reject?.();
      this.terminal.resize(info);
      accept?.();
    });
    session.on('signal', (_, __, { name }) => {
      if (signals.includes(name)) this.stopped.abort(name);
    });
    session.on('shell', (accept) => this.start(accept, undefined));
    session.on('exec', (accept, reject, { command }) => {
      if (Buffer.byteLength(command) > limits.command) reject?.();
      else this.start(accept, command);
    });
  }

  /** The client has closed the session, or the connection has ended: the program ends. */
  end(): void {
    this.gone.abort();
    if (!this.isRunning) this.finish();
  }

  /**
   * The server ends: a visitor at a shell or a terminal leaves, and gets the terminal back.
   * @param scripts whether commands without a terminal end too, which may be about to finish by themselves
   */
  stop(scripts: boolean): void {
    if (this.isShell || this.terminal || scripts) this.stopped.abort(serverEnds);
  }

  private setVariable(name: string, value: string): boolean {
    if (!variables.includes(name) || !this.isValue(value)) return false;
    this.environment[name] = value;
    return true;
  }

  private isValue(value: string): boolean {
    return value.length <= this.options.limits.variableBytes && /^[\x20-\x7e]*$/.test(value);
  }

  private start(accept: () => ServerChannel | undefined, command: string | undefined): void {
    if (this.channel) return;
    const channel = accept();
    if (!channel) return;
    clearTimeout(this.startTimer);
    this.channel = channel;
    this.isRunning = true;
    this.isShell = command === undefined;
    channel.on('error', () => {});
    channel.stderr.on('error', () => {});
    channel.on('close', () => this.end());
    this.run(channel, command).catch(this.options.failed);
  }

  private async run(channel: ServerChannel, command: string | undefined): Promise<void> {
    const { socket, receive } = this.options;
    const { environment, terminal } = this;
    const { signal } = this.gone;
    const { signal: stopped } = this.stopped;
    const gone = AbortSignal.any([signal, stopped]);
    const out = new ChannelOutput(channel, socket, signal);
    const input = inputOf(channel);
    // What reads the input fails: a text that is not complete must not look complete.
    gone.addEventListener('abort', () => input.destroy(), { once: true });
    const { output } = out;
    // A terminal shows both streams in one order.
    const errors = terminal ? output : out.errors;
    let code = 1;
    try {
      code = await receive({ input, output, errors, terminal, environment, command, gone });
    } catch (error) {
      this.options.failed(error);
      errors.write(errorLine(this.endings.failed, terminal));
    }
    if (stopped.reason === serverEnds) {
      errors.write(errorLine(this.endings.closing, terminal));
      code = 3;
    }
    input.destroy();
    await out.flushed();
    this.isRunning = false;
    if (signal.aborted) return this.finish();
    if (stopped.aborted && stopped.reason !== serverEnds) channel.exit(stopped.reason, false, '');
    else channel.exit(code);
    // Sends CHANNEL_EOF and CHANNEL_CLOSE.
    channel.end();
  }

  private notStarted(): void {
    this.options.closeUnstarted(errorLine(this.endings.unstarted, this.terminal));
    this.finish();
  }

  private finish(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    clearTimeout(this.startTimer);
    this.options.ended();
  }
}
