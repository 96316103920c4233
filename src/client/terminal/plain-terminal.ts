import { createInterface, type Interface } from 'node:readline';
import { PassThrough } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import { boardError } from '../../protocol/errors.ts';
import type { Question, Terminal } from './terminal.ts';

/**
 * A terminal whose cursor cannot be moved, or an output that is none: the terminal's own line
 * editing stays on, what is printed goes below what is being typed, and the question comes again.
 */
export class PlainTerminal implements Terminal {
  private readonly controller = new AbortController();
  readonly interrupted: AbortSignal = this.controller.signal;
  readonly lines = new PassThrough({ objectMode: true });
  private readonly reader: Interface;
  /** Who gets the next line, in place of `lines`. */
  private taker: ((line: string | undefined) => void) | undefined;
  private asking = false;
  private unprinted = '';
  private lent = false;
  private closed = false;

  constructor(
    private readonly input: ReadStream,
    private readonly output: WriteStream,
  ) {
    this.reader = createInterface({ input, terminal: false });
    this.reader.on('line', (line) => this.entered(line)).on('close', () => this.end());
    process.on('SIGINT', this.interrupt);
  }

  ask({ text }: Pick<Question, 'text'>): void {
    if (this.closed) return;
    this.reader.setPrompt(text);
    this.asking = true;
    this.output.write(text);
  }

  textLine(prompt: string): Promise<string | undefined> {
    return new Promise((resolve) => {
      if (this.closed) return resolve(undefined);
      this.taker = resolve;
      this.ask({ text: prompt });
    });
  }

  /** The terminal shows what is typed, and the question says so. */
  async secret(prompt: string): Promise<string> {
    const secret = await this.textLine(`(shown as you type) ${prompt}`);
    if (secret === undefined) throw boardError('PASSWORD_REQUIRED');
    return secret;
  }

  print(text: string): void {
    if (this.lent) {
      this.unprinted += text;
      return;
    }
    const { asking } = this;
    this.endLine();
    this.output.write(text);
    if (asking) this.output.write(this.reader.getPrompt());
    this.asking = asking;
  }

  async lend<T>(use: () => Promise<T>): Promise<T> {
    this.lent = true;
    this.input.pause();
    try {
      return await use();
    } finally {
      this.lent = false;
      this.input.resume();
      const { unprinted } = this;
      this.unprinted = '';
      this.print(unprinted);
    }
  }

  close(): void {
    this.reader.close();
  }

  private entered(line: string): void {
    this.asking = false;
    const { taker } = this;
    this.taker = undefined;
    if (taker) taker(line);
    else this.lines.write(line);
  }

  /** Gives up what is being written; where that is nothing, leaves. */
  private readonly interrupt = () => {
    // The program that the terminal is lent to has got it too.
    if (this.lent) return;
    const { taker } = this;
    this.taker = undefined;
    if (taker) {
      this.endLine();
      taker(undefined);
      return;
    }
    this.controller.abort();
    this.close();
  };

  private end(): void {
    this.closed = true;
    process.off('SIGINT', this.interrupt);
    this.taker?.(undefined);
    this.endLine();
    this.lines.end();
  }

  private endLine(): void {
    if (this.asking) this.output.write('\n');
    this.asking = false;
  }
}
