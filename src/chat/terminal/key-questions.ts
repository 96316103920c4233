import type { Key } from 'node:readline';
import type { Keyboard } from './keyboard.ts';
import { type More, moreOf } from './page.ts';
import { plainQuestion, type Questions } from './questions.ts';
import type { Screen } from './screen.ts';
import { Secret } from './secret.ts';

const moreQuestion = '--More-- (Space: a page, Enter: a line, q: enough) ';

/** The questions that are answered by single keys, and not by a line that is edited. */
export class KeyQuestions {
  /** Ends the question under way, because the terminal is closed. */
  private giveUp: (() => void) | undefined;
  private isClosed = false;

  constructor(
    private readonly keyboard: Keyboard,
    private readonly questions: Questions,
    private readonly screen: Screen,
  ) {}

  close(): void {
    this.isClosed = true;
    this.giveUp?.();
  }

  /** Asks at the end of a page whether to go on. A user who has typed ahead is not asked. */
  async more(): Promise<More> {
    if (this.isClosed || this.keyboard.ahead) return 'all';
    const choice = await this.key(moreQuestion, (text, { name, ctrl }) =>
      moreOf(ctrl ? `^${name}` : (name ?? text)),
    );
    return choice ?? 'none';
  }

  /**
   * Asks for a secret, which is not shown.
   * @param show shows the question
   * @returns undefined if the user gives it up, or the terminal is closed
   */
  async secret(show: () => void): Promise<string | undefined> {
    if (this.isClosed) return undefined;
    const secret = await this.divert<string>((done) => {
      this.keyboard.divert(new Secret(done).take);
      show();
    });
    if (!this.isClosed) this.screen.endRow();
    return secret;
  }

  /**
   * Asks for one key above the question that is there, which is shown again afterwards.
   * @param choose returns the meaning of a key; a key without a meaning is ignored
   * @returns undefined if the terminal is closed
   */
  async key<T>(
    prompt: string,
    choose: (text: string, key: Key) => T | undefined,
  ): Promise<T | undefined> {
    const choice = await this.divert<T>((done) => {
      this.keyboard.divert((text, key) => {
        const choice = choose(text, key);
        if (choice !== undefined) done(choice);
      });
      this.questions.interrupt(plainQuestion(prompt));
      this.screen.show(prompt);
      this.keyboard.release();
    });
    const question = this.questions.resume();
    this.screen.hide();
    if (question && !this.isClosed) this.screen.show(question.text);
    return choice;
  }

  /** Takes the keys from readline until `done` is called. Later keys wait for the next question. */
  private async divert<T>(
    begin: (done: (result: T | undefined) => void) => void,
  ): Promise<T | undefined> {
    const result = await new Promise<T | undefined>((resolve) => {
      this.giveUp = () => resolve(undefined);
      begin((result) => {
        this.keyboard.hold();
        resolve(result);
      });
    });
    this.giveUp = undefined;
    this.keyboard.divert(undefined);
    return result;
  }
}
