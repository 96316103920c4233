import { createInterface, type Interface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { historySize } from './history.ts';
import type { TerminalOutput } from './streams.ts';

/** Members of Node's readline that are not public. They exist in Node 20 to 24. */
interface Unnamed {
  history: string[];
  line: string;
  cursor: number;
  /** How many rows above the cursor readline believes that its line begins. */
  prevRows: number;
}

/** The line that the user is typing. Node's readline edits it; its unnamed parts are used only here. */
export class EditedLine {
  /** Emits `line`, `SIGINT`, `SIGTSTP`, `close` and `history`. */
  readonly readline: Interface;
  private readonly unnamed: Unnamed;

  /** @param history earlier lines, the newest first */
  constructor(output: TerminalOutput, history: readonly string[]) {
    const others = output.listeners('resize');
    this.readline = createInterface({
      // `Keyboard` writes the keys, in larger pieces than readline would read.
      input: new PassThrough(),
      output,
      terminal: true,
      prompt: '',
      history: [...history],
      historySize,
      removeHistoryDuplicates: true,
    });
    this.unnamed = this.readline as unknown as Unnamed;
    // Readline would draw its line at each resize, even while another program has the terminal, and
    // without knowing on which row it begins. `Screen` does it instead.
    for (const listener of output.listeners('resize')) {
      if (!others.includes(listener)) output.off('resize', listener as () => void);
    }
  }

  get text(): string {
    return this.readline.line;
  }

  get beforeCursor(): string {
    return this.text.slice(0, this.readline.cursor);
  }

  get afterCursor(): string {
    return this.text.slice(this.readline.cursor);
  }

  /** Earlier lines, the newest first. */
  get history(): readonly string[] {
    return this.unnamed.history;
  }

  /** Types `text` at the cursor. */
  type(text: string): void {
    this.readline.write(text);
  }

  /** Presses a key that moves or deletes, a number of times. */
  press(name: 'left' | 'backspace', times: number): void {
    for (let time = 0; time < times; time++) this.readline.write(null, { name });
  }

  /** Deletes the whole line, as a user would with Ctrl-E and Ctrl-U. */
  clear(): void {
    this.readline.write(null, { ctrl: true, name: 'e' });
    this.readline.write(null, { ctrl: true, name: 'u' });
  }

  /** Replaces the line, with the cursor at its end, without drawing it. */
  replace(line: string): void {
    Object.assign(this.unnamed, { line, cursor: line.length });
  }

  setPrompt(prompt: string): void {
    this.readline.setPrompt(prompt);
  }

  /** Draws the prompt and the line; the cursor stays where it is in the line. */
  draw(): void {
    this.readline.prompt(true);
  }

  /** How many rows the cursor is below the first row of the prompt. */
  get cursorRow(): number {
    return this.readline.getCursorPos().rows;
  }

  /** Tells readline how many rows above the cursor its line begins on the screen. */
  set rowsAbove(rows: number) {
    this.unnamed.prevRows = rows;
  }
}
