import { accessSync, constants, lstatSync, rmSync, type Stats, statSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { dirname } from 'node:path';
import { ListenError } from '../listen-error.ts';

// Bytes of the path of a Unix socket, without the zero at its end: `sun_path` has 108 on Linux and 104
// elsewhere. Some versions of Node cut a longer path short without an error.
const longestPath = process.platform === 'linux' ? 107 : 103;
// The mode of a socket that only its owner can connect to, as a mask.
const ownerOnly = 0o177;

const ofAnother = 'the socket there belongs to another user. Choose another path';

/** Whether a socket can have this path. */
export function fitsSocket(path: string): boolean {
  return Buffer.byteLength(path) <= longestPath;
}

/**
 * Checks that a server can listen at `path`: nothing is there, or the socket of a server that has died.
 * @throws ListenError
 */
export async function requireFree(path: string): Promise<void> {
  if (!fitsSocket(path)) {
    const bytes = Buffer.byteLength(path);
    throw refused(
      path,
      `its path has ${bytes} bytes, and a Unix socket at most ${longestPath}. Choose a shorter one`,
    );
  }
  requireFolder(path);
  const there = fileAt(path);
  if (!there) return;
  if (!there.isSocket()) {
    throw refused(path, 'there is a file that is not a socket. Choose another path, or remove it');
  }
  const answer = await connectTo(path);
  if (answer === 'ECONNREFUSED' || answer === 'ENOENT') return;
  throw refused(
    path,
    answer === 'EACCES'
      ? ofAnother
      : 'another program listens there. Stop it, or choose another path',
  );
}

/**
 * Has a server listen at `path`, for the owner of the process alone from the first moment. The socket of a
 * server that has died is replaced. Closing the server removes the socket.
 * @throws ListenError
 */
export async function listenAt(server: Server, path: string, backlog?: number): Promise<void> {
  await requireFree(path);
  removeStale(path);
  await new Promise<void>((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => reject(refused(path, error.message, error));
    server.once('error', failed);
    // The file is made within the call of `listen`, so the mask applies to no other file.
    const mask = process.umask(ownerOnly);
    try {
      server.listen({ path, ...(backlog !== undefined && { backlog }) }, () => {
        server.off('error', failed);
        resolve();
      });
    } finally {
      process.umask(mask);
    }
  });
}

function removeStale(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    // In a folder such as /tmp, only its owner may remove a file.
    throw refused(path, ofAnother, error as Error);
  }
}

function requireFolder(path: string): void {
  const folder = dirname(path);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw refused(path, `there is no folder ${folder}. Make it, or choose another path`);
  }
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch {
    throw refused(path, `this user may not make files in ${folder}. Choose another path`);
  }
}

function fileAt(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** Connects and closes at once. @returns the code of the error of the system; undefined if a server answers */
function connectTo(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code));
  });
}

function refused(path: string, why: string, cause?: Error): ListenError {
  return new ListenError(`unix:${path} cannot be listened on: ${why}.`, { cause });
}
