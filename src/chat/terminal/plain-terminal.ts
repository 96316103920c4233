import { PassThrough, type Writable } from 'node:stream';
import { type Line, LineSplitter, lineError } from '../../protocol/framing.ts';
import { limits } from '../../protocol/limits.ts';
import { GivenUp } from '../../protocol/text/command.ts';
import { renderError } from '../../protocol/text/render.ts';
import { wrapQuestion } from '../../terminal/wrap.ts';
import type { More } from './page.ts';
import type { Interrupts, TerminalInput } from './streams.ts';
import type { Question, Terminal } from './terminal.ts';

/** Turns on and off whether the terminal shows typed characters. */
export interface Echo {
  off(): void;
  on(): void;
}

/**
 * For a terminal that cannot move its cursor, or an output that is not a terminal. The terminal edits
 * the line itself. Output is printed below the line being typed, and then the prompt again.
 */
export class PlainTerminal implements Terminal {
  private readonly controller = new AbortController();
  readonly interrupted: AbortSignal = this.controller.signal;
  readonly lines = new PassThrough({ objectMode: true });
  private readonly splitter = new LineSplitter(limits.textLine);
  private prompt = '';
  /** Gets the next line in place of `lines`. */
  private taker: ((line: string | undefined) => void) | undefined;
  private asking = false;
  private unprinted = '';
  private lent = false;
  private closed = false;
  private readonly forget: () => void;

  constructor(
    private readonly input: TerminalInput,
    private readonly output: Writable & { readonly columns?: number },
    interrupts: Interrupts,
    private readonly echo?: Echo,
  ) {
    this.showsSecrets = echo === undefined;
    input.on('data', this.read);
    // Reading from a closed terminal fails.
    for (const event of ['end', 'error']) input.on(event, this.close);
    this.forget = interrupts(this.interrupt);
  }

  ask({ text }: Pick<Question, 'text'>): void {
    if (this.closed) return;
    this.prompt = text;
    this.asking = true;
    this.output.write(text);
  }

  // Until the line is entered, only the terminal knows it.
  readonly unfinished = '';
  readonly showsSecrets: boolean;

  textLine(prompt: string): Promise<string | undefined> {
    return this.answer(prompt);
  }

  answer(prompt: string): Promise<string | undefined> {
    return new Promise((resolve) => {
      if (this.closed) return resolve(undefined);
      this.taker = resolve;
      this.ask({ text: wrapQuestion(prompt, this.output.columns) });
    });
  }

  /** A terminal that edits its lines itself shows the secret, and the question says so. */
  async secret(prompt: string): Promise<string> {
    this.echo?.off();
    const shown = this.showsSecrets ? '(shown as you type) ' : '';
    const secret = await this.answer(`${shown}${prompt}`);
    this.echo?.on();
    if (secret === undefined) throw new GivenUp();
    return secret;
  }

  readonly size = undefined;

  async more(): Promise<More> {
    return 'all';
  }

  print(text: string): void {
    if (this.lent) {
      this.unprinted += text;
      return;
    }
    const { asking } = this;
    this.endLine();
    this.output.write(text);
    if (asking) this.output.write(this.prompt);
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

  readonly close = (): void => {
    if (!this.closed) this.end();
  };

  private readonly read = (chunk: Buffer) => {
    for (const line of this.splitter.split(chunk)) this.received(line);
  };

  private received(line: Line): void {
    if (this.closed) return;
    if ('text' in line) {
      this.entered(line.text);
      return;
    }
    this.asking = false;
    this.print(renderError(lineError(line)));
    this.ask({ text: this.prompt });
  }

  private entered(line: string): void {
    this.asking = false;
    const { taker } = this;
    this.taker = undefined;
    if (taker) taker(line);
    else this.lines.write(line);
  }

  /** Gives up the text being written. If there is none, leaves. */
  private readonly interrupt = () => {
    // The program that has the terminal gets the signal too.
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
    this.splitter.end((line) => this.received(line));
    this.closed = true;
    this.input.off('data', this.read);
    this.input.pause();
    this.forget();
    this.taker?.(undefined);
    this.endLine();
    this.lines.end();
  }

  private endLine(): void {
    if (this.asking) this.output.write('\n');
    this.asking = false;
  }
}
