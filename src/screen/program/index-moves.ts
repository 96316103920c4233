import { GroupIndex } from './group-index.ts';
import type { ReadingPlace } from './reading-place.ts';

/** Moves the cursor of the index. The message follows it. */
export class IndexMoves {
  constructor(private readonly place: ReadingPlace) {}

  /** Moves by rows. @returns a promise if it has to load rows first */
  move(rows: number): Promise<void> | undefined {
    const { place } = this;
    const turn = place.begin();
    if (place.index.isEdge(rows > 0 ? 1 : -1)) return this.moveOverEdge(rows, turn);
    this.moveLoaded(rows);
    return undefined;
  }

  /** Moves to the next or the previous thread. */
  moveThread(direction: 1 | -1): void {
    const { place } = this;
    place.begin();
    const { rows, scrolled } = place.index;
    const at = rows.findIndex(({ key }) => key === scrolled.cursor);
    const others = direction === 1 ? rows.slice(at + 1) : rows.slice(0, Math.max(0, at)).reverse();
    const to = others.find(({ isReply }) => !isReply);
    if (to) place.moveTo(to.key);
  }

  /** Moves to the first or the last row. */
  async moveToEnd(end: 'start' | 'end'): Promise<void> {
    const { place } = this;
    const turn = place.begin();
    const { index } = place;
    index.settle();
    await (end === 'start' ? index.loadStart() : index.loadEnd());
    if (place.isStill(turn)) place.select();
  }

  /** Opens the row of the cursor: its thread, and the message. */
  async open(): Promise<void> {
    const { place } = this;
    const { row, index } = place;
    if (!row) return;
    const turn = place.begin();
    if (index instanceof GroupIndex && index.open?.thread !== row.thread) {
      await index.openThread(row.thread);
      if (!place.isStill(turn)) return;
      index.settle();
    }
    place.focus = 'message';
    place.select();
  }

  private async moveOverEdge(rows: number, turn: number): Promise<void> {
    const { place } = this;
    const { index } = place;
    // What is being loaded may have been begun elsewhere, so once may not be enough.
    for (let loads = 0; loads < 2 && index.isEdge(rows > 0 ? 1 : -1); loads++) {
      await index.extend();
      if (!place.isStill(turn)) return;
    }
    this.moveLoaded(rows);
  }

  private moveLoaded(rows: number): void {
    const { rows: all, scrolled } = this.place.index;
    const at = all.findIndex(({ key }) => key === scrolled.cursor);
    const to = all[Math.max(0, Math.min(all.length - 1, at + rows))];
    if (to) this.place.moveTo(to.key);
  }
}
