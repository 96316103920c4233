import type { Content } from '../model/contents.ts';
import type { Clock } from '../panes/clock.ts';
import { MessageRows } from '../panes/message-pane.ts';

/** The message under the cursor, as far as it is shown. */
export class Shown {
  /** The first row that is on the screen. */
  offset = 0;
  /** Why there is no content. */
  problem = '';
  /** When a frame with its last row was sent to the terminal, in milliseconds of the clock of the screen. */
  endSentAt: number | undefined;
  /** Whether the user has marked it as unread, so that it stays so. */
  isKept = false;
  private text: Content | undefined;
  private rows: { readonly of: MessageRows; readonly columns: number } | undefined;

  constructor(
    readonly group: number,
    readonly number: number,
    private readonly clock: Clock,
  ) {}

  is(group: number, number: number | undefined): boolean {
    return this.group === group && this.number === number;
  }

  get message(): Content | undefined {
    return this.text;
  }

  set message(message: Content | undefined) {
    this.text = message;
    this.rows = undefined;
    this.endSentAt = undefined;
  }

  /** The message in rows of so many columns. Undefined until it is loaded. */
  rowsIn(columns: number): MessageRows | undefined {
    if (!this.text) return undefined;
    if (this.rows?.columns !== columns) {
      this.rows = { of: new MessageRows(this.text, columns, this.clock), columns };
    }
    return this.rows.of;
  }

  /** Whether the end is on a screen of so many rows and columns. A message that cannot be shown has no more to show. */
  endsWithin(rows: number, columns: number): boolean {
    const text = this.rowsIn(columns);
    return text ? text.endsBefore(this.offset + rows) : this.problem !== '';
  }
}
