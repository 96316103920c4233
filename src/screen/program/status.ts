import type { Note } from '../widgets/foot.ts';

/**
 * What the last rows tell the user: the answer to the last key, then news, both until the next key; and why there is no
 * connection, until it is back.
 */
export class Status {
  private answer: Note | undefined;
  private told: Note | undefined;
  private lost: Note | undefined;

  /** The answer to a key. An empty text takes the one before away. */
  say(text: string): void {
    this.answer = text === '' ? undefined : { text, style: {} };
  }

  /** Why what a key does was refused. */
  fail(text: string): void {
    this.answer = { text, style: { colour: 'red' } };
  }

  /** Something has happened without a key. It takes no answer away. */
  tell(text: string): void {
    this.told = { text, style: {} };
  }

  /** The connection is lost. @param text why; undefined: it is back */
  lose(text: string | undefined): void {
    this.lost = text === undefined ? undefined : { text, style: { reverse: true } };
    this.answer = undefined;
  }

  /** A key was pressed: the answer is known. @param areSeen whether the news were on the screen */
  clear(areSeen: boolean): void {
    this.answer = undefined;
    if (areSeen) this.told = undefined;
  }

  /** In the order in which they are shown. Empty: the keys are shown instead. */
  get notes(): Note[] {
    const notes = [this.answer, this.told].filter((note) => note !== undefined);
    return notes.length === 0 && this.lost ? [this.lost] : notes;
  }
}
