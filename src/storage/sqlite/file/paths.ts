import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DatabaseError } from './connection.ts';
import { identityOf, statsOf } from './identity.ts';

/** An absolute path without symbolic links, also for a file that does not exist yet. */
export function realPath(path: string): string {
  const absolute = resolve(path);
  try {
    return realpathSync(absolute);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ELOOP') throw new DatabaseError(`${path} is a symbolic link to itself.`);
    // The code that opens the file gets the same error, and reports it.
    if (code !== 'ENOENT') return absolute;
  }
  const parent = dirname(absolute);
  if (parent === absolute) return absolute;
  const folder = realPath(parent);
  const name = join(folder, basename(absolute));
  const isLink = lstatSync(name, { throwIfNoEntry: false })?.isSymbolicLink();
  return isLink ? realPath(resolve(folder, readlinkSync(name))) : name;
}

/**
 * SQLite keeps the log beside the name that a file was opened by. Under a second name (a hard link,
 * or a mount of the file alone) it uses another log, and the server another lock. Messages that were acknowledged
 * under one name are then missing under the other.
 * @throws DatabaseError if `file` has a second name that is not from a restore
 */
export function requireOneName(file: string): void {
  const found = statsOf(file);
  if (!found?.isFile()) return;
  if (isMountPoint(file)) {
    throw new DatabaseError(
      `${file} is mounted by itself, apart from its log and its lock. Mount the folder that it is in.`,
    );
  }
  if (found.nlink <= 1n) return;
  const folder = dirname(file);
  const others = readdirSync(folder).filter((name) => {
    const path = join(folder, name);
    return path !== file && identityOf(path) === identityOf(file);
  });
  // An interrupted restore leaves such a name. It has emptied that log before.
  const kept = others.filter((name) => name.startsWith(`${basename(file)}.before-restore-`));
  if (found.nlink - BigInt(kept.length) <= 1n) return;
  const [other] = others.filter((name) => !kept.includes(name));
  const where = other === undefined ? '' : `, ${join(folder, other)}`;
  throw new DatabaseError(
    `${file} has a second name (a hard link)${where}, and SQLite keeps a log for each name. ` +
      `Find the names with find / -xdev -samefile ${file}, and remove all but one.`,
  );
}

/** Whether a file is a mount point. False on systems other than Linux, which do not show it. */
function isMountPoint(file: string): boolean {
  try {
    const mounts = readFileSync('/proc/self/mountinfo', 'latin1');
    const escaped = Buffer.from(file)
      .toString('latin1')
      .replace(/[\s\\]/g, octal);
    return mounts.split('\n').some((line) => line.split(' ')[4] === escaped);
  } catch {
    return false;
  }
}

function octal(character: string): string {
  return `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`;
}
