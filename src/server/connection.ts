import type { Socket } from 'node:net';
import { setImmediate as immediate } from 'node:timers/promises';
import type { Ending } from '../metrics/counts.ts';
import { boardError } from '../protocol/errors.ts';
import { limits } from '../protocol/limits.ts';
import type { Context } from './handlers/context.ts';
import { Input } from './input.ts';
import { JsonSpeaker } from './json-speaker.ts';
import { Outbox } from './outbox.ts';
import { Rate } from './rate.ts';
import { RequestQueue } from './request-queue.ts';
import { type ClosingNotice, type Encoding, encodeNotice, type Peer, Session } from './session.ts';
import type { Speaker, Voice } from './speaker.ts';
import { TextSpeaker } from './text-speaker.ts';

// How long a peer that is told goodbye has to take it, and one that took everything to end its own
// side, in milliseconds.
const farewellTime = 1000;

// Lines that are read for each command that may be carried out: so many a second of what is
// refused are told so, and further ones wait.
const linesPerCommand = 2;

// How long a peer that ended its own side may take nothing of what it is sent, in milliseconds.
const stuckTime = 60_000;

export interface ConnectionContext
  extends Omit<Context, 'session'>,
    Pick<Session, 'id' | 'address' | 'log'> {
  /** Whether a pause ends a line, for people's clients that send none of the line endings. */
  readonly unframedClients: boolean;
}

export interface Ends {
  /** Called once, when the session is over: the last that it is told is what is pending now. */
  parting: () => void;
  /**
   * Called once, behind that, though the peer may still be reading.
   * @param told whether this system has taken all that the session was told, and the peer has not
   * been seen to fail
   * @param reason in words, where the server had one
   */
  parted: (told: boolean, ending: Ending, reason?: string) => void;
  /** Called once, when the socket is gone. */
  closed: () => void;
}

/** One socket: bytes in, cut into lines and handed to its encoding; replies and notices out. */
export class Connection implements Peer, Voice {
  readonly session: Session;
  readonly requests: RequestQueue;
  readonly rate: Rate;
  private readonly outbox: Outbox;
  private readonly context: Context;
  private speaker: Speaker | undefined;
  private readonly input: Input;
  private inputEnded = false;
  private farewell: ClosingNotice | undefined;
  private closing = false;
  private hurry: NodeJS.Timeout | undefined;
  private readonly loginTimer: NodeJS.Timeout;

  constructor(
    private readonly socket: Socket,
    context: ConnectionContext,
    private readonly ends: Ends,
  ) {
    const { id, address, log, unframedClients, ...rest } = context;
    this.session = new Session(id, address, log, this);
    this.context = { ...rest, session: this.session };
    const { limits: own } = context;
    const { commandsPerSecond: perSecond, commandBurst: burst } = own;
    this.rate = new Rate(perSecond, burst);
    this.outbox = new Outbox(socket, {
      limit: own.outboxBytes,
      backlog: limits.replyBacklog,
      overflow: () => this.session.close('TOO_SLOW', boardError('TOO_SLOW').message),
    });
    this.requests = new RequestQueue({
      congested: () => this.outbox.congested,
      idle: () => this.settle(),
    });
    this.input = new Input(socket, {
      unframed: unframedClients,
      rate: new Rate(linesPerCommand * perSecond, linesPerCommand * burst),
      full: () => this.requests.length >= own.waitingRequests,
      opened: (encoding) => this.open(encoding),
      line: (line) => this.speaker?.receive(line),
      ended: () => this.endOfInput(),
    });
    this.loginTimer = setTimeout(() => this.endUnlessLoggedIn(own.loginTime), own.loginTime);
    this.listen();
  }

  say(text: string): void {
    this.outbox.reply(text);
  }

  send(chunk: string | Buffer): void {
    this.outbox.push(chunk);
  }

  async ready(): Promise<boolean> {
    // What is answered in pieces is answered in turns: a peer that takes each piece at once would
    // else keep the others waiting until the last (3.9 s for a list of a million messages).
    await immediate();
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

  private stopReading(): void {
    this.inputEnded = true;
    this.input.stop();
    this.speaker?.end();
  }

  private listen(): void {
    this.socket.on('drain', () => this.requests.pump());
    this.socket.on('error', (error) => this.session.log.debug({ err: error }, 'socket failed'));
    this.socket.on('close', (failed) => {
      clearTimeout(this.hurry);
      if (!this.closing) {
        this.part();
        this.ends.parted(!failed && this.outbox.told, failed ? 'lost' : 'ended');
      }
      this.ends.closed();
    });
  }

  private endUnlessLoggedIn(after: number): void {
    if (this.session.login) return;
    this.session.close(
      'LOGIN_TIMEOUT',
      boardError('LOGIN_TIMEOUT', Math.ceil(after / 1000)).message,
    );
  }

  private open(encoding: Encoding): void {
    const Speaker = encoding === 'json' ? JsonSpeaker : TextSpeaker;
    this.speaker = new Speaker(this.context, this);
  }

  /** The peer may still read: it is let go once all that it asked is answered. */
  private endOfInput(): void {
    this.inputEnded = true;
    this.speaker?.end();
    this.settle();
  }

  /** Called whenever nothing is waiting or under way. */
  private settle(): void {
    if (this.closing || !this.requests.idle) return;
    if (this.farewell) this.close(this.farewell);
    else if (this.session.leaving) this.end('', 'left');
    else if (this.inputEnded) this.end('', 'ended');
    else this.input.resume();
  }

  private end(last: string, ending: Ending, reason?: string): void {
    if (this.closing) return;
    this.part();
    this.outbox.end(last);
    this.ends.parted(this.outbox.told, ending, reason);
    // One that is still taking its replies is waited for; one that then never ends its own side is not.
    this.socket.once('finish', () => this.destroySoon());
    this.socket.setTimeout(stuckTime, () => this.socket.destroy());
    this.socket.resume();
  }

  private part(): void {
    this.closing = true;
    clearTimeout(this.loginTimer);
    this.input.stop();
    this.requests.clear();
    this.speaker?.end();
    this.ends.parting();
  }

  private destroySoon(): void {
    this.hurry ??= setTimeout(() => this.socket.destroy(), farewellTime);
  }
}
