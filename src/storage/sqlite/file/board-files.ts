import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseError } from './connection.ts';
import { identityOf } from './identity.ts';
import { ServerLock } from './lock.ts';
import { realPath } from './paths.ts';

/**
 * What corkboard and SQLite add to the name of a database, for the files beside it. Endings can be
 * combined: `corkboard.db.import-wal`.
 */
const endings =
  /(?:-wal|-shm|-journal|\.lock|\.sock|\.door|\.import|\.partial|\.probe|\.backup-folder|\.export-\d+|\.before-(?:restore|upgrade)-[\w-]+)+$/;

/** The name of the file of the SSH host key, beside the database. */
const hostKeyName = 'ssh_host_ed25519_key';

/** The path of the SSH host key of a board. */
export function hostKeyFile(database: string): string {
  return join(dirname(database), hostKeyName);
}

/**
 * The one guard for everything that writes or reads a file that the user names. No flag overrides it.
 * It compares names and inodes, so neither a link nor another spelling of a name gets around it.
 * @param path what would be written, replaced or removed; need not exist
 * @param database the board that the command works on
 * @throws DatabaseError if `path` is the database or a file beside it, or belongs to a board that a
 * server holds, is the log or lock of any other database, or a Unix socket
 */
export function requireNoBoardFile(path: string, database: string): void {
  requireNoBoardName(path, database);
  if (statSync(path, { throwIfNoEntry: false })?.isSocket()) {
    throw new DatabaseError(`${path} is a Unix socket; give another name.`);
  }
}

/** The same check for a Unix socket that a server makes, which may replace another socket. @throws DatabaseError */
export function requireNoBoardName(path: string, database: string): void {
  const asNamed = join(realPath(dirname(path)), basename(path));
  for (const name of new Set([asNamed, realPath(path)])) {
    if (basename(name) === hostKeyName) {
      throw new DatabaseError(
        `${path} is the name of the SSH host key of a board; give another name.`,
      );
    }
    const whole = name.replace(endings, '');
    if (whole === database || isSame(whole, database)) throw ownFile(path, name, database);
    if (ServerLock.isHeld(whole)) {
      throw new DatabaseError(
        `${path} is ${name === whole ? 'the database' : 'a file'} of a server that runs; give another name.`,
      );
    }
    if (name !== whole && isDatabase(whole)) {
      throw new DatabaseError(`${path} belongs to the database ${whole}; give another name.`);
    }
  }
  const own = filesBeside(database).find((file) => isSame(file, path));
  if (own !== undefined) throw ownFile(path, own, database);
}

/**
 * A restore and an import remove the file that they work in, so neither may read from it.
 * @throws DatabaseError if `source` is `work`
 */
export function requireOther(source: string, work: string): void {
  if (!isSame(source, work)) return;
  throw new DatabaseError(`${source} would be removed by this. Give it another name first.`);
}

/**
 * `requireNoBoardFile` for output that a shell has redirected, as `corkboard export >> file` does.
 * @throws DatabaseError if the open file belongs to the board
 */
export function requireNotRedirected(descriptor: number, database: string): void {
  const identity = openIdentity(descriptor);
  const own = filesBeside(database).find((file) => identityOf(file) === identity);
  if (own !== undefined) throw ownFile('What the output is redirected to', own, database);
}

/** No file is open if the shell has closed the descriptor (`>&-`). */
function openIdentity(descriptor: number): string | null {
  try {
    const { dev, ino } = fstatSync(descriptor, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}

function ownFile(path: string, name: string, database: string): DatabaseError {
  const what =
    name === database || isSame(name, database)
      ? 'the database itself'
      : `a file of the board in ${database}`;
  return new DatabaseError(`${path} is ${what}; give another name.`);
}

/** The database and what is beside it now, with the SSH host key. */
function filesBeside(database: string): string[] {
  const folder = dirname(database);
  const whole = basename(database);
  try {
    const names = readdirSync(folder).filter((name) => {
      return name === hostKeyName || name.replace(endings, '') === whole;
    });
    return names.map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function isSame(one: string, other: string): boolean {
  const identity = identityOf(one);
  return identity !== undefined && identity === identityOf(other);
}

const magic = 'SQLite format 3\0';

function isDatabase(file: string): boolean {
  let descriptor: number | undefined;
  try {
    // To open a pipe would wait for a writer.
    if (!statSync(file).isFile()) return false;
    descriptor = openSync(file, 'r');
    const start = Buffer.alloc(magic.length);
    readSync(descriptor, start, 0, start.length, 0);
    return start.toString('latin1') === magic;
  } catch {
    return false;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
