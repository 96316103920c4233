import type { BoardClient } from '../../client/board-client.ts';
import { BoardError } from '../../protocol/errors.ts';
import { type Content, Contents } from '../model/contents.ts';
import type { Clock } from '../panes/clock.ts';
import type { Area } from '../panes/layout.ts';
import { NothingHere } from './nothing-here.ts';
import { Shown } from './shown.ts';

interface MessageViewOptions {
  readonly board: BoardClient;
  readonly clock: Clock;
  /** Where the message is on the screen. Undefined while its pane is hidden. */
  readonly area: () => Area | undefined;
  /** Draws the screen again. */
  readonly changed: () => void;
  /** Called with an error of a call that nobody waits for. */
  readonly failed: (error: unknown) => void;
}

/** The message under the cursor: loads its content, and scrolls it. */
export class MessageView {
  private current: Shown | undefined;
  private readonly contents = new Contents();
  /** The message whose end is in the frame that is being sent. */
  private endDrawn: Shown | undefined;
  /** The request under way. Other messages are requested after its answer. */
  private loading: Promise<void> | undefined;

  constructor(private readonly options: MessageViewOptions) {}

  get shown(): Shown | undefined {
    return this.current;
  }

  /** Group and number of the message that is shown. @throws NothingHere */
  get selected(): { readonly group: number; readonly number: number } {
    const { current } = this;
    if (current?.problem !== '') throw new NothingHere('There is no message here.');
    return { group: current.group, number: current.number };
  }

  /** The message that is shown, once it is loaded. @throws NothingHere */
  async message(): Promise<Content> {
    const { group, number } = this.selected;
    await this.loaded();
    const message = this.current?.is(group, number) ? this.current.message : undefined;
    if (!message) throw new NothingHere('The message could not be loaded.');
    return message;
  }

  /** Resolves when no message is being loaded. */
  async loaded(): Promise<void> {
    while (this.loading) await this.loading;
  }

  /** Shows a message from its beginning. Nothing changes if it is shown already. */
  show(group: number, number: number): void {
    if (this.current?.is(group, number)) return;
    this.current = new Shown(group, number, this.options.clock);
    this.load();
  }

  /** Shows no message. */
  hide(): void {
    this.current = undefined;
  }

  /** Takes the content of a message from an answer of the board. */
  know(group: number, number: number, message: Content): void {
    this.contents.set(group, number, message);
    if (this.current?.is(group, number)) this.current.message = message;
  }

  /** Loads a message again, because it was changed. */
  reload(group: number, number: number): void {
    this.contents.delete(group, number);
    if (this.current?.is(group, number)) this.load();
  }

  /** A message was deleted. @param by null for the operator of the board */
  deleted(group: number, number: number, by: string | null): void {
    this.contents.delete(group, number);
    if (!this.current?.is(group, number)) return;
    this.current.message = undefined;
    this.current.problem = `Message ${number} was deleted by ${by ?? 'the operator'}.`;
  }

  /** Forgets all contents but the one that is shown: messages may have changed. */
  forget(): void {
    this.contents.clear();
  }

  /** Scrolls the message. @returns whether it moved */
  scroll(rows: number): boolean {
    const { current, options } = this;
    const area = options.area();
    const text = area && current?.rowsIn(area.columns);
    if (!current || !area || !text) return false;
    const before = current.offset;
    // Only as far as the end, so that a long message is not laid out as a whole.
    while (rows > 0 && !text.endsBefore(current.offset + area.rows)) {
      current.offset++;
      rows--;
    }
    if (rows < 0) current.offset = Math.max(0, current.offset + rows);
    return current.offset !== before;
  }

  scrollTo(end: 'start' | 'end'): void {
    const { current, options } = this;
    const area = options.area();
    const text = area && current?.rowsIn(area.columns);
    if (!current || !area || !text) return;
    current.offset = end === 'start' ? 0 : Math.max(0, text.length - area.rows);
  }

  /** Whether the end of the message is on the screen, or there is no message. */
  get endShown(): boolean {
    const { current, options } = this;
    const area = options.area();
    return !current || !area || current.endsWithin(area.rows, area.columns);
  }

  /** A frame was drawn. @param covered the first row of the screen from which on something is over the message */
  drawn(covered: number): void {
    const { current } = this;
    const area = this.options.area();
    const rows = area ? Math.min(area.rows, covered - area.row) : 0;
    const isEndDrawn =
      area && rows > 0 && current?.message && current.endsWithin(rows, area.columns);
    this.endDrawn = isEndDrawn ? current : undefined;
  }

  /** The frame that was drawn last is on the terminal. @param at in milliseconds of the clock of the screen */
  frameSent(at: number): void {
    if (this.endDrawn) this.endDrawn.endSentAt ??= at;
    this.endDrawn = undefined;
  }

  /** Loads the message that is shown. One call is under way at a time, however fast the cursor moves. */
  private load(): void {
    const { current, contents } = this;
    if (!current) return;
    const known = contents.get(current.group, current.number);
    if (known) {
      current.message = known;
      return;
    }
    this.loading ??= this.fetch(current).finally(() => {
      this.loading = undefined;
      const { current: next } = this;
      if (next && next !== current && !next.message && next.problem === '') this.load();
    });
  }

  private async fetch(shown: Shown): Promise<void> {
    const { board, changed, failed } = this.options;
    const { group, number } = shown;
    try {
      this.know(group, number, await board.call('message.get', { group, number }));
    } catch (error) {
      shown.problem =
        error instanceof BoardError ? error.message : 'The message could not be loaded.';
      if (!(error instanceof BoardError)) failed(error);
    }
    changed();
  }
}
