import { Buffer } from 'node:buffer';
import type { Writable } from 'node:stream';
import { cleanLine } from '../../protocol/clean.ts';
import { CellTables } from './cells.ts';
import { changes } from './changes.ts';
import { asciiText, type ColourDepth } from './paint.ts';
import { Surface } from './surface.ts';

/** Columns and rows of a terminal. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface DisplayOptions {
  readonly size: Size;
  readonly colours: ColourDepth;
  /** Whether the terminal reads UTF-8. Others are sent ASCII alone. */
  readonly utf8: boolean;
  /** Called after the stream has sent the frame that was drawn last. */
  readonly sent?: () => void;
}

/** The largest screen that is drawn on. The rest of a larger terminal stays empty. */
const largestSize: Size = { columns: 400, rows: 150 };

// Milliseconds from one frame to the next: 30 frames in a second. A key press does not wait, unless keys come faster
// than anybody sees.
const pause = { soon: 33, now: 8 };
// After a frame, other work has so many times as long as the frame took, in milliseconds at most `most`: over SSH, one process
// draws all screens. A frame also takes long when the machine is busy, so a key press waits less.
const rest = { times: 4, most: { soon: 500, now: 100 } };
// Clusters and styles that are kept. After so many, all is drawn again from scratch.
const mostTables = 8192;
const titleCharacters = 60;
// What is copied is cut after so many bytes: terminals ignore longer ones.
const copiedBytes = 64 * 1024;

// Saves the title (XTWINOPS 22), and turns on the alternate screen (1049) and marks of pastes (2004), and off the cursor (25),
// wrapping at the right edge (7) and reports of the focus (1004).
const opening = '\x1b[22;2t\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?2004h\x1b[?1004l\x1b[0m';
// The end of a frame that was under way, and all of the above undone.
const closing = '\x1b[?2026l\x1b]8;;\x1b\\\x1b[0m\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l\x1b[23;2t';

type Drawing = (surface: Surface) => void;

/**
 * Shows surfaces on a terminal, over any stream. It sends what differs from the frame before. One frame is under way at a
 * time: while the stream has not sent it, nothing is drawn, and then the newest drawing is. So a slow line loses frames,
 * and takes no memory.
 */
export class Display {
  private readonly tables = new CellTables();
  private size: Size;
  private shown: Surface;
  private next: Surface;
  /** Whether the terminal shows something else than `shown`, so that all rows are sent. */
  private isUnknown = true;
  private isOpen = false;
  private isSending = false;
  private drawing: Drawing | undefined;
  /** Whether `drawing` is newer than the last frame. */
  private isDue = false;
  private lastFrame = Number.NEGATIVE_INFINITY;
  /** How long the last frame took, in milliseconds. */
  private took = 0;
  private timer: NodeJS.Timeout | undefined;
  private isQueued = false;
  private shownTitle: string | undefined;
  private readonly waiting = new Map<'title' | 'copy', string>();

  constructor(
    private readonly output: Writable,
    private readonly options: DisplayOptions,
  ) {
    this.size = drawnSize(options.size);
    this.shown = this.surface();
    this.next = this.surface();
    output.on('error', this.broken);
  }

  /** Takes the terminal. The first frame is drawn after it. */
  open(): void {
    if (this.isOpen) return;
    this.isOpen = true;
    this.isUnknown = true;
    this.output.write(opening);
    this.sendTitle();
    this.redraw();
  }

  /** Leaves the terminal as `open` found it. Done when it returns, if the stream writes at once. May be called again. */
  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.output.write(closing);
  }

  /**
   * Draws a frame. If another drawing comes before the frame is due, that one is drawn instead.
   * @param make draws on a blank surface of the size of the terminal. It is called again after a resize
   * @param pace `now` after a key press; otherwise there are at most 30 frames in a second
   */
  draw(make: Drawing, pace: 'now' | 'soon' = 'soon'): void {
    this.drawing = make;
    this.isDue = true;
    this.plan(pace);
  }

  /** Draws everything again, for a screen that something else has written on. */
  redraw(): void {
    this.isUnknown = true;
    this.isDue = this.drawing !== undefined;
    this.plan('now');
  }

  /** Sets the title of the window: one clean line of at most 60 characters. */
  title(text: string): void {
    const title = [...cleanLine(text.slice(0, 1024))].slice(0, titleCharacters).join('');
    if (title === this.shownTitle) return;
    this.shownTitle = title;
    this.sendTitle();
  }

  /** Copies a text to the clipboard of the person at the terminal (OSC 52), if the terminal lets it. */
  copy(text: string): void {
    if (!this.isOpen) return;
    const bytes = Buffer.from(text.slice(0, copiedBytes)).subarray(0, copiedBytes);
    this.send('copy', `\x1b]52;c;${bytes.toString('base64')}\x1b\\`);
  }

  /** The terminal has another size: draws everything again. */
  resized(size: Size): void {
    this.size = drawnSize(size);
    this.redraw();
  }

  private readonly broken = () => {
    // The owner of the stream ends the session. Nothing is sent any more.
    this.isOpen = false;
    clearTimeout(this.timer);
  };

  private sendTitle(): void {
    const { isOpen, shownTitle: title, options } = this;
    if (!isOpen || title === undefined) return;
    this.send('title', `\x1b]2;${options.utf8 ? title : asciiText(title)}\x1b\\`);
  }

  /** Sends something beside the frames. While the line is busy, the newest of each kind waits. */
  private send(kind: 'title' | 'copy', text: string): void {
    this.waiting.set(kind, text);
    if (!this.isSending) this.sendWaiting();
  }

  private sendWaiting(): void {
    const text = [...this.waiting.values()].join('');
    this.waiting.clear();
    if (text === '' || !this.isOpen) return;
    this.isSending = true;
    this.output.write(text, this.sent);
  }

  private surface(): Surface {
    return new Surface(this.size.columns, this.size.rows, this.tables);
  }

  private plan(pace: 'now' | 'soon'): void {
    if (!this.isOpen || this.isSending || !this.isDue) return;
    const least = Math.max(pause[pace], Math.min(rest.most[pace], rest.times * this.took));
    const wait = this.lastFrame + least - performance.now();
    if (wait <= 0) {
      clearTimeout(this.timer);
      this.timer = undefined;
      // All keys that have arrived together are drawn together.
      if (!this.isQueued) setImmediate(this.frame);
      this.isQueued = true;
      return;
    }
    if (pace === 'soon' && this.timer) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(this.frame, wait);
  }

  private readonly frame = () => {
    this.isQueued = false;
    this.timer = undefined;
    const { drawing, output, size } = this;
    if (!this.isOpen || this.isSending || !this.isDue || !drawing) return;
    const began = performance.now();
    this.isDue = false;
    if (this.next.columns !== size.columns || this.next.rows !== size.rows) {
      this.shown = this.surface();
      this.next = this.surface();
      this.isUnknown = true;
    }
    const { next } = this;
    if (this.tables.size > mostTables) {
      this.tables.clear();
      this.isUnknown = true;
    }
    next.clear();
    next.cursor = undefined;
    drawing(next);
    const { colours, utf8 } = this.options;
    const before = this.isUnknown ? undefined : this.shown;
    const text = changes(before, next, { tables: this.tables, colours, utf8 });
    this.next = this.shown;
    this.shown = next;
    this.isUnknown = false;
    this.lastFrame = performance.now();
    this.took = this.lastFrame - began;
    if (text === '') {
      this.options.sent?.();
      return;
    }
    this.isSending = true;
    output.write(text, (error) => {
      if (!error) this.options.sent?.();
      this.sent();
    });
  };

  private readonly sent = () => {
    this.isSending = false;
    this.sendWaiting();
    this.plan('soon');
  };
}

/** The part of a terminal that is drawn on: at most 400 columns and 150 rows. */
export function drawnSize({ columns, rows }: Size): Size {
  return {
    columns: Math.max(1, Math.min(columns, largestSize.columns)),
    rows: Math.max(1, Math.min(rows, largestSize.rows)),
  };
}
