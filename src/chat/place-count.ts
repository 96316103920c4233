import { ConnectionError } from '../client/failure.ts';
import { BoardError } from '../protocol/errors.ts';
import type { Notice } from '../protocol/schemas.ts';
import type { Place } from '../protocol/text/place.ts';

// How long after a notice the board is asked again, in milliseconds: a message that arrives in the place is marked as read
// meanwhile, and many notices are one question.
const pause = 500;
// How long a prompt waits for the count, in milliseconds.
const patience = 1000;

interface PlaceCountOptions {
  readonly place: () => Place | undefined;
  /** Whether the board can be asked at the moment. */
  readonly connected: () => boolean;
  /** Asks the board how many messages of a place's group are unread. */
  readonly ask: (place: Place) => Promise<number>;
  /** Called when the count has changed by itself. */
  readonly changed: () => void;
}

/** How many messages are unread in the group where the user is. The board counts them, so all counts agree. */
export class PlaceCount {
  private known: { readonly group: number; readonly unread: number } | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** Counts the questions: an answer to an earlier one than the last is out of date. */
  private questions = 0;

  constructor(private readonly options: PlaceCountOptions) {}

  /** 0 outside of every place, and if it is not known. */
  get unread(): number {
    const place = this.options.place();
    return place && place.group === this.known?.group ? this.known.unread : 0;
  }

  /** Asks before a prompt. If the answer takes long, the prompt has the count of before, and `changed` is called later. */
  async refresh(): Promise<void> {
    const asked = this.ask();
    let isLate = false;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        isLate = true;
        resolve();
      }, patience);
      timer.unref();
    });
    void asked.then((isChanged) => isChanged && isLate && this.options.changed());
    await Promise.race([asked, late]);
    clearTimeout(timer);
  }

  /** A notice may have changed the count. */
  hear({ method, params }: Notice): void {
    const place = this.options.place();
    if (!place) return;
    const isHere = 'groupId' in params && params.groupId === place.group;
    if (isHere || method === 'mutes.changed') this.expectChange();
  }

  /** The board is asked again in a moment. */
  expectChange(): void {
    if (this.timer || !this.options.place()) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.ask().then((isChanged) => isChanged && this.options.changed());
    }, pause);
    this.timer.unref();
  }

  /** @returns whether the count is another one than before */
  private async ask(): Promise<boolean> {
    const { place, connected, ask } = this.options;
    const here = place();
    if (!here || !connected()) return false;
    const question = ++this.questions;
    const before = this.unread;
    try {
      const unread = await ask(here);
      if (question !== this.questions) return false;
      this.known = { group: here.group, unread };
    } catch (error) {
      // The group is gone, or the connection is lost: a notice says so.
      if (!(error instanceof BoardError || error instanceof ConnectionError)) throw error;
    }
    return this.unread !== before;
  }
}
