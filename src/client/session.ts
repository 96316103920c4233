import { setTimeout } from 'node:timers/promises';
import { cleanLine } from '../protocol/clean.ts';
import type { Call, Notice, Result } from '../protocol/schemas.ts';
import type { TextCommand, TextContext } from '../protocol/text/command.ts';
import { takeName } from '../protocol/text/login.ts';
import { info, renderNotice, renderWelcome } from '../protocol/text/render.ts';
import { runTextLine } from '../protocol/text/shell.ts';
import type { Style } from '../protocol/text/style.ts';
import { type Address, formatAddress, parsePort } from './address.ts';
import { Connection } from './connection.ts';
import { ConnectionError } from './failure.ts';
import type { Observer } from './observer.ts';
import { type Output, Reporter } from './reporter.ts';

// How long a server may take to answer that one leaves, in milliseconds.
const logoutPatience = 1000;

export interface SessionOptions {
  readonly output: Output;
  readonly style: Style;
  /** What can be typed here, the board's own commands among it. */
  readonly commands: readonly TextCommand[];
  /** Is told of what the board said, before it is printed. */
  readonly observer: Observer;
  /** The name to take on connecting, instead of being asked for it. */
  readonly user: string | undefined;
  /** The password of that name, instead of being asked for it. */
  readonly password: string | undefined;
  /** Whether and how connections are encrypted. */
  readonly tls: Address['tls'];
  /** Asks for a secret, out of sight. @throws BoardError `PASSWORD_REQUIRED` where it cannot */
  readonly ask: (prompt: string) => Promise<string>;
  /** Called when the connection has gone, after it was told of. */
  readonly lost: () => void;
}

/**
 * What one person does on a board, line by line: connecting, taking a name, the text commands. The
 * name that was taken last is tried first on the next connection.
 */
export class Session implements TextContext {
  private readonly leaving = new AbortController();
  private readonly reporter: Reporter;
  private connection: Connection | undefined;
  /** The board that was last connected to, or tried. */
  private address: Address | undefined;
  private wanted: string | undefined;
  private name: string | undefined;
  private passwordTried = false;

  constructor(private readonly options: SessionOptions) {
    this.reporter = new Reporter(options.output, this.leaving.signal, options.style);
    this.wanted = options.user;
  }

  /** Whether the next line is to be a name. */
  get needsName(): boolean {
    return this.connection !== undefined && this.name === undefined;
  }

  /** Whether there is a board to send commands to, under a name. */
  get ready(): boolean {
    return this.connection !== undefined && this.name !== undefined;
  }

  /** The board that one is connected to. */
  get board(): Address | undefined {
    return this.connection && this.address;
  }

  /** Whether the person has left, or asked to. */
  get left(): boolean {
    return this.leaving.signal.aborted;
  }

  /** Without a connection any name does for the shell: `call` then says what is missing. */
  get user(): string | undefined {
    return this.connection ? this.name : '';
  }

  readonly call: Call = async (method, params) => {
    if (!this.connection) {
      throw new ConnectionError('You are not connected. Type %connect <address> <port>.');
    }
    const result = await this.connection.call(method, params);
    this.options.observer.called(method, params, result);
    return result;
  };

  get style(): Style {
    return this.options.style;
  }

  get commands(): readonly TextCommand[] {
    return this.options.commands;
  }

  get ask(): (prompt: string) => Promise<string> {
    return this.options.ask;
  }

  exit(): void {
    this.leaving.abort();
  }

  connect(address: string, port: string): Promise<string> {
    return this.moveTo({ host: address, port: parsePort(port) });
  }

  /** Connects to `address` as `%connect` does; false if that, or taking the name, failed. */
  start(address: Address): Promise<boolean> {
    return this.reporter.show(this.moveTo(address));
  }

  /** Runs one line: a name where one is asked for, or a command. False if it failed. */
  async run(line: string): Promise<boolean> {
    const text = line.trimStart();
    if (this.needsName && !text.startsWith('%')) return this.reporter.show(this.login(text.trim()));
    if (text === '') return true;
    return this.reporter.showAll(runTextLine(this.completed(text), this));
  }

  /** Takes leave of the server, if there is one, and ends what is under way. */
  async leave(): Promise<void> {
    this.leaving.abort();
    const { connection } = this;
    this.connection = undefined;
    if (connection) await sayGoodbye(connection);
  }

  /** A bare `%connect` means the board that was last connected to. */
  private completed(line: string): string {
    const { address } = this;
    if (!address || !/^%connect[ \t]*$/i.test(line)) return line;
    return `%connect ${address.host} ${address.port}`;
  }

  /** Lets go of the old connection only when the new one stands. */
  private async moveTo(address: Address): Promise<string> {
    this.address = address;
    const { tls } = this.options;
    const connection = await Connection.open({ ...address, tls }, this.leaving.signal);
    const { connection: before } = this;
    this.connection = connection;
    this.name = undefined;
    this.passwordTried = false;
    connection.on('notice', (notice) => this.tell(notice));
    connection.on('closed', (reason) => this.lose(address, reason));
    // It may be the same board, where the name is free only then.
    if (before) await sayGoodbye(before);
    this.reporter.print(info(`Connected to ${formatAddress(address)}.`, this.style));
    return this.wanted === undefined ? '' : this.login(this.wanted);
  }

  private async login(name: string): Promise<string> {
    const { call } = this;
    const login = await takeName(name, { call, ask: (prompt) => this.answer(name, prompt) });
    this.name = login.user;
    this.wanted = login.user;
    return renderWelcome(login, this.style, readingHint(login));
  }

  /** The password that was given stands for one question, in case it is the wrong one. */
  private async answer(name: string, prompt: string): Promise<string> {
    const { user, password } = this.options;
    if (password === undefined || name !== user || this.passwordTried) return this.ask(prompt);
    this.passwordTried = true;
    return password;
  }

  private lose(address: Address, reason: string): void {
    this.connection = undefined;
    this.name = undefined;
    const what = `The connection to ${formatAddress(address)} was lost: ${cleanLine(reason)}`;
    this.reporter.complain(info(`${what} Type %connect to connect again.`, this.style));
    this.options.lost();
  }

  private tell(notice: Notice): void {
    this.options.observer.noticed(notice);
    const text = renderNotice(notice, this.style);
    if (text !== null) this.reporter.print(text);
  }
}

function readingHint({ memberships }: Result<'session.login'>): string {
  const reading = memberships.some(({ unread }) => unread > 0)
    ? 'Type %next to read the oldest of them'
    : 'Type %list or %grouplist <group> to see what was posted';
  return `${reading}, %help for every command.`;
}

/** Logs out if the server still listens, so that the name is free at once. */
async function sayGoodbye(connection: Connection): Promise<void> {
  connection.removeAllListeners();
  const bye = connection.call('session.logout', {}).catch(() => undefined);
  await Promise.race([bye, setTimeout(logoutPatience, undefined, { ref: false })]);
  connection.close();
}
