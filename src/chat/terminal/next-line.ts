import { asTyped } from '../../protocol/text/draft.ts';

/**
 * Routes the next entered line if it is not a command: to a text that is written line by line, or to a
 * question that interrupted the typing.
 */
export class NextLine {
  private resolve: ((line: string | undefined) => void) | undefined;
  private isText = false;
  /** Whether the user gave the text up. The unfinished last line has been handed over by then. */
  private wasGivenUp = false;
  private unsaved = '';

  /** What was typed of the last line of a text that was given up, until `saved` is called. The program may end before. */
  get unsavedText(): string {
    return this.unsaved;
  }

  /** Whether the line being typed is part of a text. */
  get inText(): boolean {
    return this.isText;
  }

  /** Whether the next line is not a command. */
  get isAwaited(): boolean {
    return this.resolve !== undefined;
  }

  /** @returns the line that answers a question; undefined if the user gives up */
  answer(): Promise<string | undefined> {
    return this.wait(false);
  }

  /**
   * @param ask shows the prompt; not called if the text was given up already
   * @returns the next line of a text; undefined if it is given up
   */
  async ofText(ask: () => void): Promise<string | undefined> {
    const { wasGivenUp } = this;
    this.saved();
    if (wasGivenUp) return undefined;
    const line = this.wait(true);
    ask();
    return line;
  }

  /** Hands a line over. @returns false if no question or text waits for it, so that it is a command */
  enter(line: string): boolean {
    const { resolve } = this;
    this.stop();
    resolve?.(line);
    return resolve !== undefined;
  }

  /**
   * Gives the question or the text up. What was typed of a line of a text is handed over first, so
   * that it is kept with the rest.
   */
  giveUp(typed: string): void {
    const { resolve, isText } = this;
    this.stop();
    this.wasGivenUp = resolve !== undefined && isText && typed !== '';
    this.unsaved = this.wasGivenUp ? typed : '';
    resolve?.(this.wasGivenUp ? asTyped(typed) : undefined);
  }

  /** To be called once the text has the line that `giveUp` handed over. */
  saved(): void {
    this.wasGivenUp = false;
    this.unsaved = '';
  }

  private wait(isText: boolean): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.resolve = resolve;
      this.isText = isText;
    });
  }

  private stop(): void {
    this.resolve = undefined;
    this.isText = false;
  }
}
