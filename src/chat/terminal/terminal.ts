import type { Completion } from '../../terminal/completion.ts';
import type { PagedTerminal } from './page.ts';

/** A terminal at which a user types lines while other lines are printed. */
export interface Terminal extends PagedTerminal {
  /** Aborted when the user leaves with Ctrl-C. */
  readonly interrupted: AbortSignal;
  /** The entered lines, until the end of the input or an interruption. */
  readonly lines: AsyncIterable<string>;
  /** Shows `question` as the prompt until the next line is entered. */
  ask(question: Question): void;
  /**
   * Asks for the next line of a text. If the text is given up (Ctrl-C) or the terminal is closed, it
   * resolves with the unfinished line, and then with undefined. Ctrl-D enters a single dot.
   */
  textLine(prompt: string): Promise<string | undefined>;
  /** The unfinished line of a text, if it is known. */
  readonly unfinished: string;
  /** Asks a question. Undefined if it is given up, or the terminal is closed. */
  answer(prompt: string): Promise<string | undefined>;
  /**
   * Asks for a secret, which is not kept in the history.
   * @throws GivenUp if the user gives up
   */
  secret(prompt: string): Promise<string>;
  /** Whether a secret is shown while it is typed. */
  readonly showsSecrets: boolean;
  /** Prints whole lines, above the line being typed if possible. */
  print(text: string): void;
  /** Gives the terminal to another program until `use` is done. Output waits until then. */
  lend<T>(use: () => Promise<T>): Promise<T>;
  /** Restores the terminal. */
  close(): void;
}

export interface Question {
  readonly text: string;
  /** Whether a line is kept in the history. */
  remembers(line: string): boolean;
  /** Possible completions of the word before the cursor. `before` is the line up to the cursor. */
  complete?(before: string): Promise<Completion | undefined>;
  /** Whether the text after `before` is the content of a message, which may have several lines. */
  holdsContent?(before: string): boolean;
}
