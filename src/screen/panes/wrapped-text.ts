import { displayWidth, graphemes } from '../../protocol/unicode.ts';
import type { CellStyle } from '../terminal/cells.ts';
import { clusterWidth } from '../terminal/clusters.ts';

/** A part of a row in one style. */
interface Span {
  readonly text: string;
  readonly style?: CellStyle;
}

export type TextRow = readonly Span[];

// Code units that one row may hold: a row of marks without a width would otherwise be as long as its message.
const longestRow = 2048;
const tabSize = 8;
const printableAscii = /^[\x20-\x7e]*$/;
const links = /https?:\/\/[^\s<>"'`]+/gi;
const quote = /^ ?(?:> ?)+/;

/**
 * A text in rows of the width of the screen. Rows are laid out when they are asked for, so that the first page of a long text
 * costs no more than that of a short one. Words that are longer than a row are cut.
 */
export class WrappedText {
  private readonly lines: readonly string[];
  private readonly done: TextRow[] = [];
  private line = 0;
  private at = 0;
  /** The line without tabs, once its first row is laid out. */
  private spaced: string | undefined;
  /** The `>` signs that the line begins with. */
  private quoted = '';

  constructor(
    text: string,
    private readonly columns: number,
  ) {
    this.lines = text.split('\n');
  }

  /** A row, counted from 0; undefined after the end. */
  row(number: number): TextRow | undefined {
    while (this.done.length <= number && this.line < this.lines.length) this.layOut();
    return this.done[number];
  }

  /** Whether the text ends at a row or before. */
  endsBefore(row: number): boolean {
    return this.row(row) === undefined;
  }

  /** How many rows the text has. It lays all of them out. */
  get length(): number {
    while (this.line < this.lines.length) this.layOut();
    return this.done.length;
  }

  private layOut(): void {
    if (this.spaced === undefined) {
      this.spaced = withoutTabs(this.lines[this.line] ?? '');
      [this.quoted = ''] = quote.exec(this.spaced.slice(0, longestRow)) ?? [];
    }
    const { spaced: line, at, quoted, columns } = this;
    // A copied row says by itself that it is quoted. The first row has the signs of the line.
    const mark = at === 0 ? '' : markOf(quoted, columns);
    const { end, next } = rowEnd(line, at, Math.max(1, columns - mark.length), quoted.length);
    const style: CellStyle | undefined = quoted === '' ? undefined : { faint: true };
    this.done.push(spansOf(line, at, end, { mark, style }));
    if (next < line.length) {
      this.at = next;
      return;
    }
    this.line++;
    this.at = 0;
    this.spaced = undefined;
  }
}

/**
 * Where the row that begins at `from` ends, and where the next one begins.
 * @param firstWord where the words of the line begin: it is not broken before
 */
function rowEnd(
  line: string,
  from: number,
  columns: number,
  firstWord: number,
): { end: number; next: number } {
  const head = line.slice(from, from + columns + 1);
  if (printableAscii.test(head)) {
    if (head.length <= columns) return { end: line.length, next: line.length };
    return brokenAt(line, Math.max(from, firstWord), from + columns);
  }
  let width = 0;
  let at = from;
  for (const cluster of graphemes(line.slice(from, from + longestRow))) {
    const its = clusterWidth(cluster);
    if (width + its > columns && at > from) return brokenAt(line, Math.max(from, firstWord), at);
    width += its;
    at += cluster.length;
  }
  return { end: at, next: at };
}

/** Breaks a row before its last word if it has several. The spaces around the break are left out. */
function brokenAt(line: string, from: number, end: number): { end: number; next: number } {
  const space = line[end] === ' ' ? end : line.lastIndexOf(' ', end - 1);
  const isBetweenWords = space > from && line.slice(from, space).trim() !== '';
  if (!isBetweenWords) return { end, next: end };
  let next = space;
  while (line[next] === ' ') next++;
  return { end: space, next };
}

/** What later rows of a quoted line begin with. Many signs would leave no room for the text. */
function markOf(quoted: string, columns: number): string {
  if (quoted.length > columns / 3) return '';
  return quoted === '' || quoted.endsWith(' ') ? quoted : `${quoted} `;
}

function spansOf(
  line: string,
  from: number,
  end: number,
  { mark, style }: { readonly mark: string; readonly style: CellStyle | undefined },
): TextRow {
  const spans: Span[] = [];
  const add = (text: string, its = style) => {
    if (text !== '') spans.push(its ? { text, style: its } : { text });
  };
  add(mark);
  let at = from;
  if (line.includes('://')) {
    for (const { 0: link, index } of line.matchAll(links)) {
      const [first, last] = [Math.max(from, index), Math.min(end, index + link.length)];
      if (last <= first) continue;
      add(line.slice(at, first));
      add(line.slice(first, last), { ...style, underline: true, link });
      at = last;
    }
  }
  add(line.slice(at, end));
  return spans;
}

/** Terminals decide themselves how wide a tab is. */
function withoutTabs(line: string): string {
  if (!line.includes('\t')) return line;
  let column = 0;
  const parts = line.split('\t');
  return parts
    .map((part, index) => {
      column += displayWidth(part);
      if (index === parts.length - 1) return part;
      const spaces = tabSize - (column % tabSize);
      column += spaces;
      return part + ' '.repeat(spaces);
    })
    .join('');
}
