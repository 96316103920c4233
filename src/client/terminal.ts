import type { ReadStream, WriteStream } from 'node:tty';
import { LineEditor } from './line-editor.ts';
import { PlainTerminal } from './plain-terminal.ts';

/** A person at a terminal, who types lines while other lines are printed. */
export interface Terminal {
  /** Aborted when the person asks to leave with Ctrl-C. */
  readonly interrupted: AbortSignal;
  /** The lines as they are entered, until the end of input or an interruption. */
  readonly lines: AsyncIterable<string>;
  /** Shows `question` before what is typed, until the next line is entered. */
  ask(question: Question): void;
  /**
   * Asks for a secret, which is not remembered, and shown only by a terminal that has to.
   * @throws BoardError `PASSWORD_REQUIRED` where it is given up
   */
  secret(prompt: string): Promise<string>;
  /** Prints whole lines, above the line being typed where that is possible. */
  print(text: string): void;
  /** Leaves the terminal as it was found. */
  close(): void;
}

export interface Question {
  readonly text: string;
  /** Whether the arrow keys bring the answer back. */
  readonly remember: boolean;
}

/** @param dumb whether the terminal cannot move its cursor */
export function openTerminal(input: ReadStream, output: WriteStream, dumb: boolean): Terminal {
  return dumb || !output.isTTY ? new PlainTerminal(input, output) : new LineEditor(input, output);
}
