import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

// Lines that are kept between runs, and that the arrow keys bring back.
export const historySize = 1000;

/**
 * The lines that were typed, in a file that only its owner may read. Every line is added as it is
 * entered, so that clients side by side keep what the others write; the file is cut back when one
 * starts.
 */
export class History {
  private constructor(
    private readonly file: string,
    /** What was typed in earlier runs, the newest first. */
    readonly before: string[],
    /** Why nothing is kept, for people; undefined where all is well. */
    private problem: string | undefined,
  ) {}

  /** @param find the file; where it fails, nothing is kept, and `failure` says why */
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

  /** Why what is typed will not be there in the next run. */
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

/** By rename, so that whoever reads it meanwhile finds it whole. */
function rewrite(file: string, lines: string[]): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
  renameSync(draft, file);
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
