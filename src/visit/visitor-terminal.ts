import { Writable } from 'node:stream';
import type { TerminalOutput } from '../chat/terminal/streams.ts';
import type { VisitorTerminal } from './visitor.ts';

/**
 * Text for the terminal of a visitor. A line feed becomes CR LF, because no driver of a terminal of this system is between the
 * visitor and us, or it is in raw mode.
 */
export class TerminalText extends Writable implements TerminalOutput {
  private readonly stopResizing: () => void;

  constructor(
    private readonly output: Writable,
    private readonly terminal: VisitorTerminal,
  ) {
    super({ decodeStrings: false });
    this.stopResizing = terminal.onResize(() => this.emit('resize'));
  }

  get columns(): number {
    return this.terminal.columns;
  }

  get rows(): number {
    return this.terminal.rows;
  }

  override _write(
    chunk: string | Buffer,
    _encoding: BufferEncoding,
    done: (error?: Error | null) => void,
  ): void {
    // The visitor may have gone.
    if (!this.output.writable) done();
    else this.output.write(String(chunk).replace(/\r?\n/g, '\r\n'), () => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.stopResizing();
    done(error);
  }

  /** Resolves when everything was handed over. Leaves the stream below open. */
  async finish(): Promise<void> {
    if (this.output.writable) await new Promise((resolve) => this.end(resolve));
    this.destroy();
  }
}
