import type { Duplex } from 'node:stream';
import { isLoopback, networkOf } from '../../board/addresses.ts';
import type { User } from '../../board/types.ts';
import type { Announcement } from '../../core/announcement.ts';
import type { Core } from '../../core/core.ts';
import type { Costs } from '../../core/costs.ts';
import type { Dialect, Framing, Replies, Requests } from '../../core/dialect.ts';
import type { RequestQueue } from '../../core/request-queue.ts';
import {
  type ClosingNotice,
  closingNotice,
  type Load,
  type Outlet,
  type Session,
} from '../../core/session.ts';
import type { Holder } from '../../core/waiting-bytes.ts';
import type { Wire } from '../../core/wire.ts';
import type { Ending } from '../../metrics/counts.ts';
import { boardError } from '../../protocol/errors.ts';
import type { Line } from '../../protocol/framing.ts';
import { limits } from '../../protocol/limits.ts';
import type { DialectChoice } from '../dialects/by-first-bytes.ts';
import { type Cause, causes, closeSoon, closeWhenRead, type State } from './ending.ts';
import { listenTo, type StreamListener } from './listener.ts';
import { Parts, type PartsOwner } from './parts.ts';
import type { Working, WorkingConnections } from './resting.ts';

// Milliseconds until a connection whose time to log in ran out during a login is checked again.
const loginRetry = 1000;

/** The options that all connections of a door share. */
export interface ConnectionOptions {
  readonly core: Core;
  /** The name of the door. */
  readonly door: string;
  readonly choice: DialectChoice;
  /** Whether a pause ends a line, for people's clients that send no line endings. */
  readonly unframedClients: boolean;
  /** Each connection adds itself when it makes its parts. */
  readonly working: WorkingConnections;
  /** Called once for each connection, when its stream is closed. */
  readonly closed: (connection: Connection) => void;
}

/**
 * One stream: bytes in, cut into lines and handed to a dialect; replies and notices out. What it needs for that it has only
 * while it works: see `Parts`.
 */
export class Connection implements Outlet, Replies, PartsOwner, Holder, StreamListener, Working {
  readonly session: Session;
  /** The network whose limits count this connection; undefined if it is exempt. */
  readonly network: string | undefined;
  held = 0;
  readonly stream: Duplex;
  private readonly left: Wire['left'];
  private currentParts: Parts | undefined;
  private dialect: Dialect;
  /** Whether the first bytes have shown the dialect. */
  private isOpened = false;
  /** Made with the first line; a dialect that keeps nothing between requests drops it when the connection is idle. */
  private receiver: Requests | undefined;
  private state: State = 'open';
  /** Why it is draining. */
  private cause: Cause | undefined;
  private loginTimer: NodeJS.Timeout | undefined;

  constructor(
    { stream, address, secure, vouched, first, left }: Wire,
    readonly options: ConnectionOptions,
  ) {
    const { core, door, choice } = options;
    this.stream = stream;
    this.left = left;
    // A program whose first bytes have come needs no greeting: it would be a write more for each of thousands that come back at once.
    this.dialect = (first && choice.choose(first)) ?? choice.dialects[0];
    this.session = core.begin({ address, secure, vouched }, door, this);
    this.network = isLoopback(address) ? undefined : networkOf(address);
    this.loginTimer = this.loginExpiresIn(core.limits.loginTime);
    listenTo(stream, this);
    this.say(this.dialect.greeting(core.info));
  }

  get encoding(): Dialect {
    return this.dialect;
  }

  get framing(): Framing | undefined {
    return this.isOpened ? this.dialect : undefined;
  }

  get costs(): Costs {
    return this.parts.costs;
  }

  get requests(): RequestQueue {
    return this.parts.requests;
  }

  get load(): Load {
    const { unsentBytes = 0, requestsWaiting = 0 } = this.currentParts ?? {};
    return { unsentBytes, requestsWaiting };
  }

  get congested(): boolean {
    return this.parts.outbox.congested;
  }

  /** Whether no further line may be read. A connection without a login has only one request at a time. */
  get full(): boolean {
    const { requests, session, receiver, options } = this;
    if (receiver?.asks) return false;
    if (!session.login) return !requests.idle;
    return (
      requests.length >= options.core.limits.waitingRequests ||
      requests.bytes >= limits.requestBytes
    );
  }

  entered(user: User): void {
    const { costs, input, outbox } = this.parts;
    costs.enter(user.id);
    input.enter();
    outbox.enter(limits.replyBacklog);
    clearTimeout(this.loginTimer);
    // Drop a timer that has fired, to save memory for idle members.
    this.loginTimer = undefined;
  }

  charge(milliseconds: number, writes: number): void {
    // What the end of the session costs is not charged to a connection that was idle: its allowances are given back.
    const costs = this.isOver ? this.currentParts?.costsNow : this.costs;
    costs?.pay(milliseconds, writes);
  }

  say(...chunks: (string | Buffer)[]): void {
    if (!this.stream.writable) return;
    for (const { length } of chunks) this.costs.bytes(length);
    this.parts.outbox.reply(...chunks);
  }

  readOn(): void {
    this.currentParts?.inputNow?.resume();
  }

  /** A session that is over gets the notices that were pending, until its stream ends. */
  notify(announcement: Announcement): void {
    if (!this.stream.writable) return;
    const chunk = announcement.in(this.dialect);
    if (chunk.length > 0) this.parts.outbox.push(chunk, announcement.holders);
  }

  /** Called if this connection holds the most when too many bytes wait. The peer gets a notice if it may still read. */
  evict(): void {
    this.overflowed();
    if (this.load.unsentBytes > limits.replyBacklog) this.stream.destroy();
  }

  heldChanged(): void {
    // Once the session is over, the remaining bytes are written or dropped within a second.
    const held = this.isOver ? 0 : (this.currentParts?.held ?? 0);
    if (held !== this.held) this.options.core.waitingBytes.update(this, held);
  }

  async ready(): Promise<boolean> {
    await this.currentParts?.outboxNow?.ready();
    return !this.isOver && !this.stream.destroyed;
  }

  stop(): void {
    this.drain(causes.left);
    this.currentParts?.requestsNow?.clear();
  }

  close(notice: ClosingNotice): void {
    if (this.isOver) closeSoon(this.stream);
    else this.end(causes.closed(notice));
  }

  /** Reads no more, answers the requests that it has accepted, then sends `notice` and closes. */
  retire(notice: ClosingNotice): void {
    this.drain(causes.retired(notice));
    this.settle();
  }

  overflowed(): void {
    this.session.close('TOO_SLOW', boardError('TOO_SLOW').message);
  }

  drained(): void {
    if (this.load.requestsWaiting > 0) this.requests.pump();
  }

  receive(line: Line, bytes: number): void {
    this.receiver ??= this.dialect.start(this.options.core.context(this.session, this), this);
    this.receiver.receive(line, bytes);
  }

  open(bytes: Buffer): Framing | undefined {
    const dialect = this.options.choice.choose(bytes);
    if (!dialect) return undefined;
    // The greeting in the other dialect has no line ending: the first line of this one starts on its own.
    if (dialect !== this.dialect) this.say('\n');
    this.dialect = dialect;
    this.isOpened = true;
    return dialect;
  }

  endOfInput(): void {
    this.drain(causes.ended);
    this.settle();
  }

  /** Called whenever no request is waiting or under way. */
  settle(): void {
    this.heldChanged();
    const { requestsNow, inputNow } = this.currentParts ?? {};
    if (this.isOver || requestsNow?.idle === false) return;
    if (this.cause) this.end(this.cause);
    else inputNow?.resume();
  }

  rest(): boolean {
    // A connection that ends keeps its parts.
    if (this.state !== 'open') return true;
    if (this.currentParts && !this.currentParts.rest()) return false;
    this.currentParts = undefined;
    if (this.receiver?.isIdle) this.receiver = undefined;
    return true;
  }

  streamData(chunk: Buffer): void {
    this.parts.input.data(chunk);
  }

  streamEnded(): void {
    const input = this.currentParts?.inputNow;
    if (input) input.end();
    else this.endOfInput();
  }

  streamDrained(): void {
    this.currentParts?.outboxNow?.drain();
  }

  streamFailed(error: Error): void {
    this.session.log('debug', { err: error }, 'socket failed');
  }

  streamClosed(): void {
    this.currentParts?.close();
    if (!this.isOver) {
      const failed = this.stream.errored !== null;
      this.endSession('closed', failed ? 'lost' : 'ended');
    }
    this.state = 'closed';
    this.options.core.closed(this.session);
    this.left?.(this.stream, this.session.address);
    this.options.closed(this);
  }

  private get parts(): Parts {
    if (!this.currentParts) {
      this.currentParts = new Parts(this);
      this.options.working.add(this);
    }
    return this.currentParts;
  }

  /** Whether its session is over. */
  private get isOver(): boolean {
    return this.state === 'ending' || this.state === 'closed';
  }

  private drain(cause: Cause): void {
    if (this.isOver) return;
    if (!this.cause || cause.rank > this.cause.rank) this.cause = cause;
    this.state = 'draining';
    this.stopReading();
    this.receiver?.end();
  }

  private end({ ending, notice }: Cause): void {
    if (this.isOver) return;
    this.endSession('ending', ending, notice?.params.reason);
    this.endOutput(notice ? this.dialect.notice(notice) : '');
    closeWhenRead(this.stream);
    if (notice) closeSoon(this.stream);
  }

  private stopReading(): void {
    const input = this.currentParts?.inputNow;
    if (input) input.stop();
    else this.stream.pause();
  }

  /** Writes `last` after all that waits, and ends the stream. */
  private endOutput(last: string): void {
    const outbox = this.currentParts?.outboxNow;
    if (outbox) outbox.end(last);
    else if (last === '') this.stream.end();
    else this.stream.end(last);
  }

  private endSession(state: State, ending: Ending, reason?: string): void {
    this.state = state;
    clearTimeout(this.loginTimer);
    this.stopReading();
    this.currentParts?.requestsNow?.clear();
    this.receiver?.end();
    this.heldChanged();
    this.currentParts?.costsNow?.leave();
    this.options.core.ended(this.session, ending, reason);
  }

  private loginExpiresIn(milliseconds: number): NodeJS.Timeout {
    return setTimeout(() => this.loginExpired(milliseconds), milliseconds);
  }

  private loginExpired(after: number): void {
    // A login may wait for the passwords of others to be checked; the peer must not lose its connection for that.
    if (this.session.loggingIn) {
      this.loginTimer = setTimeout(() => this.loginExpired(after), loginRetry);
      return;
    }
    const { message } = boardError('LOGIN_TIMEOUT', Math.ceil(after / 1000));
    this.close(closingNotice('LOGIN_TIMEOUT', message));
  }
}
