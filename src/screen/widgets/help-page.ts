import { displayWidth } from '../../protocol/unicode.ts';
import { wrapLine } from '../../terminal/wrap.ts';
import { type HelpPlace, helpOf } from '../keys/help.ts';
import type { KeyTable } from '../keys/key-table.ts';
import type { CellStyle } from '../terminal/cells.ts';
import type { KeyEvent } from '../terminal/keys.ts';
import type { Surface } from '../terminal/surface.ts';

interface HelpRow {
  readonly keys?: string;
  readonly text: string;
  readonly style?: CellStyle;
}

// The column of the keys is at most so wide, and a longer list of keys has a row of its own.
const keyColumns = 22;

/** All keys, those of a place first, over the whole screen. It gets all keys. */
export class HelpPage {
  private top = 0;
  private height = 1;
  private length = 0;

  /**
   * @param drafts how long drafts are kept, such as `until you leave`
   * @param closed called when the user goes back
   */
  constructor(
    private readonly keys: KeyTable,
    private readonly place: HelpPlace,
    private readonly drafts: string,
    private readonly closed: () => void,
  ) {}

  press(event: KeyEvent): void {
    if ('paste' in event) return;
    const action = this.keys.action('message', event.key);
    switch (action) {
      case 'next':
        if (this.top + this.height >= this.length) this.closed();
        else this.scroll(this.height);
        return;
      case 'page-forward':
        this.scroll(this.height);
        return;
      case 'page-back':
        this.scroll(-this.height);
        return;
      case 'down':
      case 'open':
        this.scroll(1);
        return;
      case 'up':
        this.scroll(-1);
        return;
      case 'first':
        this.top = 0;
        return;
      case 'last':
        this.scroll(this.length);
        return;
      case 'back':
      case 'help':
      case 'leave':
        this.closed();
        return;
    }
  }

  draw(surface: Surface): void {
    surface.clear();
    const rows = this.rows(surface.columns);
    this.length = rows.length;
    this.height = Math.max(1, surface.rows - 2);
    surface.fill(0, 0, surface.columns, ' ', { reverse: true });
    surface.text(0, 1, 'Keys: those of this place first', { reverse: true });
    this.scroll(0);
    rows.slice(this.top, this.top + this.height).forEach(({ keys, text, style }, index) => {
      const row = index + 1;
      if (keys !== undefined) surface.text(row, 1, keys, { colour: 'cyan' });
      surface.text(row, style ? 1 : 1 + this.indent(surface.columns), text, style);
    });
    const last = Math.min(this.top + this.height, rows.length);
    const isMore = last < rows.length;
    const does = isMore ? `more (${last} of ${rows.length})` : 'back';
    const next = this.keys.offer('next', 'message', does);
    const back = this.keys.offer('back', 'message', 'back');
    surface.text(surface.rows - 1, 1, `${next}  ${back}`.trim(), { reverse: true });
    surface.cursor = undefined;
  }

  private rows(columns: number): HelpRow[] {
    const indent = this.indent(columns);
    return helpOf(this.keys, this.place, this.drafts).flatMap(({ title, rows }, index) => [
      ...(index === 0 ? [] : [{ text: '' }]),
      { text: title, style: { bold: true as const } },
      ...rows.flatMap(({ keys, does }) => {
        const lines = wrapLine(does, columns - indent - 2).split('\n');
        const isLong = displayWidth(keys) > indent - 2;
        return [
          ...(isLong ? [{ keys, text: '' }] : []),
          ...lines.map((text, at) => (at === 0 && !isLong ? { keys, text } : { text })),
        ];
      }),
    ]);
  }

  private indent(columns: number): number {
    return Math.min(keyColumns, Math.floor(columns / 3));
  }

  private scroll(rows: number): void {
    this.top = Math.max(0, Math.min(this.top + rows, this.length - this.height));
  }
}
