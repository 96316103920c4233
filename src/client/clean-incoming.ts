import { cleanLine, cleanText } from '../protocol/clean.ts';
import { BoardError } from '../protocol/errors.ts';

// Several times what a board holds, in UTF-16 code units. More is cut off, because each costs time to lay out.
const mostOfContent = 64 * 1024;
const mostOfLine = 4096;

function cutTo(most: number, text: string): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/**
 * What a server sent, with every string in it made safe for any terminal: the content of a message
 * keeps its lines, all else is a line. Nothing is taken on trust, not even from a server, and what
 * is printed afterwards is clean before colours come to it.
 */
export function cleanIncoming<T>(value: T): T {
  return clean(value, '') as T;
}

function clean(value: unknown, key: string): unknown {
  if (typeof value === 'string') {
    return key === 'content'
      ? cleanText(cutTo(mostOfContent, value))
      : cleanLine(cutTo(mostOfLine, value));
  }
  if (value instanceof BoardError) {
    const { code, message, seconds } = value;
    return new BoardError(code, cleanLine(cutTo(mostOfLine, message)), { seconds });
  }
  if (Array.isArray(value)) return value.map((item) => clean(item, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, clean(item, name)]));
}
