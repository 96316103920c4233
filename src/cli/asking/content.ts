import { checkedContent, checkedSubject } from '../../board/board.ts';
import { boardError } from '../../protocol/errors.ts';
import { limits } from '../../protocol/limits.ts';
import { decodeUtf8 } from '../../protocol/utf8.ts';
import { UserError } from '../errors.ts';

// In bytes. Cleaning a text can make it shorter, so a text that is a little too long is read to its end.
const mostRead = 4 * limits.content;

/** Checks a message as the board does. A reply may have no subject. @throws BoardError as the board would */
export function checkedMessage(subject: string | undefined, content: string) {
  return {
    subject: subject === undefined ? undefined : checkedSubject(subject),
    content: checkedContent(content),
  };
}

/**
 * Reads the content from standard input, without the line end after its last line.
 * @throws UserError if there is none or it is not UTF-8; BoardError `TOO_LONG`
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
