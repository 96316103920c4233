import type { Server } from 'node:net';
import type { Logger } from 'pino';
import { listenAt } from './socket-file.ts';

interface BoardSocketOptions {
  readonly path: string;
  /** What the board cannot do without the socket, for the log. */
  readonly without: string;
  readonly log: Logger;
  readonly backlog?: number;
  /** Called once the socket exists. */
  readonly made: (path: string) => void;
}

/** For the log, if a socket cannot have the path. */
export function pathTooLong(without: string): string {
  return `${without}: the path of the folder is too long for a socket`;
}

/**
 * Has a server listen at a socket beside the database. If it cannot, it is closed, and the log says why: the board serves its
 * members all the same.
 * @returns whether it listens
 */
export async function listenBeside(
  server: Server,
  { path, without, log, backlog, made }: BoardSocketOptions,
): Promise<boolean> {
  try {
    await listenAt(server, path, backlog);
    made(path);
    return true;
  } catch (error) {
    log.warn({ path, reason: (error as Error).message }, without);
    server.close();
    return false;
  }
}
