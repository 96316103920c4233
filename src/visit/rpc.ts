import { once } from 'node:events';
import { dial } from '../client/dial.ts';
import { type DoorOptions, destinationOf } from '../client/door.ts';
import { ConnectionError, connectFailure } from '../client/failure.ts';
import { formatRequest, parseIncoming } from '../protocol/jsonrpc/messages.ts';
import type { Params } from '../protocol/schemas.ts';
import type { Visitor } from './visitor.ts';

// The longest answer to a login, in bytes, as for other clients.
const longestAnswer = 4 * 1024 * 1024;

/**
 * Logs in, and then passes the lines of the visitor to the board and those of the board to the visitor, unread. Each side
 * waits while the other is slow. At the end of the input, the board answers what it was asked, and closes.
 *
 * The board believes what it is told over the vouched door, so nothing of the visitor is sent before the login: after it, the
 * connection has no method that says who somebody is.
 * @throws BoardError if the login is refused; ConnectionError
 */
export async function passThrough(
  { input, output, gone }: Visitor,
  door: DoorOptions,
  login: Params<'door.login'>,
): Promise<void> {
  const destination = destinationOf(door);
  const { stream, opened } = dial(destination);
  const leave = () => stream.destroy();
  gone.addEventListener('abort', leave);
  let failure: Error | undefined;
  stream.on('error', (error) => {
    failure = error;
  });
  try {
    await opened.catch((error) => {
      throw connectFailure(error, destination);
    });
    const closed = once(stream, 'close');
    stream.write(formatRequest(0, 'door.login', login));
    const rest = await answered(stream);
    if (rest.length > 0) stream.unshift(rest);
    let hasEnded = false;
    input.once('end', () => {
      hasEnded = true;
    });
    stream.pipe(output, { end: false });
    input.pipe(stream);
    await closed;
    if (!hasEnded && !gone.aborted) {
      throw new ConnectionError(
        `The board closed the connection. ${failure?.message ?? ''}`.trim(),
      );
    }
  } finally {
    gone.removeEventListener('abort', leave);
    input.unpipe();
    stream.destroy();
  }
}

/** Reads the answer to the login. @returns the bytes after it @throws BoardError, ConnectionError */
async function answered(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  const line = await new Promise<Buffer>((resolve, reject) => {
    const ended = () =>
      finish(() => reject(new ConnectionError('The board closed the connection.')));
    const read = (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (chunk.includes(0x0a)) finish(() => resolve(Buffer.concat(chunks)));
      else if (size > longestAnswer) ended();
    };
    const finish = (then: () => void) => {
      stream.pause();
      stream.off('data', read).off('end', ended).off('close', ended);
      then();
    };
    stream.on('data', read).on('end', ended).on('close', ended);
  });
  const end = line.indexOf(0x0a);
  const incoming = parseIncoming(line.subarray(0, end).toString());
  if (incoming?.kind === 'error') throw incoming.error;
  if (incoming?.kind !== 'result') throw new ConnectionError('The board did not answer the login.');
  return line.subarray(end + 1);
}
