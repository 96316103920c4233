import { type BoardError, boardError } from './errors.ts';
import { type JsonBounds, JsonShape } from './jsonrpc/json-shape.ts';

const LF = 0x0a;
const CR = 0x0d;
const NUL = 0x00;
const IAC = 0xff;
// The end of file of telnet's line mode; the commands go up from there.
const lowestCommand = 236;

// Pieces of a line that are kept apart before they are put together.
const mostParts = 64;
// Bytes up to which they are put together at once: each piece costs some 200 bytes more than it holds.
const smallLine = 4096;

// It keeps nothing between two lines, so that one serves all.
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Why a line has no text, with the limit in bytes that held for it. */
type Unread =
  | { fault: 'NOT_UTF8' | 'LINE_TOO_LONG'; limit: number }
  | { fault: 'INVALID_REQUEST'; why: string };

/** What came as one line. */
export type Line = { text: string } | Unread;

/** What the peer is told of a line that could not be read. */
export function lineError(unread: Unread): BoardError {
  switch (unread.fault) {
    case 'NOT_UTF8':
      return boardError(unread.fault);
    case 'LINE_TOO_LONG':
      return boardError(unread.fault, unread.limit);
    case 'INVALID_REQUEST':
      return boardError(unread.fault, unread.why);
  }
}

/**
 * Cuts a stream of bytes into lines, wherever the network split it. Lines end in LF or CRLF, and
 * people's lines in CR or CR NUL too, as telnet sends them (RFC 854, page 11). The limit counts bytes as they come,
 * before anything is decoded, and JSON is looked at as it comes. Past a bound the rest of the line is skipped and
 * one fault reported. A line is decoded whole, so a character split across packets stays whole.
 */
export class LineSplitter {
  private parts: Buffer[] = [];
  private size = 0;
  /** Why the rest of the line is skipped. */
  private fault: 'LINE_TOO_LONG' | { why: string } | undefined;
  private shape: JsonShape | undefined;
  /** The line before ended in CR: LF or NUL after it belongs to that ending. */
  private afterCr = false;

  /**
   * @param limit longest line in bytes, without its ending; may be raised at any time
   * @param endsAtCr whether a CR that no LF follows ends a line; may be changed before the first one
   */
  constructor(
    public limit: number,
    public endsAtCr = false,
  ) {}

  /** Bytes of an unfinished line that are kept; at most the limit and 1. */
  get held(): number {
    return this.fault ? 0 : this.size;
  }

  /** From the next line on, a line is skipped as `INVALID_REQUEST` if its JSON is past the bounds. */
  boundJson(bounds: JsonBounds): void {
    this.shape = new JsonShape(bounds);
  }

  /** Whether the line that is not finished is past a bound already, and the rest of it is skipped. */
  get isSkipping(): boolean {
    return this.fault !== undefined;
  }

  /** Takes the next bytes, and cuts the lines that they complete off as they are asked for. */
  *split(chunk: Buffer): Generator<Line, void> {
    let start = 0;
    let lf = chunk.indexOf(LF);
    let cr = this.endsAtCr ? chunk.indexOf(CR) : -1;
    for (;;) {
      if (this.afterCr && start < chunk.length) {
        this.afterCr = false;
        if (chunk[start] === LF || chunk[start] === NUL) start++;
      }
      // Each is searched for again only once it is passed, or a chunk without one is read many times.
      if (lf !== -1 && lf < start) lf = chunk.indexOf(LF, start);
      if (cr !== -1 && cr < start) cr = chunk.indexOf(CR, start);
      const end = lf === -1 || (cr !== -1 && cr < lf) ? cr : lf;
      if (end === -1) break;
      this.take(chunk.subarray(start, end));
      start = end + 1;
      this.afterCr = end === cr;
      yield this.finish();
    }
    // A copy, so that the beginning of a line does not keep the whole chunk in memory.
    if (start < chunk.length) this.take(start === 0 ? chunk : Buffer.from(chunk.subarray(start)));
  }

  /** The same, with all of the lines handed to `emit` at once, in order. */
  push(chunk: Buffer, emit: (line: Line) => void): void {
    for (const line of this.split(chunk)) emit(line);
  }

  /** Ends the stream: what is left without a line ending counts as a line. */
  end(emit: (line: Line) => void): void {
    if (this.size > 0) emit(this.finish());
  }

  private take(bytes: Buffer): void {
    if (this.fault || bytes.length === 0) return;
    this.size += bytes.length;
    // One byte over may still be the CR of a CRLF.
    if (this.size > this.limit + 1) this.fault = 'LINE_TOO_LONG';
    else {
      const why = this.shape?.push(bytes);
      if (why) this.fault = { why };
    }
    if (this.fault) {
      this.parts = [];
      return;
    }
    this.parts.push(bytes);
    // A buffer of its own for each byte that drips in would take hundreds of times its size.
    if (this.parts.length > (this.size > smallLine ? mostParts : 1)) {
      this.parts = [Buffer.concat(this.parts)];
    }
  }

  private finish(): Line {
    const { parts, fault, limit } = this;
    this.parts = [];
    this.size = 0;
    this.fault = undefined;
    this.shape?.reset();
    if (fault === 'LINE_TOO_LONG') return { fault, limit };
    if (fault) return { fault: 'INVALID_REQUEST', why: fault.why };
    let bytes = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
    if (bytes.at(-1) === CR) bytes = bytes.subarray(0, -1);
    if (bytes.length > limit) return { fault: 'LINE_TOO_LONG', limit };
    try {
      return { text: decoder.decode(bytes) };
    } catch {
      return { fault: 'NOT_UTF8', limit };
    }
  }
}

/**
 * Takes telnet's commands (RFC 854, RFC 1184) out of a stream of bytes, wherever it was split: IAC
 * with a two- or three-byte command, and IAC SB … IAC SE. A byte 255 that begins no command, and
 * IAC IAC, which stands for one, are no UTF-8 and so are left for the decoder to refuse.
 */
export class TelnetFilter {
  private state: 'text' | 'command' | 'option' | 'sub' | 'subCommand' = 'text';

  push(chunk: Buffer): Buffer {
    if (this.state === 'text' && !chunk.includes(IAC)) return chunk;
    // One byte more, for an IAC that ended the chunk before and was none.
    const out = Buffer.allocUnsafe(chunk.length + 1);
    let length = 0;
    for (const byte of chunk) {
      if (this.state === 'command' && byte < lowestCommand) out[length++] = IAC;
      if (this.keeps(byte)) out[length++] = byte;
    }
    return out.subarray(0, length);
  }

  private keeps(byte: number): boolean {
    switch (this.state) {
      case 'text':
        if (byte !== IAC) return true;
        this.state = 'command';
        return false;
      case 'command':
        if (byte === IAC || byte < lowestCommand) {
          this.state = 'text';
          return true;
        }
        // SB is 250; WILL, WONT, DO and DONT are 251 to 254 and name an option.
        this.state = byte === 250 ? 'sub' : byte >= 251 ? 'option' : 'text';
        return false;
      case 'option':
        this.state = 'text';
        return false;
      case 'sub':
        if (byte === IAC) this.state = 'subCommand';
        return false;
      case 'subCommand':
        // SE is 240; anything else, IAC IAC among it, is still inside.
        this.state = byte === 240 ? 'text' : 'sub';
        return false;
    }
  }
}
