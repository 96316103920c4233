import { clearScreenDown, cursorTo, moveCursor } from 'node:readline';
import type { EditedLine } from './edited-line.ts';
import type { TerminalOutput } from './streams.ts';

/**
 * Prints text above the line that is being typed. The text of one turn of the event loop is printed
 * at once: the line is taken off the screen, the text is printed, and the line is drawn below it.
 */
export class Screen {
  private unprinted = '';
  /** Whether a prompt and the line are on the screen. */
  private isShown = false;
  private isLent = false;

  constructor(
    private readonly output: TerminalOutput,
    private readonly line: EditedLine,
  ) {
    output.on('resize', this.resized);
  }

  /** In characters; undefined if the terminal does not say. */
  get size() {
    const { rows, columns } = this.output;
    return rows > 1 && columns > 0 ? { rows, columns } : undefined;
  }

  /** @param text whole lines */
  print(text: string): void {
    if (this.unprinted === '') setImmediate(() => this.flush());
    this.unprinted += text;
  }

  /** Prints at once the output that waits for the end of the turn. */
  flush(): void {
    const { unprinted, output } = this;
    if (unprinted === '' || this.isLent) return;
    this.unprinted = '';
    output.cork();
    this.erase();
    output.write(unprinted);
    if (this.isShown) this.line.draw();
    output.uncork();
  }

  /** Shows `prompt` and the line below everything that was printed. */
  show(prompt: string): void {
    this.flush();
    this.isShown = true;
    this.line.setPrompt(prompt);
    this.line.draw();
  }

  /** Shows another prompt and another line in place of those on the screen. */
  replace(prompt: string, text: string): void {
    this.erase();
    this.line.replace(text);
    this.line.setPrompt(prompt);
    this.line.draw();
  }

  /** Removes the prompt and the line from the screen. */
  hide(): void {
    this.erase();
    this.isShown = false;
    this.line.setPrompt('');
  }

  /** Leaves the prompt and the line on the screen. What is printed next goes below them. */
  leave(): void {
    this.isShown = false;
    this.line.setPrompt('');
    this.flush();
  }

  /** Ends the row that the cursor is on. */
  endRow(): void {
    this.output.write('\n');
  }

  /** Draws the line below what another program has left on the screen. */
  redraw(): void {
    this.line.rowsAbove = 0;
    if (this.isShown) this.line.draw();
  }

  /** Prints nothing until `takeBack`, because another program has the terminal. */
  lend(): void {
    this.flush();
    this.isLent = true;
  }

  takeBack(): void {
    this.isLent = false;
    this.flush();
  }

  /** Prints the rest. Readline is closed and cannot draw its line again, so the rest goes below it. */
  close(): void {
    if (this.isShown) this.endRow();
    this.isShown = false;
    this.flush();
    this.output.off('resize', this.resized);
  }

  private erase(): void {
    if (!this.isShown) return;
    moveCursor(this.output, 0, -this.line.cursorRow);
    cursorTo(this.output, 0);
    clearScreenDown(this.output);
    this.line.rowsAbove = 0;
  }

  /** Terminals break long rows again for the new width, those of the line among them. */
  private readonly resized = () => {
    if (!this.isShown || this.isLent) return;
    this.line.rowsAbove = this.line.cursorRow;
    this.line.draw();
  };
}
