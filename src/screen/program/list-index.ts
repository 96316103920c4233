import type { Row } from '../model/row.ts';
import { type Scrolled, without } from '../model/scrolled.ts';
import type { IndexView } from './index-view.ts';

/** A list in the index whose rows are no messages. All of them are loaded. */
export abstract class ListIndex implements IndexView {
  scrolled: Scrolled = { cursor: undefined, top: undefined };
  readonly group = undefined;
  readonly held = 0;
  abstract readonly title: string;
  abstract readonly listKey: string | undefined;
  abstract readonly empty: string;
  abstract readonly note: string;
  private shown: readonly Row[] = [];

  get rows(): readonly Row[] {
    return this.shown;
  }

  /** The cursor stays where it is, or goes to the row that is next to it. */
  protected show(rows: readonly Row[]): void {
    const { cursor, top } = without(this.shown, rows, this.scrolled);
    this.shown = rows;
    this.scrolled = { cursor: cursor ?? rows[0]?.key, top };
  }

  async loadStart(): Promise<void> {
    this.scrolled = { cursor: this.rows[0]?.key, top: undefined };
  }

  async loadEnd(): Promise<void> {
    this.scrolled = { ...this.scrolled, cursor: this.rows.at(-1)?.key };
  }

  isEdge(): boolean {
    return false;
  }

  async extend(): Promise<boolean> {
    return false;
  }

  take(): void {}

  settle(): void {}

  async refresh(): Promise<void> {}
}

/** A row of a list. */
export function listRow(
  key: string,
  row: Pick<Row, 'subject' | 'sender'> & { readonly groupName: string },
): Row {
  return {
    key,
    // It is no place yet.
    group: 0,
    thread: 0,
    number: undefined,
    isReply: false,
    fold: 'none',
    unread: false,
    mention: false,
    isMuted: false,
    isDeleted: false,
    postedAt: '',
    ...row,
  };
}
