import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

// How many lines are kept between runs, and can be brought back with the arrow keys.
export const historySize = 1000;

/**
 * The lines that the user has typed, in a file that only its owner can read. Each line is appended when
 * it is entered, so that several clients can use the file at once. A client that starts cuts the file
 * to its maximum length.
 */
export class History {
  private constructor(
    private readonly file: string,
    /** The lines of earlier runs, the newest first. */
    readonly before: string[],
    /** Why no line can be kept. Undefined if lines are kept. */
    private problem: string | undefined,
  ) {}

  /** Lines are brought back in this run, and not kept. */
  static none(): History {
    return new History('', [], '');
  }

  /** @param find returns the file. If it throws, no line is kept, and `failure` says why */
  static open(find: () => string): History {
    let file = '';
    try {
      file = find();
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      const lines = read(file);
      if (lines.length > historySize) rewrite(file, lines.slice(-historySize));
      return new History(file, lines.slice(-historySize).reverse(), undefined);
    } catch (error) {
      return new History(file, [], reason(error));
    }
  }

  add(line: string): void {
    if (this.problem !== undefined) return;
    try {
      appendFileSync(this.file, `${line}\n`, { mode: 0o600 });
    } catch (error) {
      this.problem = reason(error);
    }
  }

  /** A sentence that says why lines are not kept. Undefined if they are. */
  get failure(): string | undefined {
    return this.problem && `What you type is not kept for the next time: ${this.problem}.`;
  }
}

function read(file: string): string[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
    chmodSync(file, 0o600);
    return lines;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Replaces the file by a rename, so that other clients always read a whole file. */
function rewrite(file: string, lines: string[]): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
  renameSync(draft, file);
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
