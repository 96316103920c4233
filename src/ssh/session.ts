import type { Socket } from 'node:net';
import type { PseudoTtyInfo, ServerChannel, Session } from 'ssh2';
import type { Visitor } from '../visit/visitor.ts';
import { ChannelOutput, inputOf } from './channel-streams.ts';
import type { SshLimits } from './limits.ts';
import { SshTerminal } from './terminal.ts';

/** A visitor before it is said who it is. */
export type Guest = Omit<Visitor, 'identity'>;

export interface SessionOptions {
  readonly session: Session;
  readonly socket: Socket;
  readonly limits: SshLimits;
  /** Runs what the visitor asked for. @returns the exit code */
  readonly receive: (guest: Guest) => Promise<number>;
  /** Called with what went wrong. */
  readonly failed: (error: unknown) => void;
  /** Called when the session has ended. */
  readonly ended: () => void;
  /** The connection has to be closed. */
  readonly giveUp: (reason: string) => void;
}

/** The variables that a client may set. */
const variables = ['LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'COLORTERM', 'NO_COLOR'];

const stopping =
  'The server is shutting down. What you posted and read is kept; come again in a moment.';

/**
 * One `session` channel (RFC 4254, section 6): the requests of the client, until a shell or a command starts, and the
 * program that then runs. Requests for which there is no listener, such as X11, an agent and subsystems, are refused by ssh2.
 */
export class SshSession {
  private readonly environment: Record<string, string> = {};
  private readonly gone = new AbortController();
  private readonly stopped = new AbortController();
  private terminal: SshTerminal | undefined;
  private channel: ServerChannel | undefined;
  private isShell = false;
  private hasEnded = false;

  constructor(private readonly options: SessionOptions) {
    const { session, limits } = options;
    session.on('error', () => {});
    session.on('close', () => this.end());
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
    session.on('signal', (accept, _, { name }) => {
      accept?.();
      if (['HUP', 'INT', 'TERM', 'KILL', 'QUIT'].includes(name)) this.end();
    });
    session.on('shell', (accept) => this.start(accept, undefined));
    session.on('exec', (accept, reject, { command }) => {
      if (Buffer.byteLength(command) > limits.command) reject?.();
      else this.start(accept, command);
    });
  }

  /** Bytes that the client has sent and the program has not read. */
  get unread(): number {
    return this.channel?.readableLength ?? 0;
  }

  /** The visitor has gone: the program is told so. */
  end(): void {
    this.gone.abort();
    if (!this.channel) this.finish();
  }

  /** The server ends: a visitor at a shell leaves it, and gets the terminal back. A command goes on. */
  stop(): void {
    if (this.isShell) this.stopped.abort();
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
    this.channel = channel;
    this.isShell = command === undefined;
    channel.on('error', () => {});
    channel.stderr.on('error', () => {});
    channel.on('close', () => this.end());
    this.run(channel, command).catch(this.options.failed);
  }

  private async run(channel: ServerChannel, command: string | undefined): Promise<void> {
    const { socket, receive, limits, giveUp } = this.options;
    const { environment, terminal } = this;
    const { signal } = this.gone;
    const { signal: stopped } = this.stopped;
    const gone = AbortSignal.any([signal, stopped]);
    const out = new ChannelOutput(channel, socket, signal);
    const input = inputOf(channel);
    const { output } = out;
    // A terminal shows both streams in one order.
    const errors = terminal ? output : out.errors;
    let code = 1;
    try {
      code = await receive({ input, output, errors, terminal, environment, command, gone });
    } catch (error) {
      this.options.failed(error);
      errors.write('corkboard: The server failed to do this. It has been logged.\n');
    }
    if (stopped.aborted) {
      errors.write(`corkboard: ${stopping}${terminal ? '\r' : ''}\n`);
      code = 3;
    }
    input.destroy();
    const late = setTimeout(() => giveUp('did not read its last output'), limits.lastOutput);
    await out.flushed();
    clearTimeout(late);
    if (!signal.aborted) {
      channel.exit(code);
      channel.end();
    }
    this.finish();
  }

  private finish(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.options.ended();
  }
}
