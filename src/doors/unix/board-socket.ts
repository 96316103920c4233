import type { Server } from 'node:net';
import type { Logger } from 'pino';
import { listenAt } from './socket-file.ts';

interface BoardSocketOptions {
  /** The path of the database. */
  readonly database: string;
  /** Undefined if a socket cannot have the path. */
  readonly path: string | undefined;
  /** What the board cannot do without the socket, for the log. */
  readonly without: string;
  readonly log: Logger;
  readonly backlog?: number;
  /** Called once the socket exists. */
  readonly made: (path: string) => void;
}

/**
 * Has a server listen at a socket beside the database. If it cannot, it is closed, and the log says why: the board serves its
 * members all the same.
 * @returns the path; undefined if it does not listen
 */
export async function listenBeside(
  server: Server,
  { database, path, without, log, backlog, made }: BoardSocketOptions,
): Promise<string | undefined> {
  if (path === undefined) {
    log.warn({ database }, `${without}: the path of the folder is too long for a socket`);
    return undefined;
  }
  try {
    await listenAt(server, path, backlog);
    made(path);
    return path;
  } catch (error) {
    log.warn({ path, reason: (error as Error).message }, without);
    server.close();
    return undefined;
  }
}
