import type { Duplex } from 'node:stream';
import { isLoopback, networkOf } from '../../board/addresses.ts';
import type { User } from '../../board/types.ts';
import type { Announcement } from '../../core/announcement.ts';
import type { Core } from '../../core/core.ts';
import type { Costs } from '../../core/costs.ts';
import type { Dialect, Framing, Replies, Requests } from '../../core/dialect.ts';
import { Rate } from '../../core/rate.ts';
import { RequestQueue, type RequestQueueOwner } from '../../core/request-queue.ts';
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
import { Input, type InputOwner } from './input.ts';
import { listenTo, type StreamListener } from './listener.ts';
import { Outbox, type OutboxOwner } from './outbox.ts';

// Milliseconds until a connection whose time to log in ran out during a login is checked again.
const loginRetry = 1000;

// Chunks of input that are read for each command that may run. A post of 256 KiB over TLS arrives in 16 chunks,
// and a line that is typed without line mode in one chunk for each key.
const readsPerCommand = 10;

/** The options that all connections of a door share. */
export interface ConnectionOptions {
  readonly core: Core;
  /** The name of the door. */
  readonly door: string;
  readonly choice: DialectChoice;
  /** Whether a pause ends a line, for people's clients that send no line endings. */
  readonly unframedClients: boolean;
  /** Called once for each connection, when its stream is closed. */
  readonly closed: (connection: Connection) => void;
}

/** One stream: bytes in, cut into lines and handed to a dialect; replies and notices out. */
export class Connection
  implements Outlet, Replies, InputOwner, OutboxOwner, RequestQueueOwner, Holder, StreamListener
{
  readonly session: Session;
  readonly requests: RequestQueue;
  readonly costs: Costs;
  /** The network whose limits count this connection; undefined if it is exempt. */
  readonly network: string | undefined;
  held = 0;
  private readonly stream: Duplex;
  private readonly input: Input;
  private readonly outbox: Outbox;
  private dialect: Dialect;
  private receiver: Requests | undefined;
  private state: State = 'open';
  /** Why it is draining. */
  private cause: Cause | undefined;
  private loginTimer: NodeJS.Timeout | undefined;

  constructor(
    { stream, address, secure, vouched }: Wire,
    private readonly options: ConnectionOptions,
  ) {
    const { core, door, choice, unframedClients } = options;
    this.stream = stream;
    this.dialect = choice.dialects[0];
    this.session = core.begin({ address, secure, vouched }, door, this);
    this.network = isLoopback(address) ? undefined : networkOf(address);
    this.costs = core.charges.connect(this.network);
    const { commandsPerSecond, commandBurst, outboxBytes, loginTime } = core.limits;
    const reads = new Rate(readsPerCommand * commandsPerSecond, 2 * commandBurst);
    this.input = new Input(stream, this.costs, reads, unframedClients, this);
    this.outbox = new Outbox(stream, outboxBytes, limits.strangerBacklog, this);
    this.requests = new RequestQueue(this);
    this.loginTimer = this.loginExpiresIn(loginTime);
    listenTo(stream, this);
    this.say(this.dialect.greeting(core.info));
  }

  get encoding(): Dialect {
    return this.dialect;
  }

  get load(): Load {
    return { unsentBytes: this.outbox.waiting, requestsWaiting: this.requests.length };
  }

  get congested(): boolean {
    return this.outbox.congested;
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
    this.costs.enter(user.id);
    this.input.enter();
    this.outbox.enter(limits.replyBacklog);
    clearTimeout(this.loginTimer);
    // Drop a timer that has fired, to save memory for idle members.
    this.loginTimer = undefined;
  }

  charge(milliseconds: number, writes: number): void {
    this.costs.pay(milliseconds, writes);
  }

  say(...chunks: (string | Buffer)[]): void {
    for (const { length } of chunks) this.costs.bytes(length);
    this.outbox.reply(...chunks);
  }

  readOn(): void {
    this.input.resume();
  }

  notify(announcement: Announcement): void {
    const chunk = announcement.in(this.dialect);
    if (chunk.length > 0) this.outbox.push(chunk, announcement.holders);
  }

  /** Called if this connection holds the most when too many bytes wait. The peer gets a notice if it may still read. */
  evict(): void {
    this.overflowed();
    if (this.outbox.waiting > limits.replyBacklog) this.stream.destroy();
  }

  heldChanged(): void {
    // Once the session is over, the remaining bytes are written or dropped within a second.
    const held = this.isOver ? 0 : this.input.held + this.requests.bytes + this.outbox.held;
    if (held !== this.held) this.options.core.waitingBytes.update(this, held);
  }

  async ready(): Promise<boolean> {
    await this.outbox.ready();
    return !this.isOver && !this.stream.destroyed;
  }

  stop(): void {
    this.drain(causes.left);
    this.requests.clear();
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
    if (this.requests.length > 0) this.requests.pump();
  }

  receive(line: Line, bytes: number): void {
    this.receiver?.receive(line, bytes);
  }

  open(bytes: Buffer): Framing | undefined {
    const { core, choice } = this.options;
    const dialect = choice.choose(bytes);
    if (!dialect) return undefined;
    // The greeting in the other dialect has no line ending: the first line of this one starts on its own.
    if (dialect !== this.dialect) this.say('\n');
    this.dialect = dialect;
    this.receiver = dialect.start(core.context(this.session, this.costs), this);
    return dialect;
  }

  endOfInput(): void {
    this.drain(causes.ended);
    this.settle();
  }

  /** Called whenever no request is waiting or under way. */
  settle(): void {
    this.heldChanged();
    if (this.isOver || !this.requests.idle) return;
    if (this.cause) this.end(this.cause);
    else this.input.resume();
  }

  streamData(chunk: Buffer): void {
    this.input.data(chunk);
  }

  streamEnded(): void {
    this.input.end();
  }

  streamDrained(): void {
    this.outbox.drain();
  }

  streamFailed(error: Error): void {
    this.session.log('debug', { err: error }, 'socket failed');
  }

  streamClosed(): void {
    this.outbox.close();
    this.input.stop();
    if (!this.isOver) {
      const failed = this.stream.errored !== null;
      this.endSession('closed');
      this.sessionEnded(failed ? 'lost' : 'ended');
    }
    this.state = 'closed';
    this.options.core.closed(this.session);
    this.options.closed(this);
  }

  /** Whether its session is over. */
  private get isOver(): boolean {
    return this.state === 'ending' || this.state === 'closed';
  }

  private drain(cause: Cause): void {
    if (this.isOver) return;
    if (!this.cause || cause.rank > this.cause.rank) this.cause = cause;
    this.state = 'draining';
    this.input.stop();
    this.receiver?.end();
  }

  private end({ ending, notice }: Cause): void {
    if (this.isOver) return;
    this.endSession('ending');
    this.outbox.end(notice ? this.dialect.notice(notice) : '');
    this.sessionEnded(ending, notice?.params.reason);
    closeWhenRead(this.stream);
    if (notice) closeSoon(this.stream);
  }

  private endSession(state: State): void {
    this.state = state;
    clearTimeout(this.loginTimer);
    this.input.stop();
    this.requests.clear();
    this.receiver?.end();
    this.heldChanged();
    this.costs.leave();
    this.options.core.ending(this.session);
  }

  private sessionEnded(ending: Ending, reason?: string): void {
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
