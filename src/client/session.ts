import { setTimeout } from 'node:timers/promises';
import { cleanLine, cleanText } from '../protocol/clean.ts';
import { BoardError } from '../protocol/errors.ts';
import type { Call, Notice } from '../protocol/schemas.ts';
import type { TextContext } from '../protocol/text/command.ts';
import { info, renderError, renderNotice, renderWelcome } from '../protocol/text/render.ts';
import { runTextLine } from '../protocol/text/shell.ts';
import { type Address, formatAddress, parsePort } from './address.ts';
import { Connection } from './connection.ts';
import { ConnectionError } from './failure.ts';

// How long a server may take to answer that one leaves, in milliseconds.
const logoutPatience = 1000;

/** Where a session prints: whole lines, cleaned for the terminal. */
export interface Output {
  /** Replies, refused commands and notices, as the text protocol prints them. */
  print(text: string): void;
  /** What went wrong between here and the server. */
  complain(text: string): void;
}

export interface SessionOptions {
  readonly output: Output;
  /** The name to take on connecting, instead of being asked for it. */
  readonly user: string | undefined;
  /** Called when the connection has gone, after it was told of. */
  readonly lost: () => void;
}

/**
 * What one person does on a board, line by line: connecting, taking a name, the text commands. The
 * name that was taken is taken again on the next connection; one that was refused is forgotten.
 */
export class Session implements TextContext {
  private readonly leaving = new AbortController();
  private connection: Connection | undefined;
  private address: Address | undefined;
  private wanted: string | undefined;
  private name: string | undefined;

  constructor(private readonly options: SessionOptions) {
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

  /** Whether the user has asked to leave. */
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
    return this.connection.call(method, params);
  };

  exit(): void {
    this.leaving.abort();
  }

  connect(address: string, port: string): Promise<string> {
    return this.moveTo({ host: address, port: parsePort(port) });
  }

  /** Connects to `address` as `%connect` does; false if that, or taking the name, failed. */
  start(address: Address): Promise<boolean> {
    return this.attempt(() => this.show(this.moveTo(address)));
  }

  /** Runs one line: a name where one is asked for, or a command. False if it failed. */
  async run(line: string): Promise<boolean> {
    const text = line.trimStart();
    if (this.needsName && !text.startsWith('%')) {
      return this.attempt(() => this.show(this.login(text.trim())));
    }
    if (text === '') return true;
    return this.attempt(() => this.showAll(runTextLine(this.completed(text), this)));
  }

  /** Takes leave of the server, if there is one, and ends what is under way. */
  async leave(): Promise<void> {
    this.leaving.abort();
    await this.disconnect();
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
    const connection = await Connection.open(address, this.leaving.signal);
    await this.disconnect();
    this.connection = connection;
    connection.on('notice', (notice) => this.tell(notice));
    connection.on('closed', (reason) => this.lose(address, reason));
    this.print(info(`Connected to ${formatAddress(address)}.`));
    return this.wanted === undefined ? '' : this.login(this.wanted);
  }

  private async login(name: string): Promise<string> {
    try {
      const login = await this.call('session.login', { user: name });
      this.name = login.user;
      this.wanted = login.user;
      return renderWelcome(login);
    } catch (error) {
      if (error instanceof BoardError) this.wanted = undefined;
      throw error;
    }
  }

  private async disconnect(): Promise<void> {
    const { connection } = this;
    this.connection = undefined;
    this.name = undefined;
    if (!connection) return;
    connection.removeAllListeners();
    const bye = connection.call('session.logout', {}).catch(() => undefined);
    await Promise.race([bye, setTimeout(logoutPatience, undefined, { ref: false })]);
    connection.close();
  }

  private lose(address: Address, reason: string): void {
    this.connection = undefined;
    this.name = undefined;
    this.complain(
      info(
        `The connection to ${formatAddress(address)} was lost: ${cleanLine(reason)} ` +
          'Type %connect to connect again.',
      ),
    );
    this.options.lost();
  }

  private tell(notice: Notice): void {
    const text = renderNotice(notice);
    if (text !== null) this.print(text);
  }

  private async show(text: Promise<string>): Promise<true> {
    this.print(await text);
    return true;
  }

  /** Prints what a command yields, and returns whether it was done. */
  private async showAll(pieces: AsyncGenerator<string, boolean>): Promise<boolean> {
    for (;;) {
      const { done, value } = await pieces.next();
      if (done) return value;
      this.print(value);
    }
  }

  /** Tells of the failures that are expected; false if there was one. */
  private async attempt(action: () => Promise<boolean>): Promise<boolean> {
    try {
      return await action();
    } catch (error) {
      if (error instanceof BoardError) this.print(renderError(error));
      else if (error instanceof ConnectionError) this.fail(error);
      else throw error;
      return false;
    }
  }

  /** Who leaves does not wait for answers, and is not told that they are missing. */
  private fail(error: ConnectionError): void {
    if (!this.left) this.complain(`[ERROR] ${cleanLine(error.message)}\n`);
  }

  private print(text: string): void {
    this.options.output.print(cleanText(text));
  }

  private complain(text: string): void {
    this.options.output.complain(cleanText(text));
  }
}
