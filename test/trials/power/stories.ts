import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ExportEncoder } from '../../../src/cli/printing/export-encoder.ts';
import { copyBoard } from '../../../src/storage/sqlite/copies/copy.ts';
import { openConnection } from '../../../src/storage/sqlite/file/connection.ts';
import { problemsOf, soundnessChecks } from '../../../src/storage/sqlite/file/health.ts';
import { databaseFile, openHeld } from '../../../src/storage/sqlite/file/open.ts';
import { exportLines } from '../../../src/storage/sqlite/moving/export-lines.ts';
import { Snapshot } from '../../../src/storage/sqlite/moving/export-snapshot.ts';
import { importBoard } from '../../../src/storage/sqlite/moving/import.ts';
import { toTheEnd } from '../../contract/storage.ts';
import { login, member, openBoard, post, type StoredBoard } from '../../helpers/storage.ts';
import { tempFolder } from '../../helpers/temp.ts';
import { range } from '../../server/support.ts';
import { storedColumns, storedRows } from '../stored.ts';

/** A command that makes a file as a whole, or puts one in the place of another. */
export interface Story {
  /** The command, without `--data`. */
  readonly command: string;
  /**
   * Holds what a loss of power has left in a folder to what may be there.
   * @param done whether the command had said by then that it had ended well
   */
  check(folder: string, done: boolean): void | Promise<void>;
}

const control = { ...toTheEnd, restart: false };
const firstSchema = join(import.meta.dirname, '../../fixtures/schema-0000.sql');
const damage = Buffer.alloc(100, 0xa5);
const inBackup = (folder: string) => join(folder, 'backup.db');

/** Each puts into an empty folder what is there before the command. */
export const stories: Record<string, (folder: string, messages: number) => Promise<Story>> = {
  async backup(folder, messages) {
    const board = await leaveBoard(folder, 'alice', messages);
    const before = await leaveBackup(folder, 'bob', messages);
    return {
      command: `db backup '${inBackup(folder)}' --yes`,
      check(left, done) {
        expect(boardIn(databaseFile(left))).toBe(board);
        expect(done ? [board] : [board, before]).toContain(boardIn(inBackup(left)));
      },
    };
  },

  async restore(folder, messages) {
    const board = await leaveBoard(folder, 'alice', messages);
    const backup = await leaveBackup(folder, 'bob', messages);
    return {
      command: `db restore '${inBackup(folder)}' --yes`,
      check(left, done) {
        const found = boardIn(databaseFile(left));
        expect(done ? [backup] : [backup, board]).toContain(found);
        if (found !== board) expect(boardsLike(left, /before-restore-.*\d$/)).toEqual([board]);
      },
    };
  },

  /** Whose log would be taken for that of the new board. */
  async 'restore over damage'(folder, messages) {
    await leaveBoard(folder, 'alice', messages);
    await damageHeader(folder);
    const backup = await leaveBackup(folder, 'bob', messages);
    const log = readFileSync(`${databaseFile(folder)}-wal`);
    return {
      command: `db restore '${inBackup(folder)}' --yes`,
      check(left, done) {
        const found = databaseFile(left);
        if (!done && isDamaged(found)) return;
        expect(boardIn(found)).toBe(backup);
        const kept = join(left, namesLike(left, /before-restore-.*\d$/)[0] ?? 'nothing');
        expect(isDamaged(kept)).toBe(true);
        expect(readFileSync(`${kept}-wal`)).toEqual(log);
      },
    };
  },

  async import(folder, messages) {
    const file = join(folder, 'board.jsonl');
    const text = await exportOf('alice', messages);
    writeFileSync(file, text);
    const again = (path: string) => importBoard(path, chunksOf(text), control);
    const reference = databaseFile(tempFolder());
    await again(reference);
    const imported = boardIn(reference);
    await leaveBoard(folder, 'nobody', 0);
    return {
      command: `import '${file}'`,
      async check(left, done) {
        const path = databaseFile(left);
        if (boardIn(path) === imported) return;
        expect(done).toBe(false);
        // As it was: the same import goes on, or begins anew.
        await again(path);
        expect(boardIn(path)).toBe(imported);
      },
    };
  },

  async upgrade(folder) {
    const client = openConnection(databaseFile(folder), { create: true });
    client.exec(readFileSync(firstSchema, 'utf8'));
    // An upgrade adds columns; it changes nothing in those that there were.
    const before = storedColumns(client);
    client.close();
    const board = boardIn(databaseFile(folder));
    return {
      command: 'db migrate',
      check(left, done) {
        const file = databaseFile(left);
        const copies = boardsLike(left, /before-upgrade-\d+$/);
        expect(boardIn(file, before)).toBe(board);
        expect(copies).toEqual(copies.map(() => board));
        if (done || isUpgraded(file)) expect(copies).not.toEqual([]);
        const held = openHeld(file);
        held.client.close();
        held.lock.release();
        expect(boardIn(file, before)).toBe(board);
        expect(isUpgraded(file)).toBe(true);
      },
    };
  },
};

/** A hash of everything in a database, or in some of its columns; fails unless that is whole. */
function boardIn(file: string, columns?: string[]): string {
  const client = openConnection(file, { journal: 'unchanged' });
  try {
    for (const check of soundnessChecks) expect(problemsOf(check, client), file).toEqual([]);
    return createHash('sha256')
      .update(JSON.stringify(storedRows(client, columns)))
      .digest('hex');
  } finally {
    client.close();
  }
}

function namesLike(folder: string, pattern: RegExp): string[] {
  return readdirSync(folder).filter((name) => pattern.test(name));
}

function boardsLike(folder: string, pattern: RegExp): string[] {
  return namesLike(folder, pattern).map((name) => boardIn(join(folder, name)));
}

function isUpgraded(file: string): boolean {
  const client = openConnection(file, { journal: 'unchanged' });
  const found = client.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'tokens'").get();
  client.close();
  return found !== undefined;
}

/** A board as a crash leaves it: with a log that was not brought into the file. */
async function leaveBoard(folder: string, user: string, messages: number): Promise<string> {
  const file = databaseFile(folder);
  const board = openBoard({ file });
  if (messages > 0) {
    const actor = await member(board, user);
    await Promise.all(range(1, messages).map((at) => post(board, actor, `${user} ${at}`)));
  }
  const contents = boardIn(file);
  await closeAsCrashed(board);
  return contents;
}

async function closeAsCrashed({ file, close }: StoredBoard): Promise<void> {
  const left = [file, `${file}-wal`].map((path) => [path, readFileSync(path)] as const);
  await close();
  for (const [path, bytes] of left) writeFileSync(path, bytes);
}

/** Where the log does not mend it: what it holds is a post that moves no page. */
async function damageHeader(folder: string): Promise<void> {
  const board = openBoard({ file: databaseFile(folder) });
  const alice = await login(board, 'alice');
  board.client.pragma('wal_checkpoint(TRUNCATE)');
  await post(board, alice, 'the last');
  await closeAsCrashed(board);
  writeFileSync(board.file, damage, { flag: 'r+' });
}

function isDamaged(file: string): boolean {
  return readFileSync(file).subarray(0, damage.length).equals(damage);
}

async function leaveBackup(folder: string, user: string, messages: number): Promise<string> {
  const other = tempFolder();
  const contents = await leaveBoard(other, user, messages);
  await copyBoard(databaseFile(other), inBackup(folder), control);
  return contents;
}

async function exportOf(user: string, messages: number): Promise<string> {
  const folder = tempFolder();
  await leaveBoard(folder, user, messages);
  const snapshot = await Snapshot.take(databaseFile(folder), undefined, control);
  try {
    const lines = exportLines(snapshot, { whole: true, passwords: true });
    return [...new ExportEncoder().encode(lines)].join('');
  } finally {
    snapshot.close();
  }
}

async function* chunksOf(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}
