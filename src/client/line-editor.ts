import {
  clearScreenDown,
  createInterface,
  cursorTo,
  type Interface,
  moveCursor,
} from 'node:readline';
import { PassThrough } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import { boardError } from '../protocol/errors.ts';
import { Keyboard } from './keyboard.ts';
import { Secret } from './secret.ts';
import type { Question, Terminal } from './terminal.ts';

// Lines that the arrow keys bring back.
const historySize = 1000;

/**
 * A terminal whose line being typed stays whole, cursor and all, while other lines are printed
 * above it. Ctrl-C clears the line; on an empty one it interrupts. Ctrl-D on an empty line ends
 * the input.
 */
export class LineEditor implements Terminal {
  private readonly controller = new AbortController();
  readonly interrupted: AbortSignal = this.controller.signal;
  readonly lines: AsyncIterable<string>;
  private readonly readline: Interface;
  private readonly keyboard: Keyboard;
  private question: Question | undefined;
  private remember = false;
  private closed = false;
  private giveUpSecret: (() => void) | undefined;

  constructor(
    input: ReadStream,
    private readonly output: WriteStream,
  ) {
    this.readline = createInterface({
      // The keys come from the keyboard, in larger pieces.
      input: new PassThrough(),
      output,
      terminal: true,
      prompt: '',
      historySize,
      removeHistoryDuplicates: true,
    });
    this.lines = this.readline[Symbol.asyncIterator]();
    this.keyboard = new Keyboard(input, this.readline);
    this.readline
      .on('line', () => this.entered())
      .on('SIGINT', () => this.interrupt())
      .on('SIGTSTP', () => this.keyboard.suspend(() => this.readline.prompt(true)))
      .on('close', () => this.end())
      .on('history', (history: string[]) => {
        if (!this.remember) history.shift();
      });
  }

  ask(question: Question): void {
    if (this.closed) return;
    this.question = question;
    this.remember = question.remember;
    this.readline.setPrompt(question.text);
    this.readline.prompt(true);
    this.keyboard.release();
  }

  async secret(prompt: string): Promise<string> {
    const secret = await new Promise<string | undefined>((resolve) => {
      this.giveUpSecret = () => resolve(undefined);
      // What was typed ahead of the question behind it is for that one.
      const done = (secret: string | undefined) => {
        this.keyboard.hold();
        resolve(secret);
      };
      this.keyboard.divert(new Secret(done).take);
      this.ask({ text: prompt, remember: false });
    });
    this.giveUpSecret = undefined;
    this.keyboard.divert(undefined);
    if (!this.closed) this.output.write('\n');
    this.entered();
    if (secret === undefined) throw boardError('PASSWORD_REQUIRED');
    return secret;
  }

  print(text: string): void {
    const { output, readline } = this;
    if (!this.question) {
      output.write(text);
      return;
    }
    const { rows } = readline.getCursorPos();
    output.cork();
    moveCursor(output, 0, -rows);
    cursorTo(output, 0);
    clearScreenDown(output);
    // To draw its line again, readline first goes up the rows that it had above the cursor.
    output.write(text + '\n'.repeat(rows));
    readline.prompt(true);
    output.uncork();
  }

  close(): void {
    this.readline.close();
  }

  /** What is typed until the next question is for that question. */
  private entered(): void {
    this.keyboard.hold();
    this.question = undefined;
    this.readline.setPrompt('');
  }

  private interrupt(): void {
    if (this.readline.line === '') {
      this.controller.abort();
      this.readline.close();
      return;
    }
    this.readline.write(null, { ctrl: true, name: 'e' });
    this.readline.write(null, { ctrl: true, name: 'u' });
  }

  private end(): void {
    this.closed = true;
    this.giveUpSecret?.();
    this.keyboard.close();
    if (this.question) this.output.write('\n');
    this.question = undefined;
  }
}
