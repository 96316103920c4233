import type { Readable } from 'node:stream';
import { boardError } from '../protocol/errors.ts';
import { limits } from '../protocol/limits.ts';
import { decodeUtf8 } from '../protocol/utf8.ts';
import { TaskError } from './task-error.ts';

// In bytes. Cleaning a text can make it shorter, so a text that is a little too long is read to its end.
const mostRead = 4 * limits.content;

/**
 * Reads the content of a message to the end of the input, without the line end after its last line.
 * @throws TaskError if there is none or it is not UTF-8; BoardError `TOO_LONG`, before all of it was read
 */
export async function readContent(input: Readable): Promise<string> {
  const content = decode(await readInput(input)).replace(/\r?\n$/, '');
  if (content.trim() === '') {
    throw new TaskError('Standard input holds no content; nothing was posted.');
  }
  return content;
}

async function readInput(input: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > mostRead) throw boardError('TOO_LONG', 'content', limits.content, 'bytes');
  }
  return Buffer.concat(chunks);
}

function decode(bytes: Buffer): string {
  const text = decodeUtf8(bytes);
  if (text === undefined) {
    throw new TaskError('Standard input is not valid UTF-8; nothing was posted.');
  }
  return text;
}
