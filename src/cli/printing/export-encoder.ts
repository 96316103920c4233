import { createHash } from 'node:crypto';
import type { ExportLine } from '../../board/export-format.ts';
import { toJson } from '../../protocol/printable-json.ts';

// How many characters are written at once.
const chunkSize = 64 * 1024;

/** The size of an export. */
export interface Written {
  readonly lines: number;
  readonly bytes: number;
}

/** Encodes the lines of an export, and adds the last line with the count and the hash of those above. */
export class ExportEncoder {
  private readonly hash = createHash('sha256');
  private lines = 0;
  private bytes = 0;
  /** How many messages were encoded so far. */
  messages = 0;
  /** Set after the last line. */
  written: Written | undefined;

  *encode(lines: Iterable<ExportLine>): Generator<string> {
    let text = '';
    for (const line of lines) {
      text += `${toJson(line, 0)}\n`;
      this.lines++;
      if (line.type === 'message') this.messages++;
      if (text.length < chunkSize) continue;
      yield this.pass(text);
      text = '';
    }
    yield this.pass(text);
    yield this.end();
  }

  private pass(text: string): string {
    this.hash.update(text);
    this.bytes += Buffer.byteLength(text);
    return text;
  }

  private end(): string {
    const { lines } = this;
    const end: ExportLine = { type: 'end', lines, sha256: this.hash.digest('hex') };
    const text = `${toJson(end, 0)}\n`;
    this.written = { lines: lines + 1, bytes: this.bytes + text.length };
    return text;
  }
}
