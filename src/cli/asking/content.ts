import { checkedContent, checkedSubject } from '../../board/board.ts';
import { boardError } from '../../protocol/errors.ts';
import { limits } from '../../protocol/limits.ts';
import { decodeUtf8 } from '../../protocol/utf8.ts';
import { UserError } from '../errors.ts';

// What comes from standard input may lose characters when it is cleaned: only what is far too long
// is not read to its end. In bytes.
const mostRead = 4 * limits.content;

/** A message that the board will take. @throws BoardError as the board would */
export function checkedMessage(subject: string, content: string) {
  return { subject: checkedSubject(subject), content: checkedContent(content) };
}

/**
 * The content on standard input, without the line ending behind its last line.
 * @throws UserError where there is none; BoardError `TOO_LONG`, `NOT_UTF8`
 */
export async function readContent(): Promise<string> {
  if (process.stdin.isTTY) {
    process.stderr.write('Type the content; Ctrl-D on a line of its own ends it.\n');
  }
  const content = decode(await readInput()).replace(/\r?\n$/, '');
  if (content.trim() === '') {
    throw new UserError('Standard input holds no content; nothing was posted.');
  }
  return content;
}

async function readInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > mostRead) throw boardError('TOO_LONG', 'content', limits.content, 'bytes');
  }
  return Buffer.concat(chunks);
}

function decode(bytes: Buffer): string {
  const text = decodeUtf8(bytes);
  if (text === undefined) {
    throw new UserError('Standard input is not valid UTF-8; nothing was posted.');
  }
  return text;
}
