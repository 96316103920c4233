import { createInterface, type Interface } from 'node:readline';
import type { ReadStream, WriteStream } from 'node:tty';
import type { Question, Terminal } from './terminal.ts';

/**
 * A terminal whose cursor cannot be moved, or an output that is none: the terminal's own line
 * editing stays on, what is printed goes below what is being typed, and the question comes again.
 */
export class PlainTerminal implements Terminal {
  private readonly controller = new AbortController();
  readonly interrupted: AbortSignal = this.controller.signal;
  private readonly reader: Interface;
  private readonly typed: AsyncIterable<string>;
  private asking = false;
  private readonly interrupt = () => {
    this.controller.abort();
    this.reader.close();
  };

  constructor(
    input: ReadStream,
    private readonly output: WriteStream,
  ) {
    this.reader = createInterface({ input, terminal: false });
    this.typed = this.reader[Symbol.asyncIterator]();
    this.reader.on('line', () => {
      this.asking = false;
    });
    this.reader.on('close', () => this.endLine());
    process.once('SIGINT', this.interrupt);
  }

  async *lines(): AsyncGenerator<string> {
    for await (const line of this.typed) {
      if (this.interrupted.aborted) return;
      yield line;
    }
  }

  ask(question: Question): void {
    this.reader.setPrompt(question.text);
    this.asking = true;
    this.output.write(question.text);
  }

  print(text: string): void {
    const { asking } = this;
    this.endLine();
    this.output.write(text);
    if (asking) this.output.write(this.reader.getPrompt());
    this.asking = asking;
  }

  close(): void {
    process.off('SIGINT', this.interrupt);
    this.reader.close();
  }

  private endLine(): void {
    if (this.asking) this.output.write('\n');
    this.asking = false;
  }
}
