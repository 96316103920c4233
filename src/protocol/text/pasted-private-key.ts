import { type BoardError, boardError } from '../errors.ts';
import { privateKeyAdvice } from '../ssh-key.ts';

// A private key of RSA with 16384 bits has 13 KiB.
const mostBytes = 32 * 1024;
// The lines of a paste arrive without pauses, unless the connection is very slow. In milliseconds.
const longestPause = 10_000;

// The first line of a key in PEM (RFC 7468), OpenPGP or PuTTY's format, alone or after `%key add`.
const begins =
  /^\s*(?:[%/]key\s+(?:add\s+)?)?(?:-{4,5} ?BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)? ?-{4,5}|PuTTY-User-Key-File-\d+:.*)\s*$/i;
const ends =
  /^\s*(?:-{4,5} ?END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)? ?-{4,5}|Private-(?:MAC|Hash):.*)\s*$/i;

/**
 * Finds a private key that somebody pastes where lines are posted or run. Its lines are neither: they are dropped up to its last
 * line, a command, 32 KiB, or a pause of ten seconds.
 */
export class PastedPrivateKey {
  private left = 0;
  private until = 0;

  /** Whether a line belongs to a private key. */
  has(line: string): boolean {
    return this.isInside(line) || line.split('\n').some((one) => begins.test(one));
  }

  /**
   * Takes a line if it belongs to a private key.
   * @param line may be a pasted text of several lines
   * @returns an error to be shown for the first line; `dropped` for a further one, and undefined for any other line
   */
  take(line: string): BoardError | 'dropped' | undefined {
    if (this.isInside(line)) {
      this.left -= Buffer.byteLength(line) + 1;
      this.until = performance.now() + longestPause;
      if (ends.test(line)) this.left = 0;
      return 'dropped';
    }
    this.left = 0;
    const lines = line.split('\n');
    if (!lines.some((one) => begins.test(one))) return undefined;
    if (!lines.some((one) => ends.test(one))) {
      this.left = mostBytes;
      this.until = performance.now() + longestPause;
    }
    return boardError('SSH_KEY_INVALID', privateKeyAdvice);
  }

  private isInside(line: string): boolean {
    return this.left > 0 && performance.now() < this.until && !line.startsWith('%');
  }
}
