import { createInterface, type Interface } from 'node:readline';
import type { ReadStream, WriteStream } from 'node:tty';
import { boardError } from '../protocol/errors.ts';
import type { Question, Terminal } from './terminal.ts';

/**
 * A terminal whose cursor cannot be moved, or an output that is none: the terminal's own line
 * editing stays on, what is printed goes below what is being typed, and the question comes again.
 */
export class PlainTerminal implements Terminal {
  private readonly controller = new AbortController();
  readonly interrupted: AbortSignal = this.controller.signal;
  readonly lines: AsyncIterable<string>;
  private readonly reader: Interface;
  private asking = false;
  private closed = false;

  constructor(
    input: ReadStream,
    private readonly output: WriteStream,
  ) {
    this.reader = createInterface({ input, terminal: false });
    this.lines = this.reader[Symbol.asyncIterator]();
    this.reader
      .on('line', () => {
        this.asking = false;
      })
      .on('close', () => this.end());
    process.once('SIGINT', this.interrupt);
  }

  ask(question: Question): void {
    if (this.closed) return;
    this.reader.setPrompt(question.text);
    this.asking = true;
    this.output.write(question.text);
  }

  /** The terminal shows what is typed, and the question says so. */
  async secret(prompt: string): Promise<string> {
    this.ask({ text: `(shown as you type) ${prompt}`, remember: false });
    const { value, done } = await this.lines[Symbol.asyncIterator]().next();
    if (done) throw boardError('PASSWORD_REQUIRED');
    return value;
  }

  print(text: string): void {
    const { asking } = this;
    this.endLine();
    this.output.write(text);
    if (asking) this.output.write(this.reader.getPrompt());
    this.asking = asking;
  }

  close(): void {
    this.reader.close();
  }

  private readonly interrupt = () => {
    this.controller.abort();
    this.close();
  };

  private end(): void {
    this.closed = true;
    process.off('SIGINT', this.interrupt);
    this.endLine();
  }

  private endLine(): void {
    if (this.asking) this.output.write('\n');
    this.asking = false;
  }
}
