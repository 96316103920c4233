import { lstatSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import type { Encoding, Session } from '../../core/session.ts';
import { formatTime } from '../../protocol/time.ts';

// Bytes that the path of a Unix socket may have on every system: macOS has 104 with the zero behind
// it, Linux 108. A longer one is cut short without an error by some versions of Node.
const longestPath = 103;
// How long a client may take to read its answer, in milliseconds, and how many may read at once.
const patience = 5000;
const mostClients = 16;

/** A session as the operator is shown it. */
export interface ConnectedSession {
  /** Its number in the log. */
  readonly session: number;
  /** Null where it has not logged in. */
  readonly user: string | null;
  /** When it connected, as RFC 3339. */
  readonly since: string;
  readonly encoding: Encoding;
  readonly address: string;
}

/** What is answered to whoever connects: one JSON document, and the end of the stream. */
export interface OperatorAnswer {
  readonly sessions: readonly ConnectedSession[];
}

/** Where the server of a database answers its operator; undefined where no socket may be called so. */
export function socketFile(database: string): string | undefined {
  const path = `${database}.sock`;
  return Buffer.byteLength(path) > longestPath ? undefined : path;
}

/** Tells who is connected, over a Unix socket that its owner alone may connect to. */
export class OperatorSocket {
  private constructor(private readonly server: Server) {}

  /**
   * Takes the place of a socket that a server left behind.
   * @throws the error of the system where it cannot be listened on
   */
  static async listen(path: string, sessions: () => Iterable<Session>): Promise<OperatorSocket> {
    // Anything else that stands there is somebody's, and fails the listening.
    if (lstatSync(path, { throwIfNoEntry: false })?.isSocket()) rmSync(path);
    const server = createServer((socket) => {
      socket.on('error', () => {});
      const deadline = setTimeout(() => socket.destroy(), patience).unref();
      socket.once('close', () => clearTimeout(deadline));
      socket.unref();
      socket.end(JSON.stringify(answer(sessions())));
    });
    server.maxConnections = mostClients;
    await listenPrivately(server, path);
    // Whoever is still being answered keeps no server that has closed.
    server.unref();
    return new OperatorSocket(server);
  }

  /** Removes the socket, too. */
  close(): void {
    this.server.close();
  }
}

/** The file is made within the call of `listen`, so nobody else's takes on the mask. */
function listenPrivately(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const mask = process.umask(0o177);
    server.listen({ path }, () => {
      server.off('error', reject);
      // Running out of file descriptors fails one accept: whoever asked is not answered.
      server.on('error', () => {});
      resolve();
    });
    process.umask(mask);
  });
}

function answer(sessions: Iterable<Session>): OperatorAnswer {
  const now = Date.now();
  return { sessions: Array.from(sessions, (session) => describe(session, now)) };
}

function describe({ id, login, began, encoding, address }: Session, now: number): ConnectedSession {
  const since = now - Math.round(performance.now() - began);
  const user = login?.user.name ?? null;
  return { session: id, user, since: formatTime(since * 1000), encoding, address };
}
