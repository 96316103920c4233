import { displayWidth, wrapAtSpaces } from '../../protocol/unicode.ts';

// How far what does not fit into a line goes in on the next row, in columns.
const hanging = 2;
const tabSize = 8;

/** Breaks one line at its words where it is too long; the rows behind the first hang. */
export function wrapLine(line: string, columns: number): string {
  return wrapRows(line, columns, hanging);
}

/** Breaks each line of a text that is too long at its words; the rest is kept as it was written. */
export function wrapText(text: string, columns: number): string {
  const wrap = (line: string) => {
    const spaced = expandTabs(line);
    return wrapRows(spaced, columns, indentation(spaced));
  };
  return text.split('\n').map(wrap).join('\n');
}

/** @param indent of the rows behind the first one */
function wrapRows(line: string, columns: number, indent: number): string {
  if (displayWidth(line) <= columns) return line;
  const before = indentation(line);
  // Deep inside a narrow terminal there is no room to keep the indentation.
  const [first, rest] = Math.max(before, indent) <= columns / 2 ? [before, indent] : [0, 0];
  const room = Math.max(1, columns - Math.max(first, rest));
  // A word longer than that is left to the terminal: an address broken here could not be copied.
  const rows = wrapAtSpaces(line.slice(before), room);
  return rows.map((row, index) => ' '.repeat(index === 0 ? first : rest) + row).join('\n');
}

function indentation(line: string): number {
  return line.length - line.replace(/^ +/, '').length;
}

/** A terminal puts tabs where it likes; spaces stay where they were measured. */
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
