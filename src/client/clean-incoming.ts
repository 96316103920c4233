import { cleanLine, cleanText } from '../protocol/clean.ts';
import { BoardError } from '../protocol/errors.ts';

// Several times the limits of a board, in UTF-16 code units. Longer texts are cut, because laying them out takes time.
const mostOfContent = 64 * 1024;
const mostOfLine = 4096;

function cutTo(most: number, text: string): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/**
 * Makes every string from a server safe for a terminal. The content of a message keeps its
 * lines; any other string becomes one line. Servers are not trusted. Colours are added after this, so
 * nothing has to be cleaned when it is printed.
 * @param value what was parsed just now. It is changed in place, because copies of many values take several times as long.
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
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) value[at] = clean(item, key);
    return value;
  }
  const members = value as Record<string, unknown>;
  for (const name of Object.keys(members)) {
    const member = members[name];
    const cleaned = clean(member, name);
    if (cleaned !== member) members[name] = cleaned;
  }
  return value;
}
