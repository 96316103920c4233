import { readFileSync } from 'node:fs';
import { decodeUtf8 } from '../protocol/utf8.ts';

/** A file as text, without a byte order mark. @throws the error of the system, or one that says that it is not UTF-8 */
export function readText(file: string): string {
  const text = decodeUtf8(readFileSync(file));
  if (text === undefined) throw new Error(`${file} is not valid UTF-8`);
  return text;
}
