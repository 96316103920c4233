import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { requireNoBoardFile } from '../file/board-files.ts';
import { DatabaseError, makeFolder } from '../file/connection.ts';
import { giveToOwner } from '../file/files.ts';
import { PartialFile } from '../file/partial-file.ts';

const ownName = /^corkboard-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d)Z\.db$/;
const leftName = /^(corkboard-.*\.db)\.partial/;
const marker = '.corkboard-backups';
const record = z.object({ folder: z.string(), id: z.string() });

/**
 * The folder of the scheduled backups of one board. A process of its own works in it, never the
 * server: a file system that hangs, such as NFS without its server, hangs every process that uses it.
 *
 * The folder has a marker, and a file beside the database repeats it. If the disk of the folder is not mounted,
 * the marker is missing, and no copy is written into the mount point.
 */
export class BackupFolder {
  private readonly folder: string;
  private readonly recordFile: string;

  constructor(
    folder: string,
    private readonly database: string,
  ) {
    this.folder = resolve(folder);
    this.recordFile = `${database}.backup-folder`;
  }

  /**
   * Makes the folder if no backup was made in it before.
   * @throws DatabaseError if its marker is missing or is another one; the error of the system
   */
  open(): void {
    const known = this.known();
    const id = this.marked();
    if (known?.folder === this.folder) {
      if (id === known.id) return;
      throw new DatabaseError(
        `${this.folder} is not the folder that had the backups before: its file ${marker} is ` +
          `${id === undefined ? 'missing' : 'another one'}. Is its disk mounted? ` +
          `If it is to be used from now on, remove ${this.recordFile}.`,
      );
    }
    makeFolder(this.folder);
    const chosen = id ?? randomUUID();
    if (id === undefined) this.write(join(this.folder, marker), `${chosen}\n`);
    this.remember({ folder: this.folder, id: chosen });
  }

  /** When the newest copy was begun, in milliseconds since the epoch; undefined without one. */
  last(): number | undefined {
    const name = this.copies().at(-1);
    return name === undefined ? undefined : timeOf(name);
  }

  /** The path of a copy that is begun at `time`, in milliseconds since the epoch. */
  placeFor(time: number): string {
    const stamp = new Date(time).toISOString().slice(0, 19).replaceAll(':', '-');
    return join(this.folder, `corkboard-${stamp}Z.db`);
  }

  /** Removes files that killed processes have left. */
  removeLeft(): void {
    const left = readdirSync(this.folder).map((name) => leftName.exec(name)?.[1] ?? '');
    for (const name of new Set(left)) {
      if (ownName.test(name)) PartialFile.removeLeft(join(this.folder, name));
    }
  }

  /** Removes all of its own copies but the newest `keep`. */
  prune(keep: number): void {
    for (const name of this.copies().slice(0, -keep)) {
      const path = join(this.folder, name);
      requireNoBoardFile(path, this.database);
      rmSync(path);
    }
  }

  /** The names of its own copies, oldest first, without copies that a wrong clock has dated later than now. */
  private copies(): string[] {
    return readdirSync(this.folder)
      .filter((name) => ownName.test(name) && timeOf(name) <= Date.now())
      .sort();
  }

  private known(): z.infer<typeof record> | undefined {
    try {
      return record.parse(JSON.parse(readFileSync(this.recordFile, 'utf8')));
    } catch {
      return undefined;
    }
  }

  /** @throws the error of the system if that cannot be read */
  private marked(): string | undefined {
    const path = join(this.folder, marker);
    if (existsSync(this.folder)) readdirSync(this.folder);
    return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
  }

  /** A copy is worth more than the record of its place, so a full disk of the database does not make a backup fail. */
  private remember(known: z.infer<typeof record>): void {
    try {
      this.write(this.recordFile, JSON.stringify(known));
    } catch {
      rmSync(this.recordFile, { force: true });
    }
  }

  private write(file: string, text: string): void {
    writeFileSync(file, text, { mode: 0o600 });
    giveToOwner(file);
  }
}

function timeOf(name: string): number {
  const [, stamp = ''] = ownName.exec(name) ?? [];
  return Date.parse(`${stamp.slice(0, 10)}${stamp.slice(10).replaceAll('-', ':')}Z`);
}
