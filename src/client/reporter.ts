import { cleanLine, cleanText } from '../protocol/clean.ts';
import { BoardError } from '../protocol/errors.ts';
import { renderError } from '../protocol/text/render.ts';
import { ConnectionError } from './failure.ts';

/** Where a session prints: whole lines, which end in a line feed. */
export interface Output {
  /** Replies, refused commands and notices, as the text protocol prints them. */
  print(text: string): void;
  /** What went wrong between here and the server. */
  complain(text: string): void;
}

/**
 * Tells a person what comes of what they do, cleaned for the terminal: nothing is taken on trust,
 * not even from a server.
 */
export class Reporter {
  constructor(
    private readonly output: Output,
    /** Aborted when the person leaves: they do not wait for answers any more. */
    private readonly left: AbortSignal,
  ) {}

  print(text: string): void {
    if (!this.left.aborted) this.output.print(cleanText(text));
  }

  complain(text: string): void {
    if (!this.left.aborted) this.output.complain(cleanText(text));
  }

  /** Prints what comes, and tells of a failure that is expected; false if there was one. */
  show(text: Promise<string>): Promise<boolean> {
    return this.attempt(async () => {
      this.print(await text);
      return true;
    });
  }

  /** The same for what a command yields; false also where the command says so. */
  showAll(pieces: AsyncGenerator<string, boolean>): Promise<boolean> {
    return this.attempt(async () => {
      for (;;) {
        const { done, value } = await pieces.next();
        if (done) return value;
        this.print(value);
      }
    });
  }

  private async attempt(action: () => Promise<boolean>): Promise<boolean> {
    try {
      return await action();
    } catch (error) {
      if (error instanceof BoardError) {
        this.print(renderError(error));
      } else if (error instanceof ConnectionError) {
        this.complain(`[ERROR] ${cleanLine(error.message)}\n`);
      } else {
        throw error;
      }
      return false;
    }
  }
}
