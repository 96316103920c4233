import { closeSync, openSync, readSync } from 'node:fs';
import { decodeUtf8 } from '../../protocol/utf8.ts';

// In bytes. No configuration, password or bundle of certificates is larger.
const longestFile = 8 * 1024 * 1024;

/**
 * Reads a small file or a pipe to its end. A device or a large file that is given by mistake does not
 * fill the memory.
 * @throws the error of the system, or an error that says that the file is too long
 */
export function readSmallFile(file: string): Buffer {
  const descriptor = openSync(file, 'r');
  try {
    const chunks: Buffer[] = [];
    for (let length = 0; ; ) {
      const chunk = Buffer.allocUnsafe(64 * 1024);
      const read = readSync(descriptor, chunk);
      if (read === 0) return Buffer.concat(chunks, length);
      chunks.push(chunk.subarray(0, read));
      length += read;
      requireSmall(length, file);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Reads standard input to its end. @throws Error if it is too long */
export async function readSmallInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    requireSmall(length, 'standard input');
  }
  return Buffer.concat(chunks, length);
}

/** Reads a small file as text without a byte order mark. @throws as `readSmallFile`, or an error if it is not UTF-8 */
export function readText(file: string): string {
  const text = decodeUtf8(readSmallFile(file));
  if (text === undefined) throw new Error(`${file} is not valid UTF-8`);
  return text;
}

function requireSmall(length: number, source: string): void {
  if (length > longestFile) throw new Error(`${source} is longer than ${longestFile} bytes`);
}
