import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ExportEncoder } from '../../../src/cli/export-encoder.ts';
import { openConnection } from '../../../src/storage/connection.ts';
import { copyBoard } from '../../../src/storage/copy.ts';
import { exportLines } from '../../../src/storage/export-lines.ts';
import { Snapshot } from '../../../src/storage/export-snapshot.ts';
import { problemsOf, soundnessChecks } from '../../../src/storage/health.ts';
import { importBoard } from '../../../src/storage/import.ts';
import { databaseFile, openHeld } from '../../../src/storage/open.ts';
import { member, openBoard, post } from '../../helpers/storage.ts';
import { tempFolder } from '../../helpers/temp.ts';
import { range } from '../../server/support.ts';

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

const control = { signal: new AbortController().signal, progress: () => {}, restart: false };
const firstSchema = join(import.meta.dirname, '../../fixtures/schema-0000.sql');
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
    client.close();
    const board = boardIn(databaseFile(folder));
    return {
      command: 'db migrate',
      check(left, done) {
        const file = databaseFile(left);
        const copies = boardsLike(left, /before-upgrade-\d+$/);
        expect(boardIn(file)).toBe(board);
        expect(copies).toEqual(copies.map(() => board));
        if (done || isUpgraded(file)) expect(copies).not.toEqual([]);
        const held = openHeld(file);
        held.client.close();
        held.lock.release();
        expect(boardIn(file)).toBe(board);
        expect(isUpgraded(file)).toBe(true);
      },
    };
  },
};

/** A hash of everything in a database; fails unless that is whole. */
function boardIn(file: string): string {
  const client = openConnection(file, { journal: 'unchanged' });
  try {
    for (const check of soundnessChecks) expect(problemsOf(check, client), file).toEqual([]);
    const tables = ['users', 'groups', 'memberships', 'messages'].map((table) =>
      client.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all(),
    );
    return createHash('sha256').update(JSON.stringify(tables)).digest('hex');
  } finally {
    client.close();
  }
}

function boardsLike(folder: string, name: RegExp): string[] {
  const files = readdirSync(folder).filter((each) => name.test(each));
  return files.map((each) => boardIn(join(folder, each)));
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
  const paths = [file, `${file}-wal`];
  const left = paths.map((path) => [path, readFileSync(path)] as const);
  board.close();
  for (const [path, bytes] of left) writeFileSync(path, bytes);
  return contents;
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
