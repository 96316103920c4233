import { cleanLine } from '../../protocol/clean.ts';
import { displayWidth } from '../../protocol/unicode.ts';
import type { KeyTable } from '../keys/key-table.ts';
import { type CellStyle, plain } from '../terminal/cells.ts';
import type { KeyEvent } from '../terminal/keys.ts';
import type { Surface } from '../terminal/surface.ts';
import { type Complete, Completing } from './completing.ts';
import { type Edited, edited, editedFrom, typed } from './edited.ts';
import { drawFoot } from './foot.ts';

export interface LineInputOptions {
  /** What is asked, before the line. A function makes it from the line so far. */
  readonly prompt: string | ((text: string) => string);
  /** The line to begin with. */
  readonly text?: string;
  readonly keys: KeyTable;
  /** In UTF-16 code units. What is typed after so many is dropped. */
  readonly limit: number;
  /** Earlier lines, the oldest first. */
  readonly history?: readonly string[];
  /** Shows a character in place of each that is typed, for a password. */
  readonly isSecret?: true;
  readonly complete?: Complete;
  /** Called with each new text, such as for a search that shows what it finds while it is typed. */
  readonly changed?: (text: string) => void;
  readonly accepted: (text: string) => void;
  readonly cancelled: () => void;
  /** Draws again, after completions have come. */
  readonly redraw: () => void;
}

/** A line that is typed in the last row. It gets all keys until it is accepted or cancelled. */
export class LineInput {
  readonly place = 'input';
  private state: Edited;
  private readonly history: readonly string[];
  /** The line of the history that is shown, counted from the newest; -1 for the one that is typed. */
  private at = -1;
  private own = '';
  private readonly completing: Completing;

  constructor(private readonly options: LineInputOptions) {
    const { text = '', history = [], complete, redraw } = options;
    this.state = editedFrom(text);
    this.history = [...history].reverse();
    this.completing = new Completing(complete, redraw);
  }

  get text(): string {
    return this.state.text;
  }

  press(event: KeyEvent): void {
    if ('paste' in event) {
      this.type(cleanLine(event.paste.replace(/\r\n?/g, '\n').trimEnd()));
      return;
    }
    const { keys, accepted, cancelled } = this.options;
    const action = keys.action('input', event.key);
    if (action !== 'complete') this.completing.end();
    switch (action) {
      case 'accept':
        accepted(this.text);
        return;
      case 'cancel':
        cancelled();
        return;
      case 'older-line':
        this.recall(this.at + 1);
        return;
      case 'newer-line':
        this.recall(this.at - 1);
        return;
      case 'complete':
        this.completing.begin(this.state, (state) => this.change(state));
        return;
      case undefined:
        if (event.text !== undefined) this.type(cleanLine(event.text));
        return;
      default:
        this.change(edited(this.state, action) ?? this.state);
    }
  }

  /** Draws the line in the last row of a surface, and its completions in the row above. */
  draw(surface: Surface, style: CellStyle = plain): void {
    const { prompt: asked, isSecret } = this.options;
    const prompt = typeof asked === 'string' ? asked : asked(this.text);
    const row = surface.rows - 1;
    surface.fill(row, 0, surface.columns, ' ', style);
    const bold = { ...style, bold: true as const };
    // A long prompt has rows of its own, so that there is room to type.
    const isLong = displayWidth(prompt) > surface.columns / 2;
    const above = surface.view(0, 0, row, surface.columns);
    const { top } = isLong ? drawFoot(above, [{ text: prompt, style: bold }]) : { top: row };
    const start = isLong ? 1 : surface.text(row, 1, prompt, bold);
    const shown = isSecret ? '•'.repeat([...this.text].length) : this.text;
    const before = isSecret
      ? [...this.text.slice(0, this.state.at)].length
      : displayWidth(this.text.slice(0, this.state.at));
    const room = Math.max(1, surface.columns - start - 1);
    // The part of a long line around the cursor.
    const from = Math.max(0, before - room + 1);
    surface.view(row, start, 1, room + 1).text(0, -from, shown, style);
    surface.cursor = { row, column: start + before - from };
    this.completing.draw(surface, top - 1);
  }

  private type(text: string): void {
    const room = this.options.limit - this.text.length;
    if (room > 0) this.change(typed(this.state, text.slice(0, room).toWellFormed()));
  }

  private change(state: Edited): void {
    const isNew = state.text !== this.state.text;
    this.state = state;
    if (isNew) this.options.changed?.(state.text);
  }

  private recall(at: number): void {
    if (at < -1 || at >= this.history.length) return;
    if (this.at === -1) this.own = this.text;
    this.at = at;
    this.change(editedFrom(at === -1 ? this.own : (this.history[at] ?? '')));
  }
}
