import { displayWidth, wrapAtSpaces } from '../protocol/unicode.ts';

// The indentation of further rows of a line, in columns.
const hanging = 2;
const tabSize = 8;

/** Breaks a line that is too long between words. Further rows are indented. */
export function wrapLine(line: string, columns: number): string {
  return wrapRows(line, columns, hanging);
}

/** Breaks each line of a text that is too long between words. Indentation is kept. */
export function wrapText(text: string, columns: number): string {
  const wrap = (line: string) => {
    const spaced = expandTabs(line);
    return wrapRows(spaced, columns, indentation(spaced));
  };
  return text.split('\n').map(wrap).join('\n');
}

/**
 * Breaks a question that is too long between words, so that each row leaves a column free. The space at its end, before the
 * answer, is kept.
 * @param columns undefined if the width is unknown: then nothing is broken
 */
export function wrapQuestion(question: string, columns: number | undefined): string {
  if (columns === undefined || columns < 2) return question;
  const text = question.trimEnd();
  return wrapRows(text, columns - 1, 0) + question.slice(text.length);
}

/** @param indent the indentation of further rows, in columns */
function wrapRows(line: string, columns: number, indent: number): string {
  if (displayWidth(line) <= columns) return line;
  const before = indentation(line);
  // A deep indentation is dropped on a narrow terminal.
  const [first, rest] = Math.max(before, indent) <= columns / 2 ? [before, indent] : [0, 0];
  const room = Math.max(1, columns - Math.max(first, rest));
  // The terminal breaks a word that is longer than a row. A URL that is broken here could not be copied.
  const rows = wrapAtSpaces(line.slice(before), room);
  return rows.map((row, index) => ' '.repeat(index === 0 ? first : rest) + row).join('\n');
}

function indentation(line: string): number {
  return line.length - line.replace(/^ +/, '').length;
}

/** Replaces tabs with spaces, because a terminal decides itself how wide a tab is. */
function expandTabs(line: string): string {
  const parts = line.split('\t');
  const last = parts.pop() ?? '';
  let column = 0;
  const spaced = parts.map((part) => {
    const width = displayWidth(part);
    const spaces = tabSize - ((column + width) % tabSize);
    column += width + spaces;
    return part + ' '.repeat(spaces);
  });
  return spaced.join('') + last;
}
