import { createHash } from 'node:crypto';
import { ExportError, longestExportLine } from '../../../board/export-format.ts';

const LF = 0x0a;

/** How far a file has been read: the number of lines and bytes, and the SHA-256 of these bytes. */
export interface Position {
  readonly lines: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** A position that moves along a file, line by line. */
export class Cursor {
  private readonly hash = createHash('sha256');
  lines = 0;
  bytes = 0;

  /** @param line with its ending */
  pass(line: Buffer): void {
    this.lines++;
    this.skip(line);
  }

  /** Moves on by bytes without counting their lines. */
  skip(bytes: Buffer): void {
    this.bytes += bytes.length;
    this.hash.update(bytes);
  }

  get position(): Position {
    const sha256 = this.hash.copy().digest('hex');
    return { lines: this.lines, bytes: this.bytes, sha256 };
  }
}

/** Skips the bytes up to a position that was reached before, and yields the rest. */
export async function* resumed(
  chunks: AsyncIterable<Buffer>,
  cursor: Cursor,
  at: Position,
  refuse: () => Error,
): AsyncGenerator<Buffer> {
  let reached = false;
  for await (const chunk of chunks) {
    const missing = at.bytes - cursor.bytes;
    if (reached) yield chunk;
    else if (chunk.length < missing) cursor.skip(chunk);
    else {
      cursor.skip(chunk.subarray(0, missing));
      if (cursor.position.sha256 !== at.sha256) throw refuse();
      cursor.lines = at.lines;
      reached = true;
      yield chunk.subarray(missing);
    }
  }
  if (!reached) throw refuse();
}

/** Cuts a file into lines with their endings. Yields all lines that a chunk completes together. */
export async function* cutIntoLines(
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<readonly Buffer[]> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = bytes.indexOf(LF, rest.length); end !== -1; end = bytes.indexOf(LF, start)) {
      lines.push(bytes.subarray(start, end + 1));
      start = end + 1;
    }
    yield lines;
    rest = bytes.subarray(start);
    if (rest.length > longestExportLine) {
      throw new ExportError(`It is longer than ${longestExportLine} bytes`);
    }
  }
  if (rest.length > 0) yield [rest];
}
