import { displayWidth } from '../../protocol/unicode.ts';

/** How much the reader wants to see of the rest when a page is full. */
export type More = 'all' | 'page' | 'line' | 'none';

/** The meaning of a key when a page is full, as in more(1) and less(1). Undefined if it has none. */
export function moreOf(key: string): More | undefined {
  if (['q', 'Q', 'escape', '^c', '^d', '^g'].includes(key)) return 'none';
  if (['space', ' ', 'f', 'pagedown'].includes(key)) return 'page';
  return ['return', 'enter', 'j', 'down'].includes(key) ? 'line' : undefined;
}

/** The functions of a terminal that `Page` uses. */
export interface PagedTerminal {
  /** Undefined if output is not shown in pages. */
  readonly size: { readonly rows: number; readonly columns: number } | undefined;
  print(text: string): void;
  /** Asks how to go on when a page is full. */
  more(): Promise<More>;
}

/** Prints the output of one command page by page. */
export class Page {
  private printed = 0;
  private room: number;

  constructor(private readonly terminal: PagedTerminal) {
    this.room = (terminal.size?.rows ?? Number.POSITIVE_INFINITY) - 1;
  }

  /** Prints whole lines. @returns false if the reader wants no more, and the rest was left out */
  async print(text: string): Promise<boolean> {
    let waiting = '';
    for (const line of text.split(/(?<=\n)/)) {
      const rows = this.rowsOf(line);
      if (this.printed > 0 && this.printed + rows > this.room) {
        this.terminal.print(waiting);
        waiting = '';
        if (!(await this.turn(rows))) return false;
      }
      this.printed += rows;
      waiting += line;
    }
    this.terminal.print(waiting);
    return true;
  }

  private async turn(rows: number): Promise<boolean> {
    const more = await this.terminal.more();
    if (more === 'all') this.room = Number.POSITIVE_INFINITY;
    if (more === 'page') this.printed = 0;
    if (more === 'line') this.printed -= rows;
    return more !== 'none';
  }

  private rowsOf(line: string): number {
    const { size } = this.terminal;
    return size ? Math.max(1, Math.ceil(displayWidth(line.trimEnd()) / size.columns)) : 1;
  }
}
