import { createServer, type Server } from 'node:net';
import type { Core } from '../../core/core.ts';
import type { Door, DoorAddress } from '../../core/door.ts';
import type { Session } from '../../core/session.ts';
import { formatTime } from '../../protocol/time.ts';
import { listenBeside, pathTooLong } from '../unix/board-socket.ts';
import { fitsSocket } from '../unix/socket-file.ts';

// How long a client has to read its answer, in milliseconds, and how many clients may read at once.
const readingTime = 5000;
const mostClients = 16;

/** A session as the operator sees it. */
export interface ConnectedSession {
  /** Its number in the log. */
  readonly session: number;
  /** Null if it has not logged in. */
  readonly user: string | null;
  /** When it connected, as RFC 3339. */
  readonly since: string;
  /** `text` or `json`. */
  readonly encoding: string;
  readonly address: string;
}

/** The answer to every client: one JSON document, and the end of the stream. */
export interface OperatorAnswer {
  readonly sessions: readonly ConnectedSession[];
}

/** The path of the socket of the server of a database; undefined if a socket cannot have such a path. */
export function socketFile(database: string): string | undefined {
  const path = `${database}.sock`;
  return fitsSocket(path) ? path : undefined;
}

export interface OperatorDoorOptions {
  /** The path of the database. */
  readonly database: string;
  /** Called once the socket exists. */
  readonly made: (path: string) => void;
}

/**
 * Lists the connected sessions, over a Unix socket that only its owner may connect to. If the server cannot
 * create the socket, it logs that and serves its members all the same.
 */
export class OperatorDoor implements Door {
  readonly name = 'operator';
  private server: Server | undefined;

  constructor(private readonly options: OperatorDoorOptions) {}

  async open(core: Core): Promise<DoorAddress[]> {
    const { database, made } = this.options;
    const { log } = core;
    const without = 'stats cannot show who is connected';
    const path = socketFile(database);
    if (path === undefined) {
      log.warn({ database }, pathTooLong(without));
      return [];
    }
    const server = createServer((socket) => {
      socket.on('error', () => {});
      const deadline = setTimeout(() => socket.destroy(), readingTime).unref();
      socket.once('close', () => clearTimeout(deadline));
      socket.unref();
      socket.end(JSON.stringify(answer(core.hub.connected)));
    });
    server.maxConnections = mostClients;
    if (!(await listenBeside(server, { path, without, log, made }))) return [];
    // After `listen`, an error is a failed accept (no file descriptors left): that client gets no answer.
    server.on('error', () => {});
    // A client that is still reading does not keep the process alive.
    server.unref();
    this.server = server;
    return [{ text: path, secure: false }];
  }

  async close(): Promise<void> {
    this.server?.close();
  }
}

function answer(sessions: Iterable<Session>): OperatorAnswer {
  const now = Date.now();
  return { sessions: Array.from(sessions, (session) => describe(session, now)) };
}

function describe({ id, login, began, encoding, address }: Session, now: number): ConnectedSession {
  const since = now - Math.round(performance.now() - began);
  const user = login?.user.name ?? null;
  return {
    session: id,
    user,
    since: formatTime(since * 1000),
    encoding: encoding.name,
    address,
  };
}
