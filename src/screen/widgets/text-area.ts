import { displayWidth } from '../../protocol/unicode.ts';
import type { Surface } from '../terminal/surface.ts';
import { type Edited, editedFrom } from './edited.ts';
import { placeAt, Rows, rowOf } from './rows.ts';

/** A text of several lines that is being written, as far as it is on the screen. */
export class TextArea {
  state: Edited;
  private readonly rows = new Rows();
  /** The first row that is shown, and what was shown last. */
  private top = 0;
  private columns = 80;
  private height = 1;
  /** The column that the cursor keeps while it goes up and down. */
  private column: number | undefined;

  constructor(text: string) {
    this.state = editedFrom(text);
  }

  /** How many rows of it were on the screen when it was last drawn. */
  get page(): number {
    return this.height;
  }

  /** The cursor has moved in another way than up or down. */
  forgetColumn(): void {
    this.column = undefined;
  }

  /** Moves the cursor by rows. @returns false if it is in the first row already, and `by` is negative */
  move(by: number): boolean {
    const { text, at } = this.state;
    const rows = this.rows.of(text, this.columns);
    const row = rowOf(rows, at);
    if (by < 0 && row === 0) return false;
    const next = Math.max(0, Math.min(rows.length - 1, row + by));
    const target = rows[next];
    if (!target) return true;
    this.column ??= displayWidth(text.slice(rows[row]?.from ?? 0, at));
    const isLast = rows[next + 1]?.from !== target.to;
    this.state = { ...this.state, at: placeAt(text, target, this.column, isLast) };
    return true;
  }

  /** @param hasCursor whether the cursor of the terminal is in it */
  draw(area: Surface, hasCursor: boolean): void {
    const { text, at } = this.state;
    // The cursor after a full row needs a column of its own.
    this.columns = Math.max(1, area.columns - 1);
    this.height = Math.max(1, area.rows);
    const rows = this.rows.of(text, this.columns);
    const row = rowOf(rows, at);
    this.top = Math.max(row - this.height + 1, Math.min(this.top, row));
    this.top = Math.max(0, Math.min(this.top, rows.length - this.height));
    rows.slice(this.top, this.top + this.height).forEach(({ from, to }, index) => {
      area.text(index, 0, text.slice(from, to));
    });
    if (!hasCursor) return;
    const column = displayWidth(text.slice(rows[row]?.from ?? 0, at).replaceAll('\t', ' '));
    area.cursor = { row: row - this.top, column };
  }
}
