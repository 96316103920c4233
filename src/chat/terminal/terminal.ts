import type { Completion } from './completion.ts';
import type { PagedTerminal } from './page.ts';

/** A person at a terminal, who types lines while other lines are printed. */
export interface Terminal extends PagedTerminal {
  /** Aborted when the person asks to leave with Ctrl-C. */
  readonly interrupted: AbortSignal;
  /** The lines as they are entered, until the end of input or an interruption. */
  readonly lines: AsyncIterable<string>;
  /** Shows `question` before what is typed, until the next line is entered. */
  ask(question: Question): void;
  /**
   * Asks for one more line of a text. Undefined if the text is given up (Ctrl-C) or the terminal is
   * gone, after what was typed of the last line. Ctrl-D stands for a line with a dot.
   */
  textLine(prompt: string): Promise<string | undefined>;
  /** What is typed of a line of a text that is not entered yet, as far as that is known. */
  readonly unfinished: string;
  /** Asks for an answer in between. Undefined if it is given up, or the terminal is gone. */
  answer(prompt: string): Promise<string | undefined>;
  /**
   * Asks for a secret, which is not remembered.
   * @throws GivenUp if the person leaves the question
   */
  secret(prompt: string): Promise<string>;
  /** Whether a secret is shown as it is typed. */
  readonly showsSecrets: boolean;
  /** Prints whole lines, above the line being typed where that is possible. */
  print(text: string): void;
  /** Leaves the terminal to another program until `use` is done; what is printed waits for that. */
  lend<T>(use: () => Promise<T>): Promise<T>;
  /** Leaves the terminal as it was found. */
  close(): void;
}

export interface Question {
  readonly text: string;
  /** Whether the answer is kept, for the arrow keys and for later runs. */
  remembers(line: string): boolean;
  /** What the word before the cursor can become; `before` is the line up to there. */
  complete?(before: string): Promise<Completion | undefined>;
  /** Whether what follows `before` is the content of a message, which may have several lines. */
  holdsContent?(before: string): boolean;
}
