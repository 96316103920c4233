import type { Socket } from 'node:net';
import { boardError } from '../protocol/errors.ts';
import { type Line, LineSplitter, TelnetFilter } from '../protocol/framing.ts';
import { limits } from '../protocol/limits.ts';
import type { Notice } from '../protocol/schemas.ts';
import type { Context } from './handlers/context.ts';
import { JsonSpeaker } from './json-speaker.ts';
import { Outbox } from './outbox.ts';
import { RequestQueue } from './request-queue.ts';
import { encodeNotice, type Peer, Session } from './session.ts';
import type { Speaker, Voice } from './speaker.ts';
import { TextSpeaker } from './text-speaker.ts';

// How long a peer that is told goodbye has to take it, and one that took everything to end its own
// side, in milliseconds.
const farewellTime = 1000;

// How long a peer that ended its own side may take nothing of what it is sent, in milliseconds.
const stuckTime = 60_000;

// How long reading the lines of one packet may take of a turn of the event loop, in milliseconds.
const inputSlice = 2;

const byteOrderMark = Buffer.from('\ufeff');
const openingBraces = new Set([0x7b, 0x5b]);

// Silence that ends a line of a client that sends no line endings, in milliseconds.
const unframedPause = 50;

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
   */
  parted: (told: boolean) => void;
  /** Called once, when the socket is gone. */
  closed: () => void;
}

/** One socket: bytes in, cut into lines and handed to its encoding; replies and notices out. */
export class Connection implements Peer, Voice {
  readonly session: Session;
  readonly requests: RequestQueue;
  private readonly outbox: Outbox;
  private readonly context: Context;
  private readonly telnet = new TelnetFilter();
  private readonly lines = new LineSplitter(limits.textLine);
  private speaker: Speaker | undefined;
  /** What came before it was enough to tell the encoding. */
  private opening: Buffer = Buffer.alloc(0);
  /** Lines that have come and are not handed on yet. */
  private input: Iterator<Line, void> | undefined;
  private resting = false;
  private streamEnded = false;
  private inputEnded = false;
  private readonly unframed: boolean;
  private pause: NodeJS.Timeout | undefined;
  private farewell: Notice | undefined;
  private closing = false;
  private hurry: NodeJS.Timeout | undefined;

  constructor(
    private readonly socket: Socket,
    context: ConnectionContext,
    private readonly ends: Ends,
  ) {
    const { id, address, log, unframedClients, ...rest } = context;
    this.unframed = unframedClients;
    this.session = new Session(id, address, log, this);
    this.context = { ...rest, session: this.session };
    this.outbox = new Outbox(socket, {
      limit: limits.outboxBytes,
      backlog: limits.replyBacklog,
      overflow: () => this.session.close(boardError('TOO_SLOW').message),
    });
    this.requests = new RequestQueue({
      congested: () => this.outbox.congested,
      idle: () => this.settle(),
    });
    this.listen();
  }

  say(text: string): void {
    this.outbox.reply(text);
  }

  send(chunk: string | Buffer): void {
    this.outbox.push(chunk);
  }

  async ready(): Promise<boolean> {
    await this.outbox.ready();
    return !this.closing && !this.socket.destroyed;
  }

  stop(): void {
    this.stopReading();
    this.requests.clear();
  }

  close(notice: Notice): void {
    this.end(encodeNotice(this.session.encoding, notice));
    this.destroySoon();
  }

  /** Takes no more requests, answers those that were taken, then says `farewell` and ends. */
  retire(farewell: Notice): void {
    this.farewell = farewell;
    this.stopReading();
    this.settle();
  }

  /** Ends at once. */
  destroy(): void {
    this.socket.destroy();
  }

  private stopReading(): void {
    this.inputEnded = true;
    this.socket.pause();
    this.socket.removeAllListeners('data');
    this.speaker?.end();
  }

  private listen(): void {
    this.socket.on('data', (chunk) => this.receive(chunk));
    this.socket.on('end', () => this.endOfInput());
    this.socket.on('drain', () => this.requests.pump());
    this.socket.on('error', (error) => this.session.log.debug({ err: error }, 'socket failed'));
    this.socket.on('close', (failed) => {
      clearTimeout(this.hurry);
      clearTimeout(this.pause);
      if (!this.closing) {
        this.part();
        this.ends.parted(!failed && this.outbox.told);
      }
      this.ends.closed();
    });
  }

  private receive(chunk: Buffer): void {
    if (this.closing) return;
    const bytes = this.telnet.push(chunk);
    if (this.speaker) this.take(bytes);
    else this.open(bytes);
  }

  /** The first byte decides between a program and a person. */
  private open(bytes: Buffer): void {
    this.opening = Buffer.concat([this.opening, bytes]);
    const { opening } = this;
    if (byteOrderMark.subarray(0, opening.length).equals(opening)) return;
    const marked = opening.subarray(0, byteOrderMark.length).equals(byteOrderMark);
    const first = marked ? opening.subarray(byteOrderMark.length) : opening;
    this.opening = Buffer.alloc(0);
    if (openingBraces.has(first[0] ?? 0)) {
      this.lines.limit = limits.jsonLine;
      this.speaker = new JsonSpeaker(this.context, this);
    } else {
      this.speaker = new TextSpeaker(this.context, this);
    }
    this.take(first);
  }

  private take(bytes: Buffer): void {
    this.input = this.lines.split(bytes);
    this.digest();
    if (!this.unframed || this.session.encoding !== 'text') return;
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.endLine(), unframedPause);
  }

  /**
   * Hands lines on as long as there is room for requests, and for one slice of the turn. The rest
   * waits with the socket, which is not read meanwhile.
   */
  private digest(): void {
    if (this.resting) return;
    const until = performance.now() + inputSlice;
    while (this.input && !this.inputEnded) {
      if (performance.now() > until) this.rest();
      if (this.resting || this.requests.length >= limits.waitingRequests) {
        this.socket.pause();
        return;
      }
      const { value: line } = this.input.next();
      if (line) this.speaker?.receive(line);
      else this.input = undefined;
    }
    if (this.closing || this.inputEnded) return;
    if (this.streamEnded) this.finishInput();
    else if (this.socket.isPaused()) this.socket.resume();
  }

  /** What is left of the bytes counts as a line. */
  private endLine(): void {
    this.lines.end((line) => this.speaker?.receive(line));
  }

  /** The other connections get their turn. */
  private rest(): void {
    this.resting = true;
    setImmediate(() => {
      this.resting = false;
      this.digest();
    });
  }

  /** The peer may still read: it is let go once all that it asked is answered. */
  private endOfInput(): void {
    this.streamEnded = true;
    // Lines that are still to be handed on come first.
    if (!this.input && !this.closing && !this.inputEnded) this.finishInput();
  }

  private finishInput(): void {
    this.endLine();
    this.speaker?.end();
    this.inputEnded = true;
    this.settle();
  }

  /** Called whenever nothing is waiting or under way. */
  private settle(): void {
    if (this.closing || !this.requests.idle) return;
    if (this.farewell) this.close(this.farewell);
    else if (this.session.leaving || this.inputEnded) this.end('');
    else if (this.input) this.digest();
    else if (this.socket.isPaused()) this.socket.resume();
  }

  private end(last: string): void {
    if (this.closing) return;
    this.part();
    this.outbox.end(last);
    this.ends.parted(this.outbox.told);
    // One that is still taking its replies is waited for; one that then never ends its own side is not.
    this.socket.once('finish', () => this.destroySoon());
    this.socket.setTimeout(stuckTime, () => this.socket.destroy());
    this.socket.resume();
  }

  private part(): void {
    this.closing = true;
    this.input = undefined;
    this.requests.clear();
    this.speaker?.end();
    this.ends.parting();
  }

  private destroySoon(): void {
    this.hurry ??= setTimeout(() => this.socket.destroy(), farewellTime);
  }
}
