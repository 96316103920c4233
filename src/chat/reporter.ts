import { setImmediate } from 'node:timers/promises';
import { ConnectionError } from '../client/failure.ts';
import { cleanLine } from '../protocol/clean.ts';
import { BoardError } from '../protocol/errors.ts';
import { GivenUp } from '../protocol/text/command.ts';
import { error, info, renderError } from '../protocol/text/render.ts';
import type { Style } from '../protocol/text/style.ts';

/** Where a session prints: whole lines, which end in a line feed. */
export interface Output {
  /** Replies, refused commands and notices, as the text protocol prints them. */
  print(text: string): void;
  /** What went wrong between here and the server. */
  complain(text: string): void;
}

/**
 * Tells a person what comes of what they do. What it is given to print is clean already, and may be
 * coloured: the connection cleans what it takes in.
 */
export class Reporter {
  constructor(
    private readonly output: Output,
    /** Aborted when the person leaves: they do not wait for answers any more. */
    private readonly left: AbortSignal,
    private readonly style: Style,
  ) {}

  print(text: string): void {
    if (!this.left.aborted) this.output.print(text);
  }

  complain(text: string): void {
    if (!this.left.aborted) this.output.complain(text);
  }

  /** Prints what comes, and tells of a failure that is expected; false if there was one. */
  show(text: Promise<string>): Promise<boolean> {
    return this.attempt(async () => {
      this.print(await text);
      return true;
    });
  }

  /**
   * The same for what a command yields; false also where the command says so.
   * @param print prints a piece; false if the person wants no more, which ends the command
   */
  showAll(
    pieces: AsyncGenerator<string, boolean>,
    print: (piece: string) => Promise<boolean>,
  ): Promise<boolean> {
    // The command by which the person leaves says its last word.
    const left = this.left.aborted;
    return this.attempt(async () => {
      for (;;) {
        const { done, value } = await pieces.next();
        if (done) return value;
        if (left || (await print(value))) {
          // A list goes on for long: keys and notices get their turn.
          await setImmediate();
          continue;
        }
        await pieces.return(true);
        return true;
      }
    });
  }

  private async attempt(action: () => Promise<boolean>): Promise<boolean> {
    try {
      return await action();
    } catch (failure) {
      if (failure instanceof GivenUp) {
        this.print(info(failure.message, this.style));
      } else if (failure instanceof BoardError) {
        this.print(renderError(failure, this.style));
      } else if (failure instanceof ConnectionError) {
        // What the network says of a peer may hold what the peer sent, as in its certificate.
        this.complain(error(cleanLine(failure.message), this.style));
      } else {
        throw failure;
      }
      return false;
    }
  }
}
