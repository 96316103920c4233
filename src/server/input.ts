import type { Socket } from 'node:net';
import { type Line, LineSplitter, TelnetFilter } from '../protocol/framing.ts';
import { limits } from '../protocol/limits.ts';
import type { Rate } from './rate.ts';
import type { Encoding } from './session.ts';

// How long reading the lines of one packet may take of a turn of the event loop, in milliseconds.
const slice = 2;

// Silence that ends a line of a client that sends no line endings, in milliseconds.
const unframedPause = 50;

const nothing = Buffer.alloc(0);
const byteOrderMark = Buffer.from('\ufeff');
const openingBraces = new Set([0x7b, 0x5b]);

export interface InputOwner {
  /** Whether there is no room for another line just now; `resume` goes on. */
  readonly full: boolean;
  /** Called once, before the first line. */
  open(encoding: Encoding): void;
  receive(line: Line): void;
  /** Called once, behind the last line, where the peer has ended its stream. */
  endOfInput(): void;
}

/**
 * Cuts what one socket sends into lines, and hands them on as long as there is room, at a bounded
 * rate and for one slice of a turn at a time; what is left waits with the socket, which is not read
 * meanwhile.
 */
export class Input {
  private readonly telnet = new TelnetFilter();
  private readonly lines = new LineSplitter(limits.textLine);
  private encoding: Encoding | undefined;
  /** What came before it was enough to tell the encoding. */
  private opening = nothing;
  /** Lines that have come and are not handed on yet. */
  private pending: Iterator<Line, void> | undefined;
  private resting = false;
  private streamEnded = false;
  private stopped = false;
  private pause: NodeJS.Timeout | undefined;

  /**
   * @param rate of the lines that are handed on; further ones wait
   * @param unframed whether a pause ends a line, for people's clients that send none of the line endings
   */
  constructor(
    private readonly socket: Socket,
    private readonly rate: Rate,
    private readonly unframed: boolean,
    private readonly owner: InputOwner,
  ) {
    socket.on('data', (chunk) => this.receive(this.telnet.push(chunk)));
    socket.on('end', () => {
      this.streamEnded = true;
      // Lines that are still to be handed on come first.
      if (!this.pending) this.finish();
    });
  }

  /** Goes on where it had to wait. */
  resume(): void {
    if (this.pending) this.digest();
    else if (!this.stopped && this.socket.isPaused()) this.socket.resume();
  }

  /** Reads and hands on nothing any more. */
  stop(): void {
    this.stopped = true;
    this.pending = undefined;
    clearTimeout(this.pause);
    this.socket.pause();
  }

  private receive(bytes: Buffer): void {
    if (this.stopped) return;
    if (this.encoding) this.take(bytes);
    else this.open(bytes);
  }

  /** The first byte decides between a program and a person. */
  private open(bytes: Buffer): void {
    this.opening = Buffer.concat([this.opening, bytes]);
    const { opening } = this;
    if (byteOrderMark.subarray(0, opening.length).equals(opening)) return;
    const marked = opening.subarray(0, byteOrderMark.length).equals(byteOrderMark);
    const first = marked ? opening.subarray(byteOrderMark.length) : opening;
    this.opening = nothing;
    this.encoding = openingBraces.has(first[0] ?? 0) ? 'json' : 'text';
    if (this.encoding === 'json') this.lines.limit = limits.jsonLine;
    this.owner.open(this.encoding);
    this.take(first);
  }

  private take(bytes: Buffer): void {
    this.pending = this.lines.split(bytes);
    this.digest();
    if (!this.unframed || this.encoding !== 'text' || this.stopped) return;
    clearTimeout(this.pause);
    this.pause = setTimeout(() => {
      if (!this.pending) this.endLine();
    }, unframedPause);
  }

  private digest(): void {
    if (this.resting) return;
    const until = performance.now() + slice;
    while (this.pending) {
      if (!this.resting && performance.now() > until) this.rest();
      if (this.resting || this.owner.full) {
        this.socket.pause();
        return;
      }
      const { value: line } = this.pending.next();
      if (line) this.handOn(line);
      else this.pending = undefined;
    }
    if (this.streamEnded) this.finish();
    else this.resume();
  }

  private handOn(line: Line): void {
    this.rate.take();
    if (this.rate.wait > 0) this.rest(this.rate.wait);
    this.owner.receive(line);
  }

  /** The other connections get their turn; for so many milliseconds, where it is more than that. */
  private rest(milliseconds = 0): void {
    this.resting = true;
    const goOn = () => {
      this.resting = false;
      this.digest();
    };
    if (milliseconds > 0) setTimeout(goOn, milliseconds);
    else setImmediate(goOn);
  }

  private finish(): void {
    if (this.stopped) return;
    this.endLine();
    this.stop();
    this.owner.endOfInput();
  }

  /** What is left of the bytes counts as a line. */
  private endLine(): void {
    this.lines.end((line) => this.owner.receive(line));
  }
}
