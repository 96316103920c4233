import { setImmediate } from 'node:timers/promises';
import { ConnectionError } from '../client/failure.ts';
import { cleanLine } from '../protocol/clean.ts';
import { BoardError } from '../protocol/errors.ts';
import { GivenUp } from '../protocol/text/command.ts';
import { error, info, renderError } from '../protocol/text/render.ts';
import type { Style } from '../protocol/text/style.ts';

/** Where a conversation prints. Texts are whole lines, which end in a line feed. */
export interface Output {
  /** Replies, errors of commands, and notices, as the text protocol prints them. */
  print(text: string): void;
  /** Failures of the connection. */
  complain(text: string): void;
}

/**
 * Prints the results of the commands of the user. Texts are clean already and may have colours: the
 * connection cleans everything that it receives.
 */
export class Reporter {
  constructor(
    private readonly output: Output,
    /** Aborted when the user leaves. After that, nothing is printed. */
    private readonly left: AbortSignal,
    private readonly style: Style,
  ) {}

  print(text: string): void {
    if (!this.left.aborted) this.output.print(text);
  }

  complain(text: string): void {
    if (!this.left.aborted) this.output.complain(text);
  }

  /** Prints a text or an expected failure. @returns false if it failed */
  show(text: Promise<string>): Promise<boolean> {
    return this.attempt(async () => {
      this.print(await text);
      return true;
    });
  }

  /**
   * Prints the output of a command, or an expected failure.
   * @param print prints a piece; resolves with false if the user wants no more, which ends the command
   * @returns false if the command failed
   */
  showAll(
    pieces: AsyncGenerator<string, boolean>,
    print: (piece: string) => Promise<boolean>,
  ): Promise<boolean> {
    // The command with which the user leaves may still print its last line.
    const left = this.left.aborted;
    return this.attempt(async () => {
      for (;;) {
        const { done, value } = await pieces.next();
        if (done) return value;
        if (left || (await print(value))) {
          // Keys and notices are handled between the pieces of a long list.
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
        // An error of the network may contain text of the server, such as from its certificate.
        this.complain(error(cleanLine(failure.message), this.style));
      } else {
        throw failure;
      }
      return false;
    }
  }
}
