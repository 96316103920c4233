import { Readable, type Writable } from 'node:stream';
import { PlainTerminal } from '../chat/terminal/plain-terminal.ts';
import { GivenUp } from '../protocol/text/command.ts';
import type { Asker } from './asking.ts';
import { TypedLines } from './typed-lines.ts';
import type { Visitor } from './visitor.ts';

/** A visitor who types lines at a terminal that shows them one below the other. */
export class Typing implements Asker {
  readonly terminal: PlainTerminal;
  private readonly typed: TypedLines;

  private readonly input: Readable;

  constructor(
    { input, gone }: Pick<Visitor, 'input' | 'gone'>,
    output: Writable & { readonly columns?: number },
  ) {
    this.input = input;
    this.typed = new TypedLines(input, output);
    const { lines, interrupts, echo } = this.typed;
    this.terminal = new PlainTerminal(lines, output, interrupts, echo);
    gone.addEventListener('abort', this.end);
    if (gone.aborted) this.end();
  }

  /** Aborted at Ctrl-C, if no question is there to be given up. */
  get interrupted(): AbortSignal {
    return this.terminal.interrupted;
  }

  print(text: string): void {
    this.terminal.print(text);
  }

  answer(prompt: string): Promise<string | undefined> {
    return this.terminal.answer(prompt);
  }

  secret(prompt: string): Promise<string> {
    return this.terminal.secret(prompt);
  }

  /** Asks until the visitor answers yes or no. Nothing typed is no, and so is giving the question up. */
  async confirm(question: string): Promise<boolean> {
    return /^y(es)?$/i.test((await this.answer(question))?.trim() ?? '');
  }

  /** The lines of a text, to Ctrl-D. Fails after Ctrl-C. @param tell is told how the text is ended */
  content(tell: (text: string) => void): Readable {
    tell('Type the content; Ctrl-D on a line of its own ends it.');
    return Readable.from(this.typedContent());
  }

  private async *typedContent(): AsyncGenerator<Buffer> {
    for await (const line of this.terminal.lines) yield Buffer.from(`${line}\n`);
    if (this.interrupted.aborted) throw new GivenUp('Nothing was posted.');
  }

  /** Gives up whatever is asked. */
  readonly end = () => this.terminal.close();

  /** Leaves the input to others, with what was typed ahead of them. */
  close(): void {
    this.end();
    const { lines } = this.terminal;
    const entered = unread(lines).map((line) => `${line}\r`);
    const ahead = entered.join('') + this.typed.close();
    if (ahead !== '' && !this.input.readableEnded) this.input.unshift(Buffer.from(ahead));
  }
}

/** What is left in a stream that nobody reads any more. */
function unread(stream: Readable): string[] {
  const left: string[] = [];
  for (let piece = stream.read(); piece !== null; piece = stream.read()) left.push(String(piece));
  return left;
}
