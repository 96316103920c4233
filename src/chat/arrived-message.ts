import { cleanText } from '../protocol/clean.ts';
import type { Header } from '../protocol/schemas.ts';
import { count, info } from '../protocol/text/render.ts';
import { renderArrivedHeader } from '../protocol/text/render-messages.ts';
import type { Style } from '../protocol/text/style.ts';
import { cut } from '../protocol/text/table.ts';
import { displayWidth } from '../protocol/unicode.ts';

// Rows of a content that are shown when the message arrives, and the width of a row if the output has none.
const mostRows = 12;
const usualColumns = 80;
const indentation = '  ';

/**
 * A message that arrives in the place where the user is: its line of a list, and its content, indented. A long content is
 * cut, with the command that shows the rest. A content that says no more than the subject is left out.
 * @param reader the name of the user, so that a message that mentions the user is marked
 */
export function renderArrived(
  message: Header & { readonly content: string },
  style: Style,
  reader: string,
): { readonly text: string; readonly isWhole: boolean } {
  const heading = renderArrivedHeader(message, style, reader);
  const content = cleanText(message.content).trimEnd();
  if (content.trim() === message.subject.trim()) return { text: heading, isWhole: true };
  const columns = Number.isFinite(style.columns) ? style.columns : usualColumns;
  const { lines, left } = firstRows(content.split('\n'), Math.max(1, columns - indentation.length));
  const shown = `${style.content(lines.map((line) => indentation + line).join('\n'))}\n`;
  if (left === 0) return { text: heading + shown, isWhole: true };
  const rest = info(`${count(left, 'more line')}: %message ${message.number} shows all.`, style);
  return { text: heading + shown + rest, isWhole: false };
}

/** The lines that fit in some rows; a line that has no room is cut. `left` counts the lines that are not shown whole. */
function firstRows(
  all: readonly string[],
  columns: number,
): { readonly lines: readonly string[]; readonly left: number } {
  const lines: string[] = [];
  let room = mostRows;
  for (const [at, line] of all.entries()) {
    const rows = Math.max(1, Math.ceil(displayWidth(line) / columns));
    if (rows > room) {
      if (room > 0) lines.push(cut(line, room * columns));
      return { lines, left: all.length - at };
    }
    lines.push(line);
    room -= rows;
  }
  return { lines, left: 0 };
}
