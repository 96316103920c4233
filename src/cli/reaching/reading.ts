import type { BoardClient } from '../../client/board-client.ts';
import { Interrupted } from '../errors.ts';
import { readerOf } from '../printing/reader-watch.ts';
import { interruption } from '../running/interrupt.ts';
import { type ConnectionOptions, connectionSettings } from './connection-options.ts';
import { withHint } from './hints.ts';
import { connectWithRetries, type Persistence, targetOf } from './reach.ts';

/**
 * Connects to the board, and prints what `read` reads there. It ends when `read` has ended, at a signal, or when the program that
 * reads the output has closed it.
 * @throws Interrupted after a signal, and any error of `targetOf`, `connectWithRetries` and `read`
 */
export async function readFromBoard(
  options: ConnectionOptions,
  { retry, tell }: Pick<Persistence, 'retry' | 'tell'>,
  read: (client: BoardClient, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const ended = interruption();
  const reader = readerOf(process.stdout);
  const signal = AbortSignal.any([ended.signal, reader.closed]);
  try {
    const target = await targetOf(connectionSettings(options));
    const client = await connectWithRetries(target, { signal, retry, tell });
    // Closing the client also rejects calls that wait for the board.
    signal.addEventListener('abort', () => void client.close());
    await read(client, signal).finally(() => client.close());
  } catch (error) {
    if (!signal.aborted) throw withHint(error);
  } finally {
    ended.close();
    reader.release();
  }
  if (ended.exitCode) throw new Interrupted(ended.exitCode);
}
