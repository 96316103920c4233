import { BoardClient } from '../client/board-client.ts';
import { Connection } from '../client/connection.ts';
import { Credentials } from '../client/credentials.ts';
import { ConnectionError } from '../client/failure.ts';
import { sayGoodbye } from '../client/goodbye.ts';
import { patientCall } from '../client/put-off.ts';
import { type Address, addressOf, formatAddress, parsePort } from '../protocol/address.ts';
import { cleanLine } from '../protocol/clean.ts';
import { type BoardError, boardError } from '../protocol/errors.ts';
import { limits } from '../protocol/limits.ts';
import type { Call, Notice } from '../protocol/schemas.ts';
import type {
  AskSecret,
  TextCommand,
  TextContext,
  UnreadMessages,
} from '../protocol/text/command.ts';
import { RecentSecret, repeatedSecret } from '../protocol/text/recent-secret.ts';
import { info, renderNotice, renderWelcome } from '../protocol/text/render.ts';
import { runTextLine } from '../protocol/text/shell.ts';
import type { Style } from '../protocol/text/style.ts';
import type { Observer } from './observer.ts';
import { type Output, Reporter } from './reporter.ts';

const notConnected = 'You are not connected. Type %connect <address>.';

export interface SessionOptions {
  readonly output: Output;
  readonly style: Style;
  /** What can be typed here, the board's own commands among it. */
  readonly commands: readonly TextCommand[];
  /** Is told of what the board said, before it is printed, and knows what is unread. */
  readonly unread: Observer & UnreadMessages;
  readonly writing: Writing;
  /** The name to take on connecting, instead of being asked for it. */
  readonly user: string | undefined;
  /** The password of that name, instead of being asked for it. */
  readonly password: string | undefined;
  /** Whether and how connections are encrypted. */
  readonly tls: Address['tls'];
  /** How long a call is sent again that the board refuses for the moment, in milliseconds. */
  readonly refused: number;
  /** Asks for a secret, out of sight. @throws as `AskSecret` does */
  readonly ask: AskSecret;
  /** Asks a person to confirm what cannot be undone, if there is a person. */
  readonly confirm?: (question: string) => Promise<boolean>;
  /** What prints the pieces of one command, if not all at once: false if the reader wants no more. */
  readonly paged?: () => (piece: string) => Promise<boolean>;
  /** Called when there is no session any more, nor one that comes back, after it was told of. */
  readonly lost: () => void;
  /** Called when the connection has gone, to come back, and when it is back. */
  readonly moved?: () => void;
}

/** How someone writes a text of several lines here. */
interface Writing {
  /** The next line of it, as `TextContext.textLine` gives it. */
  line(): Promise<string | BoardError | undefined>;
  /** How it is given up, as the end of a sentence. */
  readonly givingUp: string;
  /** Is given what is written and not posted yet; undefined for nothing. */
  started?(lines: readonly string[] | undefined): void;
  /** Keeps a text that was not posted. @returns what a person is told of it */
  keep?(text: string): string;
}

/**
 * What one person does on a board, line by line: connecting, taking a name, the text commands. The
 * name that was taken last is tried first on the next connection.
 */
export class Session implements TextContext {
  private readonly leaving = new AbortController();
  /** Whether the command under way leaves, once it has printed what it prints. */
  private exiting = false;
  private readonly reporter: Reporter;
  /** A connection on which no name was taken yet. */
  private connection: Connection | undefined;
  /** Once a name was taken: it comes back by itself when its connection goes. */
  private client: BoardClient | undefined;
  /** Calls that are not answered yet. */
  private waiting = 0;
  /** Gives the prompt back, while a command waits for the connection to come back. */
  private release: (() => void) | undefined;
  /** The board that was last connected to, or tried. */
  private address: Address | undefined;
  /** The board that `connection` or `client` belongs to. */
  board: Address | undefined;
  private readonly secret = new RecentSecret();
  private wanted: string | undefined;
  private passwordGiven = false;

  constructor(private readonly options: SessionOptions) {
    this.reporter = new Reporter(options.output, this.leaving.signal, options.style);
    this.wanted = options.user;
  }

  /** Whether the next line is to be a name. */
  get needsName(): boolean {
    return this.connection !== undefined;
  }

  /** Whether there is a board to send commands to, under a name, if only once it is back. */
  get ready(): boolean {
    return this.client !== undefined;
  }

  /** Whether the board can be reached just now. */
  get connected(): boolean {
    return this.client?.connected ?? this.connection !== undefined;
  }

  /** Whether the person has left, or asked to. */
  get left(): boolean {
    return this.exiting || this.leaving.signal.aborted;
  }

  /** Without a connection any name does for the shell: `call` then says what is missing. */
  get user(): string | undefined {
    return this.connection ? undefined : (this.client?.user ?? '');
  }

  readonly call: Call = async (method, params) => {
    const board = this.client ?? this.connection;
    if (!board) throw new ConnectionError(notConnected);
    this.secret.asked(params);
    this.waiting++;
    try {
      const answer = board.call(method, params);
      this.giveWay();
      const result = await answer;
      this.options.unread.called(method, params, result);
      return result;
    } finally {
      this.waiting--;
    }
  };

  get style(): Style {
    return this.options.style;
  }

  /** Over a connection that counts requests, a long list goes in the largest pages. */
  readonly listPiece = limits.listMost;

  get commands(): readonly TextCommand[] {
    return this.options.commands;
  }

  get unread(): UnreadMessages {
    return this.options.unread;
  }

  get givingUp(): string {
    return this.options.writing.givingUp;
  }

  // It is the user's own memory, and a text that is too long for the board can still be kept.
  readonly draftBytes = Number.POSITIVE_INFINITY;

  readonly ask: AskSecret = (prompt, chosen) =>
    this.attended(() => this.options.ask(prompt, chosen));

  readonly textLine = () => this.attended(() => this.options.writing.line());

  get confirm(): ((question: string) => Promise<boolean>) | undefined {
    const { confirm } = this.options;
    return confirm && ((question) => this.attended(() => confirm(question)));
  }

  writing(lines: readonly string[] | undefined): void {
    this.options.writing.started?.(lines);
  }

  /** Also after the person has left: a post may have waited for the connection until then. */
  keep(text: string): void {
    const kept = this.options.writing.keep?.(text);
    if (kept !== undefined) this.options.output.print(info(kept, this.style));
  }

  /** Whether a line holds a password, though it is no answer to a question for one. */
  isSecret(line: string): boolean {
    return this.secret.repeats(line);
  }

  private readonly printed = async (piece: string): Promise<boolean> => {
    this.options.output.print(piece);
    return true;
  };

  /** The prompt is not given back while a person answers something else. */
  private async attended<T>(question: () => Promise<T>): Promise<T> {
    const { release } = this;
    this.release = undefined;
    try {
      return await question();
    } finally {
      this.release = release;
    }
  }

  async exit(): Promise<void> {
    // One that was sent before the connection went may have been done.
    if (!this.left && this.waiting > 0 && !this.connected)
      this.reporter.print(info('What waited for the connection was given up.', this.style));
    this.exiting = true;
  }

  async connect(address: string, port: string | undefined): Promise<string> {
    return this.moveTo(addressOf(address, port === undefined ? undefined : parsePort(port)));
  }

  /** Connects to `address` as `%connect` does; false if that, or taking the name, failed. */
  start(address: Address): Promise<boolean> {
    return this.reporter.show(this.moveTo(address));
  }

  /** Runs one line: a name where one is asked for, or a command. False if it failed. */
  async run(line: string): Promise<boolean> {
    const text = line.trimStart();
    if (text !== '') {
      if (this.secret.repeats(text)) {
        this.reporter.print(info(repeatedSecret, this.style));
        return true;
      }
      this.secret.forget();
    }
    if (this.needsName && !text.startsWith('%')) return this.reporter.show(this.login(text.trim()));
    if (text === '') return true;
    const print = this.options.paged?.() ?? this.printed;
    return this.reporter.showAll(runTextLine(this.completed(text), this), (piece) =>
      this.attended(() => print(piece)),
    );
  }

  /**
   * Runs one line like `run`, but is done with it when it has to wait for the connection to come
   * back: what comes of it is then printed when it comes.
   */
  async type(line: string): Promise<void> {
    const waits = new Promise<boolean>((resolve) => {
      this.release = () => resolve(true);
    });
    if (await Promise.race([waits, this.run(line).then(() => false)])) {
      this.reporter.print(info('This is done once the connection is back.', this.style));
    }
    this.release = undefined;
  }

  /** Takes leave of the server, if there is one, and ends what is under way. */
  async leave(): Promise<void> {
    await this.exit();
    this.leaving.abort();
    await this.letGo();
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
    // It may be the same board, where the name is free only then.
    await this.letGo();
    this.connection = connection;
    this.board = address;
    connection.on('closed', (reason) => this.end(reason));
    if (connection.lost) this.end(connection.lost.reason);
    this.reporter.print(info(`Connected to ${formatAddress(address)}.`, this.style));
    return this.wanted === undefined ? '' : this.login(this.wanted);
  }

  private async login(name: string): Promise<string> {
    const { connection, board } = this;
    if (!connection || !board) throw new ConnectionError(notConnected);
    // Nobody is asked for a password in the middle of something else.
    const password: AskSecret = async (prompt, chosen) => {
      if (this.connection !== connection) throw boardError('PASSWORD_REQUIRED');
      return this.answer(name, prompt, chosen);
    };
    const credentials = new Credentials({ user: name, password });
    const { refused } = this.options;
    const call = patientCall(this.call, refused, this.leaving.signal);
    const session = await credentials.login(call);
    connection.removeAllListeners();
    this.connection = undefined;
    this.wanted = session.user;
    const address = { ...board, tls: this.options.tls };
    const timing = { refused };
    this.follow(new BoardClient({ connection, session }, { address, credentials, timing }));
    return renderWelcome(session, this.style);
  }

  /** The password that came with the name answers once: it may be wrong, and the next board another. */
  private async answer(name: string, prompt: string, chosen?: boolean): Promise<string> {
    const { user, password } = this.options;
    if (password === undefined || name !== user || this.passwordGiven)
      return this.ask(prompt, chosen);
    this.passwordGiven = true;
    return password;
  }

  private follow(client: BoardClient): void {
    this.client = client;
    client.on('notice', (notice) => this.tell(notice));
    client.on('lost', ({ reason }) => {
      this.complain(`${this.loss(reason)} Trying to connect again.`);
      this.giveWay();
      this.options.moved?.();
    });
    client.on('putOff', ({ error }) => {
      // Being told to slow down is nothing to be told of.
      if (error.code !== 'RATE_LIMITED') this.complain(`${error.message} Trying again.`);
    });
    client.on('resumed', () => {
      this.options.unread.resumed();
      this.complain('Connected again.');
      this.options.moved?.();
    });
    client.on('ended', (error) => this.end(error.message));
  }

  /** There is no session any more, and none comes back by itself. */
  private end(reason: string): void {
    this.connection = undefined;
    this.client = undefined;
    this.complain(`${this.loss(reason)} Type %connect to connect again.`);
    this.options.lost();
  }

  private complain(text: string): void {
    this.reporter.complain(info(text, this.style));
  }

  private loss(reason: string): string {
    const where = this.board ? ` to ${formatAddress(this.board)}` : '';
    return `The connection${where} was lost: ${cleanLine(reason)}`;
  }

  /** Whoever waits for a command that waits for the connection has something better to do. */
  private giveWay(): void {
    if (this.waiting > 0 && this.client?.connected === false) this.release?.();
  }

  private async letGo(): Promise<void> {
    const { client, connection } = this;
    this.client = undefined;
    this.connection = undefined;
    client?.removeAllListeners();
    await client?.close();
    if (connection) await sayGoodbye(connection);
  }

  private tell(notice: Notice): void {
    this.options.unread.noticed(notice);
    const text = renderNotice(notice, this.style);
    if (text !== null) this.reporter.print(text);
  }
}
