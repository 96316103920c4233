import { isAscii } from 'node:buffer';
import { type BoardError, boardError } from './errors.ts';
import { type JsonBounds, JsonShape } from './jsonrpc/json-shape.ts';

const LF = 0x0a;
const CR = 0x0d;
const NUL = 0x00;

// Pieces of a long line that are kept before they are joined.
const mostParts = 64;
// Up to this length, in bytes, pieces are joined at once, because each buffer costs about 200 bytes more.
const smallLine = 4096;

// Chunks from this length on, in bytes, are worth freeing: see `freeNow`.
const largeChunk = 8192;

// Idle connections are many, and share their empty list; nothing is added to it.
const noParts: Buffer[] = [];

// The decoder keeps no state between two lines, so all connections share it.
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Why a line was not read. `limit` is in bytes. */
type Unreadable =
  | { fault: 'NOT_UTF8' | 'LINE_TOO_LONG'; limit: number }
  | { fault: 'INVALID_REQUEST'; why: string };

/** One line: its text, or why it was not read. */
export type Line = { text: string } | Unreadable;

/** The error for a line that was not read. */
export function lineError(unreadable: Unreadable): BoardError {
  switch (unreadable.fault) {
    case 'NOT_UTF8':
      return boardError(unreadable.fault);
    case 'LINE_TOO_LONG':
      return boardError(unreadable.fault, unreadable.limit);
    case 'INVALID_REQUEST':
      return boardError(unreadable.fault, unreadable.why);
  }
}

/**
 * Frees the memory of a chunk that nobody uses any more, if it is large and has its memory for itself. Node reads sockets
 * into buffers of 64 KiB. If they wait for the garbage collector, it soon stops the event loop for 10 ms and more.
 */
export function freeNow(chunk: Buffer): void {
  const { buffer } = chunk;
  if (chunk.length < largeChunk || buffer.byteLength !== chunk.length) return;
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}

/**
 * Cuts a stream of bytes into lines, however the network splits it. Lines end in LF or CRLF, and lines of the text
 * encoding also in CR or CR NUL, as telnet sends them (RFC 854, page 11). The limit counts bytes before they are decoded,
 * and JSON is checked as it arrives. If a line is over a limit, the rest of it is skipped and one fault is reported. A
 * line is decoded as a whole, so a character that is split across packets stays whole.
 */
export class LineSplitter {
  private parts = noParts;
  private size = 0;
  /** Why the rest of the line is skipped. */
  private fault: 'LINE_TOO_LONG' | { why: string } | undefined;
  private shape: JsonShape | undefined;
  /** The last line ended in CR. A LF or NUL that follows belongs to that ending. */
  private afterCr = false;

  /**
   * @param limit maximum length of a line in bytes, without its ending; may be raised at any time
   * @param endsAtCr whether a CR without a LF ends a line; may be changed before the first line
   * @param ownsChunks whether nobody else uses the chunks, so that their memory can be freed
   */
  constructor(
    public limit: number,
    public endsAtCr = false,
    private readonly ownsChunks = false,
  ) {}

  /** Bytes that are kept of a line without its end; at most the limit plus one. */
  get held(): number {
    return this.fault ? 0 : this.size;
  }

  /** Whether all bytes so far belong to lines that are complete. */
  get isEmpty(): boolean {
    return this.size === 0;
  }

  /** Whether it is between two lines: a new splitter would cut the next bytes in the same way. */
  get isBetweenLines(): boolean {
    return this.size === 0 && !this.fault && !this.afterCr;
  }

  /** From the next line on, a line whose JSON is out of bounds is skipped as `INVALID_REQUEST`. */
  boundJson(bounds: JsonBounds): void {
    this.shape = new JsonShape(bounds);
  }

  /** Whether the line that is being received is over a limit already, so that its rest is skipped. */
  get isSkipping(): boolean {
    return this.fault !== undefined;
  }

  /** Adds bytes, and yields each line that they complete. */
  *split(chunk: Buffer): Generator<Line, void> {
    let start = 0;
    const isPlain = isAscii(chunk);
    let lf = chunk.indexOf(LF);
    let cr = this.endsAtCr ? chunk.indexOf(CR) : -1;
    for (;;) {
      if (this.afterCr && start < chunk.length) {
        this.afterCr = false;
        if (chunk[start] === LF || chunk[start] === NUL) start++;
      }
      // Search again only after the last hit is passed. Otherwise a chunk without a hit is searched many times.
      if (lf !== -1 && lf < start) lf = chunk.indexOf(LF, start);
      if (cr !== -1 && cr < start) cr = chunk.indexOf(CR, start);
      const end = lf === -1 || (cr !== -1 && cr < lf) ? cr : lf;
      if (end === -1) break;
      const from = start;
      start = end + 1;
      this.afterCr = end === cr;
      if (isPlain && this.size === 0 && !this.fault && end - from <= this.limit) {
        yield this.plainLine(chunk, from, end);
      } else {
        this.take(chunk.subarray(from, end));
        yield this.finish();
      }
    }
    if (start === 0) {
      this.take(chunk);
      return;
    }
    // A copy, so that the beginning of a line does not keep the whole chunk in memory.
    this.take(Buffer.from(chunk.subarray(start)));
    if (this.ownsChunks) freeNow(chunk);
  }

  /** Like `split`, but calls `emit` with each line at once, in order. */
  push(chunk: Buffer, emit: (line: Line) => void): void {
    for (const line of this.split(chunk)) emit(line);
  }

  /** The stream has ended. Bytes without a line ending count as a line. */
  end(emit: (line: Line) => void): void {
    if (this.size > 0) emit(this.finish());
  }

  /** A line that lies whole in a chunk of ASCII, as most lines do, needs no buffer and no decoder. */
  private plainLine(chunk: Buffer, start: number, end: number): Line {
    const last = end > start && chunk[end - 1] === CR ? end - 1 : end;
    const text = chunk.toString('latin1', start, last);
    const { shape } = this;
    if (!shape || shape.surelyAccepts(text)) return { text };
    const why = shape.push(chunk, start, end);
    shape.reset();
    return why ? { fault: 'INVALID_REQUEST', why } : { text };
  }

  private take(bytes: Buffer): void {
    if (bytes.length === 0) return;
    if (this.fault) {
      this.drop([bytes]);
      return;
    }
    this.size += bytes.length;
    // One byte over may still be the CR of a CRLF.
    if (this.size > this.limit + 1) this.fault = 'LINE_TOO_LONG';
    else {
      const why = this.shape?.push(bytes);
      if (why) this.fault = { why };
    }
    if (this.parts === noParts) this.parts = [bytes];
    else this.parts.push(bytes);
    const { parts } = this;
    if (this.fault) {
      this.parts = noParts;
      this.drop(parts);
    } else if (parts.length > (this.size > smallLine ? mostParts : 1)) {
      // If bytes arrive one by one, a buffer for each would take hundreds of times their size.
      this.parts = [Buffer.concat(parts)];
      this.drop(parts);
    }
  }

  /** Bytes that are not used any more. */
  private drop(parts: readonly Buffer[]): void {
    if (!this.ownsChunks) return;
    for (const part of parts) freeNow(part);
  }

  private finish(): Line {
    const { parts, fault, limit } = this;
    this.parts = noParts;
    this.size = 0;
    this.fault = undefined;
    this.shape?.reset();
    if (fault === 'LINE_TOO_LONG') return { fault, limit };
    if (fault) return { fault: 'INVALID_REQUEST', why: fault.why };
    const whole = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
    const line = this.decoded(whole);
    this.drop(parts);
    this.drop([whole]);
    return line;
  }

  private decoded(whole: Buffer): Line {
    const { limit } = this;
    const bytes = whole.at(-1) === CR ? whole.subarray(0, -1) : whole;
    if (bytes.length > limit) return { fault: 'LINE_TOO_LONG', limit };
    try {
      return { text: decoder.decode(bytes) };
    } catch {
      return { fault: 'NOT_UTF8', limit };
    }
  }
}
