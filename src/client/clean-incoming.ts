import { cleanLine, cleanText } from '../protocol/clean.ts';
import { BoardError } from '../protocol/errors.ts';

/**
 * What a server sent, with every string in it made safe for any terminal: the content of a message
 * keeps its lines, all else is a line. Nothing is taken on trust, not even from a server, and what
 * is printed afterwards is clean before colours come to it.
 */
export function cleanIncoming<T>(value: T): T {
  return clean(value, '') as T;
}

function clean(value: unknown, key: string): unknown {
  if (typeof value === 'string') return key === 'content' ? cleanText(value) : cleanLine(value);
  if (value instanceof BoardError) {
    const { code, message, seconds } = value;
    return new BoardError(code, cleanLine(message), { seconds });
  }
  if (Array.isArray(value)) return value.map((item) => clean(item, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, clean(item, name)]));
}
