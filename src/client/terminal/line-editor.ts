import {
  clearScreenDown,
  createInterface,
  cursorTo,
  type Interface,
  type Key,
  moveCursor,
} from 'node:readline';
import { PassThrough } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { ReadStream, WriteStream } from 'node:tty';
import { boardError } from '../../protocol/errors.ts';
import { type Completion, completed, listCandidates } from './completion.ts';
import { type History, historySize } from './history.ts';
import { Keyboard, type Press, pasteKey, returnKey } from './keyboard.ts';
import { TerminalModes } from './modes.ts';
import { pastedLines, preview } from './paste.ts';
import { Secret } from './secret.ts';
import type { Question, Terminal } from './terminal.ts';
import { asTyped, textEnd } from './text-lines.ts';

// How long the board may take to tell what a word can become, in milliseconds.
const completionPatience = 1000;

/**
 * A terminal whose line being typed stays whole, cursor and all, while other lines are printed
 * above it. Ctrl-C clears the line; on an empty one it interrupts. Ctrl-D on an empty line ends
 * the input.
 */
export class LineEditor implements Terminal {
  private readonly controller = new AbortController();
  readonly interrupted: AbortSignal = this.controller.signal;
  readonly lines = new PassThrough({ objectMode: true });
  private readonly readline: Interface;
  private readonly keyboard: Keyboard;
  private readonly modes: TerminalModes;
  private question: Question | undefined;
  /** What stands behind a question that came in between. */
  private behind: Question | undefined;
  /** Who gets the next line of a text. */
  private textTaker: ((line: string | undefined) => void) | undefined;
  private giveUpSecret: (() => void) | undefined;
  /** What is to be printed at the end of this turn of the event loop, in one go. */
  private unprinted = '';
  private lent = false;
  private closed = false;

  constructor(
    input: ReadStream,
    private readonly output: WriteStream,
    private readonly history: History,
  ) {
    const others = output.listeners('resize');
    this.readline = createInterface({
      // The keys come from the keyboard, in larger pieces.
      input: new PassThrough(),
      output,
      terminal: true,
      prompt: '',
      history: [...history.before],
      historySize,
      removeHistoryDuplicates: true,
    });
    this.modes = new TerminalModes(input, output, () => this.redraw());
    this.keyboard = new Keyboard(input, this.readline, (key) => this.intercept(key));
    // Readline would draw its line at a resize even while the terminal is lent, and not know where
    // that begins.
    for (const listener of output.listeners('resize')) {
      if (!others.includes(listener)) output.off('resize', listener as () => void);
    }
    output.on('resize', this.resized);
    this.readline
      .on('line', (line) => this.entered(line))
      .on('SIGINT', () => this.interrupt())
      .on('SIGTSTP', () => this.modes.suspend())
      .on('close', () => this.end())
      .on('history', (lines: string[]) => this.remember(lines));
  }

  ask(question: Question): void {
    if (this.closed) return;
    if (this.behind) {
      this.behind = question;
      return;
    }
    this.show(question);
    this.keyboard.release();
  }

  textLine(prompt: string): Promise<string | undefined> {
    return new Promise((resolve) => {
      if (this.closed) return resolve(undefined);
      this.textTaker = resolve;
      this.ask({ text: prompt, remembers: () => false });
    });
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
      this.ask({ text: prompt, remembers: () => false });
    });
    this.giveUpSecret = undefined;
    this.keyboard.divert(undefined);
    if (!this.closed) this.output.write('\n');
    this.leaveQuestion();
    if (secret === undefined) throw boardError('PASSWORD_REQUIRED');
    return secret;
  }

  print(text: string): void {
    if (this.unprinted === '') setImmediate(() => this.flush());
    this.unprinted += text;
  }

  async lend<T>(use: () => Promise<T>): Promise<T> {
    this.flush();
    this.lent = true;
    this.keyboard.pause();
    this.modes.leave();
    process.on('SIGINT', ignore);
    try {
      return await use();
    } finally {
      process.off('SIGINT', ignore);
      this.modes.enter();
      this.keyboard.resume();
      this.lent = false;
      this.flush();
    }
  }

  close(): void {
    this.readline.close();
  }

  private show(question: Question): void {
    this.flush();
    this.question = question;
    this.readline.setPrompt(question.text);
    this.readline.prompt(true);
  }

  private flush(): void {
    const { unprinted, output } = this;
    if (unprinted === '' || this.lent) return;
    this.unprinted = '';
    output.cork();
    this.clear();
    output.write(unprinted);
    if (this.question) this.readline.prompt(true);
    output.uncork();
  }

  /** Takes the line being typed off the screen; what is written next stands in its place. */
  private clear(): void {
    if (!this.question) return;
    moveCursor(this.output, 0, -this.readline.getCursorPos().rows);
    cursorTo(this.output, 0);
    clearScreenDown(this.output);
    this.rowsAbove = 0;
  }

  /** How many rows up from the cursor readline takes its line to begin. Node has no other name for it. */
  private set rowsAbove(rows: number) {
    (this.readline as unknown as { prevRows: number }).prevRows = rows;
  }

  /** Terminals break long lines anew for the new width, the one being typed among them. */
  private readonly resized = () => {
    if (!this.question || this.lent) return;
    this.rowsAbove = this.readline.getCursorPos().rows;
    this.readline.prompt(true);
  };

  /** Draws the line below what another program has left on the screen. */
  private redraw(): void {
    this.rowsAbove = 0;
    if (this.question) this.readline.prompt(true);
  }

  private remember(lines: string[]): void {
    const [line = ''] = lines;
    if (this.question?.remembers(line)) this.history.add(line);
    else lines.shift();
  }

  private entered(line: string): void {
    this.leaveQuestion();
    const { textTaker } = this;
    this.textTaker = undefined;
    if (textTaker) textTaker(line);
    else this.lines.write(line);
  }

  /** What is typed until the next question is for that question. */
  private leaveQuestion(): void {
    this.keyboard.hold();
    this.question = undefined;
    this.readline.setPrompt('');
    this.flush();
  }

  private interrupt(): void {
    if (this.textTaker) {
      this.clearLine();
      this.output.write('\n');
      this.giveUpText();
    } else if (this.readline.line === '') {
      this.controller.abort();
      this.readline.close();
    } else {
      this.clearLine();
    }
  }

  private giveUpText(): void {
    const { textTaker } = this;
    this.textTaker = undefined;
    if (!textTaker) return;
    this.leaveQuestion();
    textTaker(undefined);
  }

  private clearLine(): void {
    this.readline.write(null, { ctrl: true, name: 'e' });
    this.readline.write(null, { ctrl: true, name: 'u' });
  }

  private end(): void {
    this.closed = true;
    // readline is closed and cannot draw its line again: what is left to print goes below it.
    if (this.question) this.output.write('\n');
    this.question = undefined;
    this.flush();
    this.giveUpSecret?.();
    this.textTaker?.(undefined);
    this.keyboard.close();
    this.modes.close();
    this.output.off('resize', this.resized);
    this.lines.end();
  }

  /** Keys that readline has no use for, or another one. */
  private intercept({ name, ctrl, sequence = '' }: Key): boolean {
    if (name === pasteKey) this.paste(pastedLines(sequence));
    else if (name === 'tab') void this.complete();
    else if (ctrl && name === 'd' && this.textTaker && this.readline.line === '') {
      this.keyboard.press([...characters(textEnd), returnKey]);
    } else return false;
    return true;
  }

  private async complete(): Promise<void> {
    const { question, readline } = this;
    if (!question?.complete) return;
    const before = readline.line.slice(0, readline.cursor);
    this.keyboard.hold();
    const nothing = setTimeout(completionPatience, undefined, { ref: false });
    const completion = await Promise.race([question.complete(before), nothing]);
    // Another question may stand there by now, and has the keys.
    if (this.question !== question) return;
    if (completion && completion.candidates.length > 0) this.applyCompletion(completion);
    this.keyboard.release();
  }

  private applyCompletion(completion: Completion): void {
    const result = completed(completion);
    if ('list' in result) {
      this.print(listCandidates(result.list, this.output.columns));
      return;
    }
    for (const _ of completion.word) this.readline.write(null, { name: 'backspace' });
    this.readline.write(result.insert);
  }

  /** One line is as if typed; several go into a text, or are asked about before they are sent. */
  private paste(lines: string[]): void {
    if (this.textTaker) {
      this.keyboard.press(asPresses(lines.map(asTyped)));
      return;
    }
    const told = lines.at(-1) === '' ? lines.slice(0, -1) : lines;
    if (told.length > 1) void this.confirmPaste(told);
    else this.readline.write(told[0] ?? '');
  }

  private async confirmPaste(lines: string[]): Promise<void> {
    const { question, readline } = this;
    if (!question) return;
    const { line, cursor } = readline;
    const [before, after] = [line.slice(0, cursor), line.slice(cursor)];
    const isContent = question.holdsContent?.(before) ?? false;
    this.clearLine();
    this.print(preview(lines));
    const answer = await this.key(pasteQuestion(lines.length, isContent), question);
    if (this.closed) return;
    if (isContent && answer === 'y') {
      this.submit(`${before}${lines.join('\n')}${after}`);
    } else if (answer === (isContent ? 'c' : 'y')) {
      readline.write(before);
      this.keyboard.press([...asPresses(lines), ...characters(after)]);
    } else {
      readline.write(line);
      for (const _ of after) readline.write(null, { name: 'left' });
    }
    this.keyboard.release();
  }

  /** Asks for a single key in place of `question`, which stands there again afterwards. */
  private async key(text: string, question: Question): Promise<string> {
    this.behind = question;
    const answer = await new Promise<string>((resolve) => {
      this.giveUpSecret = () => resolve('');
      this.keyboard.divert((key) => {
        if (key === '') return;
        this.keyboard.hold();
        resolve(key.toLowerCase());
      });
      this.show({ text, remembers: () => false });
      this.keyboard.release();
    });
    const { behind } = this;
    this.giveUpSecret = undefined;
    this.behind = undefined;
    this.keyboard.divert(undefined);
    this.clear();
    if (behind && !this.closed) this.show(behind);
    return answer;
  }

  /** Takes a line of several rows for entered. */
  private submit(line: string): void {
    this.print(`${this.question?.text ?? ''}${line}\n`);
    this.flush();
    this.clear();
    this.entered(line);
  }
}

function pasteQuestion(lines: number, isContent: boolean): string {
  return isContent
    ? `Post these ${lines} lines as the content (y), send each as a command (c), or neither (n)? `
    : `Send these ${lines} lines, each as a command? (y/n) `;
}

function characters(text: string): Press[] {
  // A tab in a paste is text, and completes nothing.
  return [...text].map((character) => ({ text: character, key: { sequence: character } }));
}

function asPresses(lines: readonly string[]): Press[] {
  return lines.flatMap((line, index) => [...(index > 0 ? [returnKey] : []), ...characters(line)]);
}

function ignore(): void {}
