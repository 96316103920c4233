import type { Socket } from 'node:net';
import type { User } from '../../board/types.ts';
import type { Charges, Costs } from '../../core/costs.ts';
import type { Context } from '../../core/handlers/context.ts';
import { Rate } from '../../core/rate.ts';
import { RequestQueue, type RequestQueueOwner } from '../../core/request-queue.ts';
import {
  type ClosingNotice,
  type Encoding,
  encodeNotice,
  type Peer,
  Session,
} from '../../core/session.ts';
import type { SessionLog } from '../../core/session-log.ts';
import type { Speaker, Voice } from '../../core/speaker.ts';
import type { Holder, WaitingBytes } from '../../core/waiting-bytes.ts';
import type { Ending } from '../../metrics/counts.ts';
import { boardError } from '../../protocol/errors.ts';
import type { Line } from '../../protocol/framing.ts';
import { limits } from '../../protocol/limits.ts';
import { JsonSpeaker } from '../dialects/json.ts';
import { TextSpeaker } from '../dialects/text.ts';
import { Input, type InputOwner } from './input.ts';
import { Outbox, type OutboxOwner } from './outbox.ts';

// How long a peer that is told goodbye has to take it, and one that took everything to end its own
// side, in milliseconds.
const farewellTime = 1000;

// Milliseconds until a connection whose time to log in has passed during a login is looked at again.
const loginRetry = 1000;

// Pieces of input that are read for each command that may be carried out. A post of 256 KiB over
// TLS comes in 16 of them, and a line that is typed without line mode in one for each key.
const readsPerCommand = 10;

// How often a peer that was sent all that it will get must have taken some of it, in milliseconds,
// and how much, in bytes: bytes that it sends meanwhile count for nothing.
const stuckTime = 60_000;
const leastTaken = 16 * 1024;

/** What all connections of a server share. */
export interface ConnectionOptions {
  readonly context: Omit<Context, 'session' | 'costs'>;
  readonly log: SessionLog;
  /** Whether a pause ends a line, for people's clients that send none of the line endings. */
  readonly unframedClients: boolean;
  readonly keeper: Keeper;
  readonly charges: Charges;
  readonly waitingBytes: WaitingBytes;
}

/** Who holds the connections. */
export interface Keeper {
  /** Called once, when the session is over: the last that it is told is what is pending now. */
  parting(connection: Connection): void;
  /**
   * Called once, behind that, though the peer may still be reading.
   * @param told whether this system has taken all that the session was told, and the peer has not
   * been seen to fail
   * @param reason in words, where the server had one
   */
  parted(connection: Connection, told: boolean, ending: Ending, reason?: string): void;
  /** Called once, when the socket is gone. */
  closed(connection: Connection): void;
}

/** One socket: bytes in, cut into lines and handed to its encoding; replies and notices out. */
export class Connection implements Peer, Voice, InputOwner, OutboxOwner, RequestQueueOwner, Holder {
  readonly session: Session;
  readonly requests: RequestQueue;
  readonly costs: Costs;
  held = 0;
  private readonly outbox: Outbox;
  private readonly context: Context;
  private speaker: Speaker | undefined;
  private readonly input: Input;
  private inputEnded = false;
  private farewell: ClosingNotice | undefined;
  private closing = false;
  private hurry: NodeJS.Timeout | undefined;
  private loginTimer: NodeJS.Timeout | undefined;
  private readonly keeper: Keeper;
  private readonly waitingBytes: WaitingBytes;

  /**
   * @param address of the peer, which may not be that of the socket
   * @param id the number of its session
   * @param network that limits per network count it to; undefined for one that is exempt
   */
  constructor(
    private readonly socket: Socket,
    address: string,
    id: number,
    readonly network: string | undefined,
    { context, log, unframedClients, keeper, charges, waitingBytes }: ConnectionOptions,
  ) {
    this.session = new Session(id, address, log, this);
    // Written out: an object that is spread has a shape of its own, 350 bytes for each connection.
    const { session } = this;
    const { board, accounts, hub, info, description, limits: own, counts } = context;
    const costs = charges.connect(network);
    this.context = { session, board, accounts, hub, info, description, limits: own, counts, costs };
    this.costs = costs;
    this.keeper = keeper;
    this.waitingBytes = waitingBytes;
    const { outboxBytes, loginTime } = own;
    const { commandsPerSecond, commandBurst } = own;
    const reads = new Rate(readsPerCommand * commandsPerSecond, 2 * commandBurst);
    this.input = new Input(socket, costs, reads, unframedClients, this);
    this.outbox = new Outbox(socket, outboxBytes, limits.strangerBacklog, this);
    this.requests = new RequestQueue(this);
    this.loginTimer = setTimeout(() => this.endStranger(loginTime), loginTime);
    this.listen();
  }

  get congested(): boolean {
    return this.outbox.congested;
  }

  get told(): boolean {
    return this.outbox.told;
  }

  /** A stranger has one request at a time: nothing of theirs waits beside what the socket holds. */
  get full(): boolean {
    const { requests, session, speaker, context } = this;
    if (speaker?.asks) return false;
    if (!session.login) return !requests.idle;
    return (
      requests.length >= context.limits.waitingRequests || requests.bytes >= limits.requestBytes
    );
  }

  entered(user: User): void {
    this.costs.enter(user.id);
    this.input.enter();
    this.outbox.enter(limits.replyBacklog);
    clearTimeout(this.loginTimer);
    // Idle members are many: what has done its work is not kept.
    this.loginTimer = undefined;
  }

  charge(milliseconds: number): void {
    this.costs.pay(milliseconds);
  }

  say(chunk: string | Buffer): void {
    this.costs.bytes(chunk.length);
    this.outbox.reply(chunk);
  }

  readOn(): void {
    this.input.resume();
  }

  send(chunk: string | Buffer, holders: number): void {
    this.outbox.push(chunk, holders);
  }

  /** Too much waits in all, and most of it here. It is told if there is a chance that it reads it. */
  evict(): void {
    this.overflowed();
    if (this.outbox.waiting > limits.replyBacklog) this.destroy();
  }

  heldChanged(): void {
    // Once it ends, what is left goes out or is destroyed within a second.
    const held = this.closing ? 0 : this.input.held + this.requests.bytes + this.outbox.held;
    if (held !== this.held) this.waitingBytes.update(this, held);
  }

  async ready(): Promise<boolean> {
    await this.outbox.ready();
    return !this.closing && !this.socket.destroyed;
  }

  stop(): void {
    this.stopReading();
    this.requests.clear();
  }

  close(notice: ClosingNotice): void {
    const { code, reason } = notice.params;
    this.end(encodeNotice(this.session.encoding, notice), code, reason);
    this.destroySoon();
  }

  /** Takes no more requests, answers those that were taken, then says `farewell` and ends. */
  retire(farewell: ClosingNotice): void {
    this.farewell = farewell;
    this.stopReading();
    this.settle();
  }

  /** Bytes that the operating system has not taken yet. */
  get outboxBytes(): number {
    return this.outbox.waiting;
  }

  /** Ends at once. */
  destroy(): void {
    this.socket.destroy();
  }

  overflowed(): void {
    this.session.close('TOO_SLOW', boardError('TOO_SLOW').message);
  }

  drained(): void {
    this.requests.pump();
  }

  receive(line: Line, bytes: number): void {
    this.speaker?.receive(line, bytes);
  }

  open(encoding: Encoding): void {
    const Speaker = encoding === 'json' ? JsonSpeaker : TextSpeaker;
    this.speaker = new Speaker(this.context, this);
  }

  /** The peer may still read: it is let go once all that it asked is answered. */
  endOfInput(): void {
    this.inputEnded = true;
    this.speaker?.end();
    this.settle();
  }

  /** Called whenever nothing is waiting or under way. */
  settle(): void {
    this.heldChanged();
    if (this.closing || !this.requests.idle) return;
    if (this.farewell) this.close(this.farewell);
    else if (this.session.leaving) this.end('', 'left');
    else if (this.inputEnded) this.end('', 'ended');
    else this.input.resume();
  }

  private stopReading(): void {
    this.inputEnded = true;
    this.input.stop();
    this.speaker?.end();
  }

  private listen(): void {
    this.socket.on('error', (error) => this.session.log('debug', { err: error }, 'socket failed'));
    this.socket.on('close', (failed) => this.lose(failed));
  }

  private lose(failed: boolean): void {
    clearTimeout(this.hurry);
    this.outbox.close();
    this.input.stop();
    if (!this.closing) {
      this.part();
      this.keeper.parted(this, !failed && this.outbox.told, failed ? 'lost' : 'ended');
    }
    this.keeper.closed(this);
  }

  private endStranger(after: number): void {
    // A password that waits for its turn, among many others, is no fault of its connection.
    if (this.session.loggingIn) {
      this.loginTimer = setTimeout(() => this.endStranger(after), loginRetry);
      return;
    }
    this.session.close(
      'LOGIN_TIMEOUT',
      boardError('LOGIN_TIMEOUT', Math.ceil(after / 1000)).message,
    );
  }

  private end(last: string, ending: Ending, reason?: string): void {
    if (this.closing) return;
    this.part();
    this.outbox.end(last);
    this.keeper.parted(this, this.outbox.told, ending, reason);
    // One that is still taking its replies is waited for; one that then never ends its own side is not.
    this.socket.once('finish', () => this.destroySoon());
    this.watchTaking();
    this.socket.resume();
  }

  private watchTaking(): void {
    let left = this.socket.writableLength;
    const watch = setInterval(() => {
      const { writableLength } = this.socket;
      if (writableLength > left - leastTaken) this.socket.destroy();
      left = writableLength;
    }, stuckTime);
    this.socket.once('close', () => clearInterval(watch));
  }

  private part(): void {
    this.closing = true;
    clearTimeout(this.loginTimer);
    this.input.stop();
    this.requests.clear();
    this.speaker?.end();
    this.session.end();
    this.heldChanged();
    this.costs.leave();
    this.keeper.parting(this);
  }

  private destroySoon(): void {
    this.hurry ??= setTimeout(() => this.socket.destroy(), farewellTime);
  }
}
