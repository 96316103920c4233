import type { Readable, Writable } from 'node:stream';

/** What is typed at a terminal: of this process, or of a visitor who came by ssh. */
export type TerminalInput = Readable;

/** The screen of a terminal, like `tty.WriteStream`. Emits `resize` after each change of its size. */
export interface TerminalOutput extends Writable {
  readonly columns: number;
  readonly rows: number;
}

/** The modes of a terminal while lines are edited. */
export interface Modes {
  /** Turns them on, after `leave`. */
  enter(): void;
  leave(): void;
  /** Gives the terminal back to the shell, as Ctrl-Z does, if there is a shell. */
  suspend(): void;
  close(): void;
}

/** Is notified when the modes change although nothing in this program has asked for it. */
export interface ModesOwner {
  /** Called when the program continues after it was stopped. The modes are on again. */
  resumed(): void;
  /** Called when a signal ends the program. */
  ending(): void;
}

/** Calls `interrupt` at each Ctrl-C. @returns a function that ends this */
export type Interrupts = (interrupt: () => void) => () => void;
