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
import { GivenUp } from '../../protocol/text/command.ts';
import { asTyped, textEnd } from '../../protocol/text/draft.ts';
import { info } from '../../protocol/text/render.ts';
import { type Completion, completed, listCandidates } from './completion.ts';
import { type History, historySize } from './history.ts';
import { Keyboard, type Press, pasteKey, returnKey } from './keyboard.ts';
import { TerminalModes } from './modes.ts';
import type { More } from './page.ts';
import { pastedLines, preview } from './paste.ts';
import { ReverseSearch } from './reverse-search.ts';
import { Secret } from './secret.ts';
import type { Question, Terminal } from './terminal.ts';

// How long the board may take to tell what a word can become, in milliseconds.
const completionPatience = 1000;

const notUtf8 = 'What was typed is not UTF-8, and was left out. Set your terminal to UTF-8.';
const moreQuestion = '--More-- (Space: a page, Enter: a line, q: enough) ';

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
  /** Who gets the next line: as one of a text, or as an answer in between. */
  private lineTaker: ((line: string | undefined) => void) | undefined;
  private inText = false;
  /** Whether the text was given up, once what was typed of its last line has been given. */
  private textGivenUp = false;
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
    this.modes = new TerminalModes(input, output, {
      resumed: () => this.redraw(),
      ending: () => this.rememberUnfinished(),
    });
    this.keyboard = new Keyboard(
      input,
      this.readline,
      (key) => this.intercept(key),
      () => this.print(info(notUtf8)),
    );
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

  readonly showsSecrets = false;

  get unfinished(): string {
    return this.inText ? this.readline.line : '';
  }

  async textLine(prompt: string): Promise<string | undefined> {
    const { textGivenUp } = this;
    this.textGivenUp = false;
    return textGivenUp ? undefined : this.nextLine(prompt, true);
  }

  answer(prompt: string): Promise<string | undefined> {
    return this.nextLine(prompt, false);
  }

  private nextLine(prompt: string, inText: boolean): Promise<string | undefined> {
    return new Promise((resolve) => {
      if (this.closed) return resolve(undefined);
      this.lineTaker = resolve;
      this.inText = inText;
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
    if (secret === undefined) throw new GivenUp();
    return secret;
  }

  print(text: string): void {
    if (this.unprinted === '') setImmediate(() => this.flush());
    this.unprinted += text;
  }

  get size() {
    const { rows, columns } = this.output;
    return rows > 1 && columns > 0 ? { rows, columns } : undefined;
  }

  async more(): Promise<More> {
    // Who typed ahead, or pasted, has other things in mind than reading.
    if (this.closed || this.keyboard.ahead) return 'all';
    this.flush();
    const more = await new Promise<More>((resolve) => {
      this.giveUpSecret = () => resolve('none');
      this.keyboard.divert((text, { name, ctrl }) => {
        const choice = choiceOf(ctrl ? `^${name}` : (name ?? text));
        if (choice === undefined) return;
        this.keyboard.hold();
        resolve(choice);
      });
      this.show({ text: moreQuestion, remembers: () => false });
      this.keyboard.release();
    });
    this.giveUpSecret = undefined;
    this.keyboard.divert(undefined);
    this.clear();
    this.question = undefined;
    this.readline.setPrompt('');
    return more;
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

  /** A line that was not entered before a signal ended the program is there in the next run. */
  private rememberUnfinished(): void {
    const { line } = this.readline;
    if (line.trim() !== '' && this.question?.remembers(line)) this.history.add(line);
  }

  private remember(lines: string[]): void {
    const [line = ''] = lines;
    if (this.question?.remembers(line)) this.history.add(line);
    else lines.shift();
  }

  private entered(line: string): void {
    this.leaveQuestion();
    const { lineTaker } = this;
    this.lineTaker = undefined;
    this.inText = false;
    if (lineTaker) lineTaker(line);
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
    if (this.lineTaker) {
      const { line } = this.readline;
      this.clearLine();
      this.output.write('\n');
      this.giveUpLine(line);
    } else if (this.readline.line === '') {
      this.controller.abort();
      this.readline.close();
    } else {
      this.clearLine();
    }
  }

  /** @param typed what was typed of the line */
  private giveUpLine(typed: string): void {
    const { lineTaker, inText } = this;
    this.lineTaker = undefined;
    this.inText = false;
    if (!lineTaker) return;
    this.leaveQuestion();
    this.textGivenUp = inText && typed !== '';
    lineTaker(this.textGivenUp ? asTyped(typed) : undefined);
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
    this.giveUpLine(this.readline.line);
    this.keyboard.close();
    this.modes.close();
    this.output.off('resize', this.resized);
    this.lines.end();
  }

  /** Keys that readline has no use for, or another one. */
  private intercept({ name, ctrl, sequence = '' }: Key): boolean {
    if (name === pasteKey) this.paste(pastedLines(sequence));
    else if (name === 'tab') void this.complete();
    else if (ctrl && name === 'r') this.search();
    else if (ctrl && name === 'd' && this.inText && this.readline.line === '') {
      this.keyboard.press([...characters(textEnd), returnKey]);
    } else return false;
    return true;
  }

  /** Looks for an earlier line; what another key than those of the search does is done with the line found. */
  private search(): void {
    const { question, readline } = this;
    // What can be completed is a command, as the lines of the history are.
    if (!question?.complete) return;
    const before = readline.line;
    const search = new ReverseSearch((readline as unknown as { history: string[] }).history);
    const show = (prompt: string, line: string) => {
      this.clear();
      this.setLine(line);
      readline.setPrompt(prompt);
      readline.prompt(true);
    };
    const done = (line: string) => {
      this.keyboard.divert(undefined);
      if (this.question === question) show(question.text, line);
    };
    show(search.prompt, before);
    this.keyboard.divert((text, key) => {
      const { name, ctrl, meta, sequence = '' } = key;
      if (this.question !== question) done(before);
      else if (ctrl && (name === 'g' || name === 'c')) done(before);
      else if (name === 'escape') done(search.found ?? before);
      else {
        if (ctrl && name === 'r') search.older();
        else if (ctrl && name === 's') search.newer();
        else if (name === 'backspace') search.erase();
        else if (name === pasteKey) search.type(pastedLines(sequence)[0] ?? '');
        else if (text !== '' && !ctrl && !meta && text >= ' ') search.type(text);
        else {
          done(search.found ?? before);
          this.keyboard.press([{ text: text || undefined, key }]);
          return;
        }
        show(search.prompt, search.found ?? before);
      }
    });
  }

  /** Node has no public way to put another line in place of the one being typed. */
  private setLine(line: string): void {
    Object.assign(this.readline, { line, cursor: line.length });
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
    if (this.inText) {
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

function choiceOf(key: string): More | undefined {
  if (['q', 'Q', 'escape', '^c', '^d', '^g'].includes(key)) return 'none';
  if (['space', ' ', 'f', 'pagedown'].includes(key)) return 'page';
  return ['return', 'enter', 'j', 'down'].includes(key) ? 'line' : undefined;
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
