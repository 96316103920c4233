import type { KeyTable } from '../keys/key-table.ts';
import { drawText } from '../panes/message-pane.ts';
import { WrappedText } from '../panes/wrapped-text.ts';
import type { KeyEvent } from '../terminal/keys.ts';
import type { Surface } from '../terminal/surface.ts';
import type { Layer } from './layer.ts';

interface PagerOptions {
  readonly title: string;
  readonly text: string;
  readonly keys: KeyTable;
  readonly close: () => void;
}

/** A text over the panes, such as the output of a command. Keys move in it as in a message. */
export class Pager implements Layer {
  private offset = 0;
  private rows: { readonly of: WrappedText; readonly columns: number } | undefined;
  private height = 1;

  constructor(private readonly options: PagerOptions) {}

  press(event: KeyEvent): void {
    if (!('key' in event)) return;
    switch (this.options.keys.action('message', event.key)) {
      case 'next':
        if (this.endShown) this.options.close();
        else this.scroll(this.height - 1);
        break;
      case 'page-forward':
        this.scroll(this.height - 1);
        break;
      case 'page-back':
        this.scroll(1 - this.height);
        break;
      case 'down':
        this.scroll(1);
        break;
      case 'up':
        this.scroll(-1);
        break;
      case 'first':
        this.offset = 0;
        break;
      case 'last':
        this.offset = Math.max(0, (this.rows?.of.length ?? 0) - this.height);
        break;
      case 'back':
      case 'open':
      case 'leave':
        this.options.close();
        break;
      default:
    }
  }

  draw(surface: Surface): void {
    const { columns, rows: height } = surface;
    this.height = Math.max(1, height - 3);
    if (this.rows?.columns !== columns) {
      this.rows = { of: new WrappedText(this.options.text, columns - 2), columns };
    }
    const text = surface.view(1, 0, height - 2, columns);
    text.clear();
    drawText(text.view(0, 1, this.height, columns - 2), this.rows.of, this.offset);
    text.fill(this.height, 0, columns, '─', { faint: true });
    text.text(this.height, 2, ` ${this.options.title} `, { bold: true }, columns - 12);
    if (!this.endShown) text.text(this.height, columns - 10, ' more ▼ ');
    surface.fill(height - 1, 0, columns);
    const { keys } = this.options;
    const paging = this.endShown ? '' : `${keys.offer('next', 'message', 'next page')} `;
    const hints = `${paging}${keys.offer('back', 'message', 'back')}`;
    surface.text(height - 1, 1, hints.trim(), { faint: true });
    surface.cursor = undefined;
  }

  private get endShown(): boolean {
    return this.rows?.of.endsBefore(this.offset + this.height) ?? true;
  }

  private scroll(rows: number): void {
    for (let left = rows; left > 0 && !this.endShown; left--) this.offset++;
    if (rows < 0) this.offset = Math.max(0, this.offset + rows);
  }
}
