import { Buffer } from 'node:buffer';
import { cleanText } from '../../protocol/clean.ts';
import { limits } from '../../protocol/limits.ts';
import { displayWidth } from '../../protocol/unicode.ts';
import type { KeyTable } from '../keys/key-table.ts';
import type { KeyEvent } from '../terminal/keys.ts';
import type { Surface } from '../terminal/surface.ts';
import { type Complete, Completing } from './completing.ts';
import type { Draft } from './drafts.ts';
import { type Edited, edited, editedFrom, lineStart, nothing, typed } from './edited.ts';
import { drawFoot, footRows } from './foot.ts';
import { hintsIn } from './hints.ts';
import { TextArea } from './text-area.ts';

export interface ComposerOptions {
  /** What is written and where, the longest form first: `Reply to #17 of bob in news`. Read again for every frame. */
  readonly titles: () => readonly string[];
  /** Why it cannot be sent, as far as that is known. Read again for every frame. */
  readonly refusal?: () => string | undefined;
  /** How long drafts are kept: `until you leave`. */
  readonly lasts: string;
  readonly draft: Draft;
  /** Whether a subject is asked for. */
  readonly hasSubject: boolean;
  readonly keys: KeyTable;
  readonly complete?: Complete;
  /** Lends the terminal to the editor of the user. @returns undefined if the text stays as it was */
  readonly editor?: (text: string) => Promise<string | undefined>;
  /** Whether the text is being sent. Until the board has answered, it stays as it is. */
  readonly isSending?: () => boolean;
  /** Called when the user sends. The composer goes on if the board refuses. */
  readonly send: (draft: Draft) => void;
  /** Called when the user closes the box. */
  readonly keep: (draft: Draft) => void;
  readonly redraw: () => void;
  /** Called before each key and paste. */
  readonly pressed?: () => void;
}

// Rows of the box: its upper edge, and at least so many of text.
const leastRows = 4;

/** A box over the lower half of the screen, in which a message is written. It gets all keys. */
export class Composer {
  readonly place = 'box';
  private readonly area: TextArea;
  private subject: Edited;
  private isInSubject: boolean;
  /** A sentence about the last key, such as that a paste is too long. */
  private problem: string | undefined;
  private readonly completing: Completing;
  private isLent = false;

  constructor(private readonly options: ComposerOptions) {
    const { draft, hasSubject, complete, redraw } = options;
    this.area = new TextArea(draft.text);
    this.subject = hasSubject ? editedFrom(draft.subject ?? '') : nothing;
    this.isInSubject = hasSubject && this.subject.text === '';
    this.completing = new Completing(complete, redraw);
  }

  /** What is written so far. */
  get draft(): Draft {
    const { text } = this.area.state;
    return this.options.hasSubject ? { subject: this.subject.text, text } : { text };
  }

  /** Shows why the text was not sent. The user can change it and send it again. */
  refuse(problem: string): void {
    this.problem = problem;
    this.options.redraw();
  }

  press(event: KeyEvent): void {
    if (this.isLent) return;
    const { keys, keep, isSending } = this.options;
    if (isSending?.()) {
      if ('key' in event && keys.action('box', event.key) === 'keep-draft') keep(this.draft);
      return;
    }
    this.problem = undefined;
    this.options.pressed?.();
    if ('paste' in event) {
      if (event.isCut) this.problem = tooLong;
      else this.type(event.paste.replace(/\r\n?/g, '\n'));
      return;
    }
    const action = keys.action('box', event.key);
    if (action !== 'complete') this.completing.end();
    if (action !== 'row-up' && action !== 'row-down') this.area.forgetColumn();
    switch (action) {
      case 'send':
        this.send(this.area.state.text);
        return;
      case 'keep-draft':
        keep(this.draft);
        return;
      case 'editor':
        void this.useEditor();
        return;
      case 'new-line':
        this.enter();
        return;
      case 'complete':
        if (this.isInSubject) this.isInSubject = false;
        else this.completing.begin(this.area.state, (state) => this.change(state));
        return;
      case 'row-up':
      case 'row-down':
        this.move(action === 'row-up' ? -1 : 1);
        return;
      case 'box-page-up':
      case 'box-page-down':
        this.move(action === 'box-page-up' ? -this.area.page : this.area.page);
        return;
      case undefined:
        if (event.text !== undefined) this.type(event.text);
        return;
      default: {
        const state = this.isInSubject ? this.subject : this.area.state;
        this.change(edited(state, action) ?? state);
      }
    }
  }

  /** Draws the box over the lower half of a surface. The last row is left for hints. */
  draw(surface: Surface): void {
    const { titles, hasSubject, lasts } = this.options;
    const foot = this.drawLastRows(surface);
    const height = Math.max(leastRows, Math.floor(surface.rows / 2));
    const top = Math.max(0, surface.rows - 1 - height);
    const box = surface.view(top, 0, foot - top, surface.columns);
    box.clear();
    box.fill(0, 0, box.columns, '─', { faint: true });
    const room = box.columns - 2;
    box.text(0, 2, ` ${fitting(titles(), room - 4)} `, { bold: true }, room);
    let first = 1;
    if (hasSubject) {
      this.drawSubject(box.view(1, 1, 1, room + 1));
      first = 2;
    }
    const area = box.view(first, 1, box.rows - first, room);
    const [esc] = this.options.keys.keysOf('keep-draft', 'box');
    if (this.area.state.text === '' && esc !== undefined) {
      drawHint(area, `${esc} keeps a draft ${lasts}.`);
    }
    this.area.draw(area, !this.isInSubject);
    this.completing.draw(box, box.rows - 1);
  }

  /** @returns the first of the last rows */
  private drawLastRows(surface: Surface): number {
    const { keys, editor, refusal } = this.options;
    const problem = this.problem ?? refusal?.();
    if (problem !== undefined) {
      return drawFoot(surface, [{ text: problem, style: { colour: 'red' } }]).top;
    }
    const row = surface.rows - 1;
    const hints = keys.hints('box').filter(({ action }) => action !== 'editor' || editor);
    surface.fill(row, 0, surface.columns);
    surface.text(row, 1, hintsIn(hints, surface.columns - 2), { faint: true });
    return row;
  }

  private drawSubject(line: Surface): void {
    const label = line.text(0, 0, 'Subject: ', { faint: true });
    const before = displayWidth(this.subject.text.slice(0, this.subject.at));
    const from = Math.max(0, before - (line.columns - label) + 2);
    line.view(0, label, 1, line.columns).text(0, -from, this.subject.text, { bold: true });
    if (this.isInSubject) line.cursor = { row: 0, column: label + before - from };
  }

  private enter(): void {
    if (this.isInSubject) {
      this.isInSubject = false;
      return;
    }
    const { text, at } = this.area.state;
    const start = lineStart(text, at);
    // The line is the last one of the text.
    if (at === text.length && text.slice(start) === '.') this.send(text.slice(0, start));
    else this.type('\n');
  }

  private send(text: string): void {
    const subject = this.subject.text.trim();
    const refusal = this.options.refusal?.();
    if (refusal !== undefined) this.problem = refusal;
    else if (this.options.hasSubject && subject === '') {
      this.problem = 'Give it a subject first.';
      this.isInSubject = true;
    } else if (text.trim() === '') {
      this.problem = 'There is no text yet.';
    } else if (isTooLong({ text })) {
      this.problem = tooLong;
    } else {
      this.area.state = editedFrom(text.replace(/\n+$/, ''));
      this.options.send(this.draft);
    }
  }

  private type(text: string): void {
    const clean = cleanText(text);
    if (this.isInSubject) {
      const line = clean.replace(/[\n\t]+/g, ' ');
      const next = typed(this.subject, line);
      if ([...next.text].length > limits.subject) {
        this.problem = `A subject has at most ${limits.subject} characters.`;
      } else this.change(next);
      return;
    }
    const next = typed(this.area.state, clean);
    if (isTooLong(next)) this.problem = tooLong;
    else this.change(next);
  }

  private change(state: Edited): void {
    if (this.isInSubject) this.subject = { ...state, cut: state.cut.replaceAll('\n', ' ') };
    else this.area.state = state;
  }

  private move(by: number): void {
    if (this.isInSubject) {
      if (by > 0) this.isInSubject = false;
    } else if (!this.area.move(by) && this.options.hasSubject) this.isInSubject = true;
  }

  private async useEditor(): Promise<void> {
    const { editor, redraw } = this.options;
    if (!editor) return;
    this.isLent = true;
    try {
      const text = await editor(this.area.state.text);
      if (text === undefined) return;
      // A text that is too long is nowhere else: the user can shorten it here.
      this.area.state = editedFrom(cleanText(text));
      if (isTooLong(this.area.state)) this.problem = tooLong;
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    } finally {
      this.isLent = false;
      redraw();
    }
  }
}

/** The longest form that fits. */
function fitting(forms: readonly string[], columns: number): string {
  return forms.find((form) => displayWidth(form) <= columns) ?? forms.at(-1) ?? '';
}

/** Shown until something is typed. */
function drawHint(area: Surface, text: string): void {
  footRows([{ text, style: { faint: true } }], area.columns, area.rows).forEach((row, at) => {
    area.text(at, 0, row.text, row.style);
  });
}

function isTooLong({ text }: Pick<Edited, 'text'>): boolean {
  return Buffer.byteLength(text) > limits.content;
}

const tooLong = `That is too long: a message has at most ${limits.content / 1024} KiB.`;
