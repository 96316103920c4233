import { type BoardError, boardError } from '../errors.ts';
import { privateKeyAdvice } from '../ssh-key.ts';

// A private key of RSA with 16384 bits has 13 KiB.
const mostBytes = 32 * 1024;
// The lines of a paste arrive without pauses, unless the connection is very slow. In milliseconds.
const longestPause = 10_000;

// The first line of a key in PEM (RFC 7468), OpenPGP or PuTTY's format.
const header =
  /-{4,5} ?BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)? ?-{4,5}|PuTTY-User-Key-File-\d+:\s*[a-z0-9@.-]+/i;
// Any text may come before it, such as `%reply 3`, `> ` or `look:`.
const begins = new RegExp(`(?:${header.source})\\s*$`, 'i');
// A key that was made one line has this after its header. Sentences about keys do not.
const encoded = /[A-Za-z0-9+/=]{40}/;
const ends =
  /(?:-{4,5} ?END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)? ?-{4,5}|^\s*Private-(?:MAC|Hash):.*)\s*$/i;
// Base64, `Name: value`, a header or footer, or nothing.
const keyLike = /^(?:[A-Za-z0-9+/=]*|[A-Za-z][A-Za-z0-9-]*: .*|-{4,5}.*)$/;

function isHeader(line: string): boolean {
  if (begins.test(line)) return true;
  const found = header.exec(line);
  return found !== null && encoded.test(line.slice(found.index + found[0].length));
}

/**
 * Finds a private key that somebody pastes where lines are posted or run. Its lines are neither: they are dropped up to its last
 * line, a command, 32 KiB, or ten seconds without a line that looks like one of a key.
 */
export class PastedPrivateKey {
  private left = 0;
  private until = 0;

  /** Whether a line belongs to a private key. */
  has(line: string): boolean {
    return this.isInside(line) || line.split('\n').some(isHeader);
  }

  /**
   * Takes a line if it belongs to a private key.
   * @param line may be a pasted text of several lines
   * @returns an error to be shown for the first line; `dropped` for a further one, and undefined for any other line
   */
  take(line: string): BoardError | 'dropped' | undefined {
    const lines = line.split('\n');
    if (this.isInside(line)) {
      this.left -= Buffer.byteLength(line) + 1;
      // The key may be cut off. Then what is typed after it is dropped only until a pause.
      if (lines.every((one) => keyLike.test(one.trim())))
        this.until = performance.now() + longestPause;
      if (lines.some((one) => ends.test(one))) this.left = 0;
      return 'dropped';
    }
    this.left = 0;
    if (!lines.some(isHeader)) return undefined;
    if (!lines.some((one) => ends.test(one))) {
      this.left = mostBytes;
      this.until = performance.now() + longestPause;
    }
    return boardError('SSH_KEY_INVALID', privateKeyAdvice);
  }

  /** @throws BoardError `SSH_KEY_INVALID` if the answer to a question for a secret begins a private key */
  refuse(answer: string): void {
    const taken = this.take(answer);
    if (taken && taken !== 'dropped') throw taken;
  }

  private isInside(line: string): boolean {
    return this.left > 0 && performance.now() < this.until && !line.startsWith('%');
  }
}
