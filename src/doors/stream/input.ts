import type { Socket } from 'node:net';
import type { Costs } from '../../core/costs.ts';
import type { Rate } from '../../core/rate.ts';
import type { Encoding } from '../../core/session.ts';
import type { Piecework } from '../../core/turns.ts';
import { type Line, LineSplitter, TelnetFilter } from '../../protocol/framing.ts';
import { limits } from '../../protocol/limits.ts';

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
  /** @param bytes of the line, as it came */
  receive(line: Line, bytes: number): void;
  /** Called once, behind the last line, where the peer has ended its stream. */
  endOfInput(): void;
  /** `held` may have changed. */
  heldChanged(): void;
}

/**
 * Cuts what one socket sends into lines, and hands them on as long as there is room, and as fast as
 * the connection may cost; what is left waits with the socket, which is not read meanwhile.
 */
export class Input implements Piecework {
  private readonly telnet = new TelnetFilter();
  private readonly lines = new LineSplitter(limits.strangerLine, true);
  private encoding: Encoding | undefined;
  /** What came before it was enough to tell the encoding. */
  private opening = nothing;
  /** Lines that have come and are not handed on yet. */
  private pending: Iterator<Line, void> | undefined;
  /** Bytes that `pending` keeps in memory. */
  private pendingBytes = 0;
  /** Whether it waits for `goOn`. */
  private resting = false;
  private streamEnded = false;
  private stopped = false;
  private pause: NodeJS.Timeout | undefined;

  /**
   * @param reads rate of the pieces that bytes come in, however small; the socket is not read past it
   * @param unframed whether a pause ends a line, for people's clients that send none of the line endings
   */
  constructor(
    private readonly socket: Socket,
    private readonly costs: Costs,
    private readonly reads: Rate,
    private readonly unframed: boolean,
    private readonly owner: InputOwner,
  ) {
    socket.on('data', (chunk) => {
      this.receive(this.telnet.push(chunk));
      this.countRead();
    });
    socket.on('end', () => {
      this.streamEnded = true;
      // Lines that are still to be handed on come first.
      if (!this.pending) this.finish();
    });
  }

  /** Bytes that have come and are not handed on: an unfinished line, and what waits behind it. */
  get held(): number {
    return this.pendingBytes + this.lines.held + this.socket.readableLength;
  }

  /** From the login on, lines may be longer. */
  enter(): void {
    this.lines.limit = this.encoding === 'json' ? limits.jsonLine : limits.textLine;
  }

  /** Goes on where it had to wait for room. */
  resume(): void {
    if (this.resting) return;
    if (this.pending) this.digest();
    else if (!this.stopped && this.socket.isPaused()) this.socket.resume();
  }

  goOn(): void {
    this.resting = false;
    this.resume();
  }

  /** Reads and hands on nothing any more. */
  stop(): void {
    this.stopped = true;
    this.drop();
    clearTimeout(this.pause);
    this.socket.pause();
  }

  private receive(bytes: Buffer): void {
    if (this.stopped) return;
    this.costs.read(bytes.length);
    if (this.encoding) this.take(bytes);
    else this.open(bytes);
    this.owner.heldChanged();
  }

  /** A piece costs about the same whatever its size: a peer may send each byte in a TLS record. */
  private countRead(): void {
    this.reads.take();
    const { wait } = this.reads;
    if (wait === 0 || this.resting) return;
    this.socket.pause();
    // What comes after the last line is read to be forgotten.
    if (this.stopped) {
      setTimeout(() => this.socket.resume(), wait);
      return;
    }
    this.resting = true;
    setTimeout(() => this.goOn(), wait);
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
    // JSON may hold one between two words.
    this.lines.endsAtCr = this.encoding === 'text';
    if (this.encoding === 'json') {
      this.lines.boundJson({ depth: limits.jsonDepth, values: limits.jsonValues });
    }
    this.owner.open(this.encoding);
    this.take(first);
  }

  private take(bytes: Buffer): void {
    this.pending = this.lines.split(bytes);
    this.pendingBytes = bytes.length;
    this.digest();
    if (this.unframed && this.encoding === 'text' && !this.stopped) this.awaitPause();
  }

  private awaitPause(): void {
    clearTimeout(this.pause);
    this.pause = setTimeout(() => {
      if (this.pending || this.owner.full) this.awaitPause();
      else this.endLine();
    }, unframedPause);
  }

  private digest(): void {
    if (this.resting) return;
    while (this.pending) {
      // With room again the owner calls `resume`; in the other case `goOn` is called.
      if (this.owner.full) return void this.socket.pause();
      if (!this.costs.mayRead(this)) {
        this.rest();
        return;
      }
      const mark = this.costs.mark();
      const { value: line } = this.pending.next();
      if (line) this.handOn(line);
      else this.drop();
      this.costs.charge(mark);
    }
    if (this.streamEnded) this.finish();
    else if (this.costs.mayReadOn(this)) this.resume();
    else this.rest();
  }

  /** Until `goOn` is called. */
  private rest(): void {
    this.resting = true;
    this.socket.pause();
  }

  private drop(): void {
    this.pending = undefined;
    this.pendingBytes = 0;
  }

  private handOn(line: Line): void {
    this.costs.line();
    this.owner.receive(line, 'text' in line ? line.text.length : 0);
  }

  private finish(): void {
    if (this.stopped) return;
    this.endLine();
    this.stop();
    this.owner.endOfInput();
  }

  /** What is left of the bytes counts as a line. */
  private endLine(): void {
    this.lines.end((line) => this.handOn(line));
  }
}
