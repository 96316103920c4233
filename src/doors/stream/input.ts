import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Costs } from '../../core/costs.ts';
import type { Framing } from '../../core/dialect.ts';
import type { Rate } from '../../core/rate.ts';
import type { Piecework } from '../../core/turns.ts';
import { withoutByteOrderMark } from '../../protocol/first-bytes.ts';
import { freeNow, type Line, LineSplitter } from '../../protocol/framing.ts';
import { limits } from '../../protocol/limits.ts';
import { TelnetFilter } from '../../protocol/telnet.ts';

// How long a silence ends a line of a client that sends no line endings, in milliseconds.
const unframedPause = 50;

const noBytes = Buffer.alloc(0);

export interface InputOwner {
  /** Whether there is no room for another line now. Once there is, call `resume`. */
  readonly full: boolean;
  /**
   * Called with the first bytes until they show how to cut the stream into lines.
   * @returns undefined if more bytes are needed
   */
  open(bytes: Buffer): Framing | undefined;
  /** @param bytes length of the line as the peer sent it */
  receive(line: Line, bytes: number): void;
  /** Called once, after the last line, if the peer has ended its stream. */
  endOfInput(): void;
  /** `held` may have changed. */
  heldChanged(): void;
}

/**
 * Cuts the bytes of one socket into lines, and passes them on while there is room and while `Costs` allows it.
 * Otherwise the rest waits, and the socket is not read.
 */
export class Input implements Piecework {
  private readonly telnet = new TelnetFilter();
  private readonly lines: LineSplitter;
  private framing: Framing | undefined;
  private entered = false;
  /** The first bytes, until they show the framing. */
  private opening: Buffer = noBytes;
  /** Lines that were received and are not passed on yet. */
  private pending: Iterator<Line, void> | undefined;
  /** Bytes that `pending` keeps in memory. */
  private pendingBytes = 0;
  /** Bytes of the newest chunk, as the peer sent it. */
  private arrived = 0;
  /** Whether the newest chunk has completed a line. */
  private hasLine = false;
  /** Whether it waits for `goOn`. */
  private resting = false;
  /** Runs until the socket may be read again. Lines that were received are passed on meanwhile. */
  private readTimer: NodeJS.Timeout | undefined;
  /** When it ends, by `performance.now()`. */
  private readAt = 0;
  private streamEnded = false;
  private stopped = false;
  private pause: NodeJS.Timeout | undefined;

  /**
   * @param reads rate of the chunks that the socket gives, however small; past it the socket is not read
   * @param unframed whether a pause ends a line, for people's clients that send no line endings
   */
  constructor(
    private readonly socket: Duplex,
    private readonly costs: Costs,
    private readonly reads: Rate,
    private readonly unframed: boolean,
    private readonly owner: InputOwner,
  ) {
    this.lines = new LineSplitter(limits.strangerLine, true, this.ownsChunks);
  }

  /** Sockets of Node give each chunk in memory of its own, and keep none. */
  private get ownsChunks(): boolean {
    return this.socket instanceof Socket;
  }

  /** To be called with each chunk of the socket. */
  data(chunk: Buffer): void {
    // A chunk costs about the same whatever its size: a peer may send each byte in a TLS record of its own.
    this.reads.take();
    if (this.stopped) {
      this.discard(chunk);
      return;
    }
    // A chunk that is freed has no length any more.
    this.arrived = chunk.length;
    this.costs.read(chunk.length);
    const text = this.withoutCommands(chunk);
    if (text !== chunk && this.ownsChunks) freeNow(chunk);
    this.receive(text);
    this.readAfter(this.reads.wait);
  }

  /** To be called once the peer has ended its stream. */
  end(): void {
    this.streamEnded = true;
    // Lines that are still to be passed on come first.
    if (!this.pending) this.finish();
  }

  /** Bytes that were received and are not passed on: an unfinished line, and what waits after it. */
  get held(): number {
    return this.pendingBytes + this.lines.held + this.socket.readableLength;
  }

  /** To be called after a login: from then on lines may be longer. */
  enter(): void {
    this.entered = true;
    if (this.framing) this.lines.limit = this.framing.lineLimit;
  }

  /** Whether nothing has come that is not passed on, and nothing is waited for: a new one would go on in the same way. */
  get isIdle(): boolean {
    return (
      this.framing !== undefined &&
      this.lines.isBetweenLines &&
      !this.telnet.isInCommand &&
      !this.pending &&
      !this.pause &&
      !this.resting &&
      !this.readTimer &&
      !this.stopped &&
      this.reads.full
    );
  }

  /** Sets how the stream is cut into lines. */
  frame(framing: Framing): void {
    this.framing = framing;
    // A door may have logged its peer in before the first byte.
    if (this.entered) this.enter();
    this.lines.endsAtCr = framing.endsAtCr;
    if (framing.json) this.lines.boundJson(framing.json);
  }

  /** Goes on after waiting for room. */
  resume(): void {
    if (this.resting) return;
    if (this.pending) this.digest();
    else if (!this.stopped && !this.readTimer && this.socket.isPaused()) this.socket.resume();
  }

  goOn(): void {
    this.resting = false;
    this.resume();
  }

  /** Reads and passes on nothing from now on. */
  stop(): void {
    this.stopped = true;
    this.drop();
    clearTimeout(this.pause);
    clearTimeout(this.readTimer);
    this.socket.pause();
  }

  /** Bytes after the last line are read and dropped. */
  private discard(chunk: Buffer): void {
    if (this.ownsChunks) freeNow(chunk);
    const { wait } = this.reads;
    if (wait === 0) return;
    this.socket.pause();
    setTimeout(() => this.socket.resume(), wait);
  }

  /** Telnet's commands are looked at byte by byte, which costs as much as lines do. */
  private withoutCommands(chunk: Buffer): Buffer {
    if (this.telnet.isText(chunk)) return chunk;
    const mark = this.costs.mark();
    const text = this.telnet.push(chunk);
    this.costs.charge(mark);
    return text;
  }

  private receive(bytes: Buffer): void {
    this.hasLine = false;
    if (this.framing) this.take(bytes);
    else this.open(bytes);
    this.owner.heldChanged();
  }

  /**
   * Reads the socket only after `wait` milliseconds, or later if it waits already. This holds however else the input waits
   * meanwhile.
   */
  private readAfter(wait: number): void {
    const at = performance.now() + wait;
    if (wait === 0 || this.stopped || (this.readTimer && at <= this.readAt)) return;
    clearTimeout(this.readTimer);
    this.readAt = at;
    this.readTimer = setTimeout(() => {
      this.readTimer = undefined;
      this.resume();
    }, wait);
    this.socket.pause();
  }

  private open(bytes: Buffer): void {
    this.opening = this.opening.length === 0 ? bytes : Buffer.concat([this.opening, bytes]);
    const { opening } = this;
    const framing = this.owner.open(opening);
    if (!framing) {
      this.chunkEnded();
      return;
    }
    this.frame(framing);
    this.opening = noBytes;
    this.take(withoutByteOrderMark(opening));
  }

  private take(bytes: Buffer): void {
    this.pending = this.lines.split(bytes);
    this.pendingBytes = bytes.length;
    this.digest();
    if (this.unframed && this.framing?.pauseEndsLine && !this.stopped) this.awaitPause();
  }

  private awaitPause(): void {
    clearTimeout(this.pause);
    this.pause = setTimeout(() => {
      this.pause = undefined;
      if (this.pending || this.owner.full) this.awaitPause();
      else this.endLine();
    }, unframedPause);
  }

  private digest(): void {
    if (this.resting) return;
    const mark = this.costs.mark();
    while (this.pending) {
      // The owner calls `resume` once there is room. If `Costs` makes it wait, `Costs` calls `goOn`.
      if (this.owner.full) return void this.socket.pause();
      if (!this.costs.mayRead(this)) {
        this.rest();
        return;
      }
      const { value: line } = this.pending.next();
      if (line) {
        this.hasLine = true;
        this.handOn(line);
      } else {
        this.drop();
        this.chunkEnded();
      }
      this.costs.chargePiece(mark);
    }
    if (this.streamEnded) this.finish();
    else if (this.costs.mayReadOn(this)) this.resume();
    else this.rest();
  }

  /** To be called once the newest chunk is used up: only then it is known what it held. */
  private chunkEnded(): void {
    if (this.hasLine && this.lines.isEmpty) return;
    this.readAfter(this.costs.unfinished(this.arrived));
  }

  /** Waits until `goOn` is called. */
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

  /** The rest of the bytes counts as a line. */
  private endLine(): void {
    const mark = this.costs.mark();
    this.lines.end((line) => this.handOn(line));
    this.costs.charge(mark);
  }
}
