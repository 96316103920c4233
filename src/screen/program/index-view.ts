import type { Notice } from '../../protocol/schemas.ts';
import type { Row } from '../model/row.ts';
import type { Scrolled } from '../model/scrolled.ts';

/** What the index shows: the threads of a group, or messages that were found. */
export interface IndexView {
  /** As the last line names it: `main`, `@ mentions`, `search: lunch`. */
  readonly title: string;
  /** The group whose threads it shows. Undefined if it shows messages of a search. */
  readonly group: number | undefined;
  /** The row of the left column that it belongs to. */
  readonly listKey: string | undefined;
  /** What is on the screen instead of rows, such as that there are no messages. */
  readonly empty: string;
  /** Shown in place of a message. */
  readonly note?: string;
  readonly rows: readonly Row[];
  scrolled: Scrolled;
  /** Messages that have arrived and are not among the rows yet. */
  readonly held: number;
  /** Loads rows around the cursor, if it is near the end of those that are loaded. @returns whether it loaded any */
  extend(): Promise<boolean>;
  /** Whether there are rows after the cursor, or before it with -1, that are not loaded. */
  isEdge(direction: 1 | -1): boolean;
  /** The last row, wherever it is. */
  loadEnd(): Promise<void>;
  /** The first row. */
  loadStart(): Promise<void>;
  take(notice: Notice): void;
  /** Shows what has arrived and takes away what was deleted: called when the user goes on. */
  settle(): void;
  /** Loads everything again, because notices may have been missed. The rows stay where they are. */
  refresh(): Promise<void>;
}
