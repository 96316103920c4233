import type { Key } from 'node:readline';
import { PassThrough } from 'node:stream';
import { GivenUp } from '../../protocol/text/command.ts';
import { textEnd } from '../../protocol/text/draft.ts';
import { info } from '../../protocol/text/render.ts';
import { applyCompletion, completionIn, listCandidates } from '../../terminal/completion.ts';
import { pastedLines } from '../../terminal/paste.ts';
import { wrapQuestion } from '../../terminal/wrap.ts';
import { EditedLine } from './edited-line.ts';
import { ignoreInterrupts } from './endings.ts';
import type { History } from './history.ts';
import { KeyQuestions } from './key-questions.ts';
import { Keyboard, pasteKey, pressesOf, returnKey } from './keyboard.ts';
import { NextLine } from './next-line.ts';
import type { More } from './page.ts';
import { handlePaste } from './paste-dialogue.ts';
import { plainQuestion, Questions } from './questions.ts';
import { Screen } from './screen.ts';
import { searchHistory } from './search-dialogue.ts';
import type { Modes, ModesOwner, TerminalInput, TerminalOutput } from './streams.ts';
import type { Question, Terminal } from './terminal.ts';

const notUtf8 = 'What was typed is not UTF-8, and was left out. Set your terminal to UTF-8.';

/**
 * A terminal on which the line being typed stays whole, with its cursor, while other lines are
 * printed above it. Ctrl-C clears the line, and on an empty line interrupts. Ctrl-D on an empty line
 * ends the input.
 */
export class LineEditor implements Terminal {
  private readonly controller = new AbortController();
  readonly interrupted: AbortSignal = this.controller.signal;
  readonly lines = new PassThrough({ objectMode: true });
  readonly showsSecrets = false;
  private readonly line: EditedLine;
  private readonly screen: Screen;
  private readonly keyboard: Keyboard;
  private readonly keys: KeyQuestions;
  private readonly modes: Modes;
  private readonly questions = new Questions();
  private readonly nextLine = new NextLine();
  private closed = false;

  /** @param enter turns on the modes of the terminal */
  constructor(
    input: TerminalInput,
    output: TerminalOutput,
    private readonly history: History,
    enter: (owner: ModesOwner) => Modes,
  ) {
    this.line = new EditedLine(output, history.before);
    this.screen = new Screen(output, this.line);
    this.modes = enter({
      resumed: () => this.screen.redraw(),
      ending: () => this.rememberUnfinished(),
    });
    const { readline } = this.line;
    this.keyboard = new Keyboard(
      input,
      readline,
      (key) => this.intercept(key),
      () => this.print(info(notUtf8)),
    );
    this.keys = new KeyQuestions(this.keyboard, this.questions, this.screen);
    readline
      .on('line', (line) => this.entered(line))
      .on('SIGINT', () => this.interrupt())
      .on('SIGTSTP', () => this.modes.suspend())
      .on('close', () => this.end())
      .on('history', (lines: string[]) => this.remember(lines));
  }

  ask(question: Question): void {
    if (this.closed || !this.questions.ask(question)) return;
    this.screen.show(question.text);
    this.keyboard.release();
  }

  get unfinished(): string {
    return this.nextLine.inText ? this.line.text : this.nextLine.unsavedText;
  }

  async textLine(prompt: string): Promise<string | undefined> {
    if (!this.closed) return this.nextLine.ofText(() => this.ask(plainQuestion(prompt)));
    this.nextLine.saved();
    return undefined;
  }

  async answer(prompt: string): Promise<string | undefined> {
    if (this.closed) return undefined;
    const line = this.nextLine.answer();
    this.ask(plainQuestion(this.wrapped(prompt)));
    return line;
  }

  async secret(prompt: string): Promise<string> {
    const secret = await this.keys.secret(() => this.ask(plainQuestion(this.wrapped(prompt))));
    this.leaveQuestion();
    if (secret === undefined) throw new GivenUp();
    return secret;
  }

  print(text: string): void {
    this.screen.print(text);
  }

  get size() {
    return this.screen.size;
  }

  more(): Promise<More> {
    return this.keys.more();
  }

  async lend<T>(use: () => Promise<T>): Promise<T> {
    this.screen.lend();
    this.keyboard.pause();
    this.modes.leave();
    const heed = ignoreInterrupts();
    try {
      return await use();
    } finally {
      heed();
      this.modes.enter();
      this.keyboard.resume();
      this.screen.takeBack();
    }
  }

  close(): void {
    this.line.readline.close();
  }

  private wrapped(question: string): string {
    return wrapQuestion(question, this.size?.columns);
  }

  /** A line that was not entered before a signal ended the program is kept for the next run. */
  private rememberUnfinished(): void {
    const { text } = this.line;
    if (text.trim() !== '' && this.questions.current?.remembers(text)) this.history.add(text);
  }

  private remember(lines: string[]): void {
    const [line = ''] = lines;
    if (this.questions.current?.remembers(line)) this.history.add(line);
    else lines.shift();
  }

  private entered(line: string): void {
    this.leaveQuestion();
    if (!this.nextLine.enter(line)) this.lines.write(line);
  }

  /** Keys that are pressed from now on wait for the next question. */
  private leaveQuestion(): void {
    this.keyboard.hold();
    this.questions.answered();
    this.screen.leave();
  }

  private interrupt(): void {
    const { text } = this.line;
    if (this.nextLine.isAwaited) {
      this.line.clear();
      this.screen.endRow();
      this.leaveQuestion();
      this.nextLine.giveUp(text);
    } else if (text === '') {
      this.controller.abort();
      this.close();
    } else {
      this.line.clear();
    }
  }

  private end(): void {
    this.closed = true;
    this.questions.answered();
    this.screen.close();
    this.keys.close();
    this.nextLine.giveUp(this.line.text);
    this.keyboard.close();
    this.modes.close();
    this.lines.end();
  }

  /** Keys that mean something else here than to readline. */
  private intercept({ name, ctrl, sequence = '' }: Key): boolean {
    if (name === pasteKey) void this.paste(pastedLines(sequence));
    else if (name === 'tab') void this.complete();
    else if (ctrl && name === 'r') this.search();
    else if (ctrl && name === 'd' && this.unfinished === '' && this.nextLine.inText) {
      this.keyboard.press([...pressesOf(textEnd), returnKey]);
    } else return false;
    return true;
  }

  private search(): void {
    const { current } = this.questions;
    // The history holds commands, and only a command can be completed.
    if (!current?.complete) return;
    const isCurrent = () => this.questions.current === current;
    const take = searchHistory({
      typed: this.line.text,
      history: this.line.history,
      isCurrent,
      show: (prompt, line) => this.screen.replace(prompt, line),
      done: (line, press) => {
        this.keyboard.divert(undefined);
        if (isCurrent()) this.screen.replace(current.text, line);
        if (press) this.keyboard.press([{ text: press.text || undefined, key: press.key }]);
      },
    });
    this.keyboard.divert(take);
  }

  private async complete(): Promise<void> {
    const { current } = this.questions;
    if (!current?.complete) return;
    this.keyboard.hold();
    const completion = await completionIn(current, this.line.beforeCursor);
    // Another question may be there by now, and gets the keys.
    if (this.questions.current !== current) return;
    const list = completion && applyCompletion(completion, this.line);
    if (list) this.print(listCandidates(list, this.size?.columns ?? Number.POSITIVE_INFINITY));
    this.keyboard.release();
  }

  private async paste(lines: string[]): Promise<void> {
    const { line } = this;
    await handlePaste(lines, {
      line,
      question: this.questions.current,
      inText: this.nextLine.inText,
      print: (text) => this.print(text),
      key: (prompt) =>
        this.keys.key(this.wrapped(prompt), (text) => text.toLowerCase() || undefined),
      press: (presses) => this.keyboard.press(presses),
      submit: (text) => this.submit(text),
    });
    if (this.questions.current) this.keyboard.release();
  }

  /** Enters a line that has several rows. */
  private submit(line: string): void {
    const { text = '' } = this.questions.current ?? {};
    this.print(`${text}${line}\n`);
    this.screen.flush();
    this.screen.hide();
    this.entered(line);
  }
}
