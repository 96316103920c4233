import { ConnectionError } from '../client/failure.ts';
import { type Address, addressOf, formatAddress, parsePort } from '../protocol/address.ts';
import { defaultPort, limits } from '../protocol/limits.ts';
import type { Call, Result } from '../protocol/schemas.ts';
import type { AskSecret, TextCommand, TextContext } from '../protocol/text/command.ts';
import { mayHoldPassword } from '../protocol/text/password-line.ts';
import { PastedPrivateKey } from '../protocol/text/pasted-private-key.ts';
import { isCommand, type Place } from '../protocol/text/place.ts';
import { Reading } from '../protocol/text/reading.ts';
import { RecentSecret, repeatedSecret } from '../protocol/text/recent-secret.ts';
import { error, info, renderError, renderWelcome } from '../protocol/text/render.ts';
import { runTextLine } from '../protocol/text/shell.ts';
import type { Style } from '../protocol/text/style.ts';
import { Announcer } from './announcer.ts';
import { Boarding, notConnected } from './boarding.ts';
import type { ConversationOptions, Opened } from './conversation-options.ts';
import { LateLines, runsAtOnce } from './late-lines.ts';
import { PlaceCount } from './place-count.ts';
import { PostingConsent } from './posting-consent.ts';
import { Reporter } from './reporter.ts';
import { WaitingCommand } from './waiting-command.ts';

const goes = /^[%/]go(?![^ \t])/i;
const waits = 'This is done once the connection is back.';

/** Runs the lines of one user on boards: connecting, choosing a name, text commands. */
export class Conversation implements TextContext {
  private readonly leaving = new AbortController();
  /** Whether the command under way is one that leaves; it still prints its last line. */
  private exiting = false;
  private readonly reporter: Reporter;
  private readonly boarding: Boarding;
  private readonly command = new WaitingCommand();
  private readonly late = new LateLines();
  private readonly secret = new RecentSecret();
  private readonly privateKey = new PastedPrivateKey();
  /** Of the present session, whatever happens to its connection. */
  private read = new Reading();
  private here: Place | undefined;
  private readonly consent: PostingConsent;
  private readonly announcer: Announcer;
  private readonly count: PlaceCount;

  constructor(private readonly options: ConversationOptions) {
    this.reporter = new Reporter(options.output, this.leaving.signal, options.style);
    this.consent = new PostingConsent({
      style: options.style,
      mayHoldPassword: (line) => mayHoldPassword(line, options.commands),
    });
    const { user, password, tls, refused, lost, moved } = options;
    this.announcer = new Announcer({
      reporter: this.reporter,
      style: options.style,
      bell: options.bell ?? false,
      board: () => (options.connects === false ? undefined : this.board),
      again: options.connects === false ? '' : ' Type %connect to connect again.',
      away: () => {
        this.giveWay();
        moved?.();
      },
      back: () => {
        this.count.expectChange();
        moved?.();
      },
      ended: () => {
        this.giveUpLate();
        this.boarding.forget();
        lost();
      },
      reading: () => this.read,
      place: () => this.here,
      moved: (place) => {
        this.place = place;
        moved?.();
      },
      heard: (notice) => this.count.hear(notice),
      marked: () => this.count.expectChange(),
      gathers: options.gathers ?? false,
    });
    this.count = new PlaceCount({
      place: () => this.here,
      connected: () => moved !== undefined && this.ready && this.connected,
      ask: async (place) => {
        const { client } = this.boarding;
        return client ? this.read.unreadIn(client.call, place) : 0;
      },
      changed: () => moved?.(),
    });
    this.boarding = new Boarding({
      user,
      password,
      tls,
      refused,
      signal: this.leaving.signal,
      ask: (prompt, chosen) => this.ask(prompt, chosen),
      call: (method, params) => this.call(method, params),
      moving: () => this.giveUpLate(),
      reached: (address) => {
        this.reporter.print(info(`Connected to ${formatAddress(address)}.`, this.style));
      },
      follow: (client) => this.announcer.follow(client),
      ended: (reason) => this.announcer.end(reason),
    });
  }

  /** Whether the next line is to be a name. */
  get needsName(): boolean {
    return this.boarding.connection !== undefined;
  }

  /** Whether there is a session, even if its connection is lost at the moment. */
  get ready(): boolean {
    return this.boarding.client !== undefined;
  }

  /** Whether the board can be reached at the moment. */
  get connected(): boolean {
    return this.boarding.client?.connected ?? this.needsName;
  }

  /** The board that is connected, or was connected last. */
  get board(): Address | undefined {
    return this.boarding.board;
  }

  /** Whether the user has left, or asked to. */
  get left(): boolean {
    return this.exiting || this.leaving.signal.aborted;
  }

  /** Without a connection any name will do, so that commands run: `call` then says what is missing. */
  get user(): string | undefined {
    return this.needsName ? undefined : (this.boarding.client?.user ?? '');
  }

  readonly call: Call = async (method, params) => {
    const board = this.boarding.client ?? this.boarding.connection;
    if (!board) throw new ConnectionError(notConnected);
    this.secret.asked(params);
    const answer = this.command.counted(board.call(method, params));
    this.giveWay();
    const result = await answer;
    this.announcer.muted.learn({ method, result });
    if (method === 'group.edit') this.edited(result as Result<'group.edit'>);
    return result;
  };

  get style(): Style {
    return this.options.style;
  }

  /** The board counts requests, so a long list is asked for in the largest pages. */
  readonly listPiece = limits.listMost;

  get commands(): readonly TextCommand[] {
    return this.options.commands;
  }

  get reading(): Reading {
    return this.read;
  }

  /** It is not kept when the user connects to a board again, and when the client is started again. */
  get place(): Place | undefined {
    return this.here;
  }

  set place(place: Place | undefined) {
    // What was gathered elsewhere may be of the new place.
    this.announcer.flush();
    this.here = place;
  }

  /** The user has changed a group. */
  private edited({ group: name, groupId }: Result<'group.edit'>): void {
    if (this.here?.group === groupId) this.here = { ...this.here, name };
  }

  /** How many messages are unread in the group of the place, for the prompt. */
  get unread(): number {
    return this.count.unread;
  }

  /** Learns what is unread in the place, before the next prompt. */
  recount(): Promise<void> {
    return this.count.refresh();
  }

  /** Asks before the first line, and before one that may be a password. A script that is in a place went there itself. */
  get mayPost(): ((line: string, place: Place) => Promise<boolean>) | undefined {
    const { confirm } = this;
    return confirm && ((line, place) => this.consent.isMeant(line, place, confirm));
  }

  get givingUp(): string {
    return this.options.writing.givingUp;
  }

  // The memory is the user's own, and a text that is too long for the board can still be kept.
  readonly draftBytes = Number.POSITIVE_INFINITY;

  readonly ask: AskSecret = async (prompt, chosen) => {
    const check = (answer: string) => this.privateKey.refuse(answer);
    const answer = await this.command.attended(() => this.options.ask(prompt, chosen, check));
    check(answer);
    return answer;
  };

  readonly textLine = async () => {
    for (;;) {
      const line =
        this.late.take() ?? (await this.command.attended(() => this.options.writing.line()));
      const taken = typeof line === 'string' ? this.privateKey.take(line) : undefined;
      if (taken !== 'dropped') return taken ?? line;
    }
  };

  get confirm(): ((question: string) => Promise<boolean>) | undefined {
    const { confirm } = this.options;
    return confirm && ((question) => this.command.attended(() => confirm(question)));
  }

  writing(lines: readonly string[] | undefined): void {
    this.options.writing.started?.(lines);
  }

  /** Also works after the user has left: a post may have waited for the connection until then. */
  keep(text: string): void {
    const kept = this.options.writing.keep?.(text);
    if (kept !== undefined) this.options.output.print(info(kept, this.style));
  }

  /** Whether a line holds a password although it does not answer a question for one, or belongs to a private key. */
  isSecret(line: string): boolean {
    return this.secret.repeats(line) || this.privateKey.has(line);
  }

  private readonly printed = async (piece: string): Promise<boolean> => {
    this.options.output.print(piece);
    return true;
  };

  async exit(): Promise<void> {
    // A call that was sent before the connection was lost may have been carried out.
    if (!this.left && this.command.isWaiting && !this.connected)
      this.reporter.print(info('What waited for the connection was given up.', this.style));
    this.giveUpLate();
    this.exiting = true;
  }

  async connect(address: string, port: string | undefined): Promise<string> {
    return this.moveTo(addressOf(address, port === undefined ? undefined : parsePort(port)));
  }

  /** Goes on with a session that is open already, and prints its welcome. */
  begin({ client, session, name }: Opened): void {
    this.boarding.hold(client, { host: name, port: defaultPort });
    this.startReading();
    this.reporter.print(renderWelcome(session, this.style));
  }

  /** Connects to `address` as `%connect` does. @returns false if that or the login failed */
  start(address: Address): Promise<boolean> {
    return this.reporter.show(this.moveTo(address));
  }

  /** Runs one line: a name if one is asked for, or a command. @returns false if it failed */
  async run(line: string): Promise<boolean> {
    const text = line.trimStart();
    const taken = this.privateKey.take(text);
    if (taken === 'dropped') return true;
    if (taken) {
      this.options.output.complain(renderError(taken, this.style));
      return false;
    }
    if (text !== '') {
      if (this.secret.repeats(text)) {
        this.reporter.print(info(repeatedSecret, this.style));
        return true;
      }
      this.secret.forget();
    }
    if (this.needsName && !isCommand(text)) return this.reporter.show(this.login(text.trim()));
    if (text === '') return true;
    const print = this.options.paged?.() ?? this.printed;
    const isDone = await this.reporter.showAll(runTextLine(this.completed(text), this), (piece) =>
      this.command.attended(() => print(piece)),
    );
    if (!isDone && goes.test(text)) this.consent.withdraw();
    return isDone;
  }

  /**
   * Runs one line like `run`, but returns as soon as the line has to wait for the connection. What it
   * prints is then printed later. The lines after it wait for it. An empty line is `%next`.
   */
  async type(line: string): Promise<void> {
    if (this.late.isBusy && !runsAtOnce(line)) {
      this.wait(line);
      return;
    }
    let running: Promise<unknown> = Promise.resolve();
    const run = () => {
      running = this.runTyped(line);
      return running;
    };
    if (await this.command.isDone(run)) return;
    this.reporter.print(info(waits, this.style));
    if (this.late.isBusy) return;
    const next = async (late: string) => this.left || (await this.runTyped(late));
    void this.late.runAfter(running, next, () => this.options.moved?.());
  }

  private runTyped(line: string): Promise<boolean> {
    // An empty line of a private key is not a command.
    const isNext = this.ready && line.trim() === '' && !this.privateKey.has(line);
    return this.run(isNext ? '%next' : line);
  }

  /** Keeps a line until the command before it has ended. */
  private wait(line: string): void {
    const isKept = this.late.add(line);
    if (!isKept)
      this.reporter.print(error('Too many lines wait. This one was left out.', this.style));
    else if (!this.connected) this.reporter.print(info(waits, this.style));
  }

  /** Lines that waited for the connection are not run, and are kept in a file. */
  private giveUpLate(): void {
    const privateKey = new PastedPrivateKey();
    const lines = this.late
      .giveUp()
      .filter((line) => !mayHoldPassword(line, this.commands) && !privateKey.take(line));
    if (lines.length > 0) this.keep(lines.join('\n'));
  }

  /** Ends the running command, logs out, and closes the connection. */
  async leave(): Promise<void> {
    await this.exit();
    this.announcer.flush();
    this.leaving.abort();
    await this.boarding.leave();
  }

  /** `%connect` without an address connects to the last board again. */
  private completed(line: string): string {
    const { lastTried } = this.boarding;
    if (!lastTried || !/^[%/]connect[ \t]*$/i.test(line)) return line;
    return `%connect ${formatAddress(lastTried)}`;
  }

  private async moveTo(address: Address): Promise<string> {
    const session = await this.boarding.connect(address);
    this.startReading();
    return session ? renderWelcome(session, this.style) : '';
  }

  private async login(name: string): Promise<string> {
    const session = await this.boarding.takeName(name);
    this.startReading();
    return renderWelcome(session, this.style);
  }

  private startReading(): void {
    this.read = new Reading();
    this.place = undefined;
  }

  /** Gives the prompt back if the command under way waits for the connection. */
  private giveWay(): void {
    if (this.boarding.client?.connected !== false) return;
    this.command.connectionIsLost();
    // A command that has waited before waits again.
    if (this.late.isBusy) this.options.moved?.();
  }
}
