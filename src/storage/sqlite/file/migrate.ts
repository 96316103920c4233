import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { z } from 'zod';
import { type Client, createPrivately, DatabaseError, openConnection } from './connection.ts';
import { freePath, putInPlace, removeCompanions, removeDatabase } from './files.ts';
import { defineSkeleton } from './names.ts';
import { orm } from './orm.ts';
import { rowCounts } from './rows.ts';
import { atIntervals, defineProgress, planUpgrade, unreported } from './upgrade-plan.ts';

/** The migrations shipped with the program. */
export const shippedMigrations = fileURLToPath(new URL('../../../../migrations', import.meta.url));

export interface SchemaState {
  /** Migrations applied to the database, and known to the program. */
  readonly applied: number;
  readonly known: number;
  /** `newer`: made by a newer program, which this one must not touch. */
  readonly state: 'new' | 'older' | 'current' | 'newer';
}

const journalSchema = z.object({
  entries: z.array(z.object({ when: z.number(), tag: z.string() })),
});

/** Compares the schema of a database with the migrations in `folder`. */
export function schemaState(client: Client, folder = shippedMigrations): SchemaState {
  const journal = journalSchema.parse(
    JSON.parse(readFileSync(join(folder, 'meta', '_journal.json'), 'utf8')),
  );
  const known = journal.entries.length;
  const newestKnown = journal.entries.at(-1)?.when ?? 0;
  const { applied, newest } = appliedMigrations(client);
  const state =
    applied === 0
      ? 'new'
      : newest > newestKnown
        ? 'newer'
        : newest < newestKnown
          ? 'older'
          : 'current';
  return { applied, known, state };
}

/**
 * Upgrades the schema. A database that holds data is copied beside itself first, and restored from that copy if
 * the result fails its checks. The upgrade is one transaction: a crash leaves the database as
 * it was. Call it under the server's lock.
 * @returns the copy's path, if one was made
 * @throws DatabaseError if the database is newer than the program, the disk has too little space, or the upgrade fails
 */
export function upgrade(
  file: string,
  client: Client,
  folder = shippedMigrations,
  report = unreported,
): string | undefined {
  const { state, applied } = schemaState(client, folder);
  if (state === 'newer') throw newerError(file);
  if (state === 'current') return undefined;
  if (state === 'new') {
    const [other] = rowCounts(client).keys();
    if (other)
      throw new DatabaseError(`${file} belongs to another program: it has a table ${other}.`);
    applyMigrations(client, folder, () => {});
    // Tables that later migrations replaced leave empty pages in a file that is new.
    client.pragma('incremental_vacuum');
    return undefined;
  }
  const copy = freePath(`${file}.before-upgrade-${applied}`);
  report.begin(planUpgrade(file, copy, applied));
  copyTo(client, copy);
  try {
    upgradeUncopied(client, folder, report);
  } catch (error) {
    client.close();
    putBack(file, copy);
    throw new DatabaseError(
      `The upgrade of ${file} failed, and it was put back as it was: ${reasonOf(error as Error)}`,
    );
  }
  return copy;
}

/**
 * Upgrades the schema of a database that is a copy itself.
 * @throws Error if the result fails its checks: the copy cannot be used then
 */
export function upgradeUncopied(
  client: Client,
  folder = shippedMigrations,
  report = unreported,
): void {
  const progress = atIntervals((stage) => report.progress(stage));
  const before = rowCounts(client);
  applyMigrations(client, folder, progress);
  progress('checking the result');
  checkUpgraded(client, before);
}

/** @throws DatabaseError if it holds no board, or a board of a newer program */
export function requireKnown(file: string, client: Client): void {
  const { state } = schemaState(client);
  if (state === 'newer') throw newerError(file);
  if (state === 'new') throw new DatabaseError(`${file} holds no board.`);
}

/** @throws DatabaseError if the schema is not the one of this program */
export function requireCurrent(file: string, client: Client): void {
  requireKnown(file, client);
  if (schemaState(client).state === 'older') {
    throw new DatabaseError(
      `${file} is of an older version. Upgrade it with: corkboard db migrate`,
    );
  }
}

function newerError(file: string): DatabaseError {
  return new DatabaseError(
    `${file} was made by a newer corkboard. Upgrade this program to use it.`,
  );
}

function appliedMigrations(client: Client): { applied: number; newest: number } {
  const table = client
    .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '__drizzle_migrations'")
    .get();
  if (!table) return { applied: 0, newest: 0 };
  const row = client
    .prepare<[], { applied: number; newest: number }>(
      'SELECT count(*) AS applied, coalesce(max(created_at), 0) AS newest FROM __drizzle_migrations',
    )
    .get();
  return row ?? { applied: 0, newest: 0 };
}

/**
 * drizzle's `migrate()` begins its transaction before the file's own `PRAGMA foreign_keys=OFF`, which does
 * nothing inside a transaction. Rebuilding a parent table would then delete its children by cascade. So foreign
 * keys are turned off on the connection before.
 */
function applyMigrations(client: Client, folder: string, progress: (stage: string) => void): void {
  client.pragma('foreign_keys = OFF');
  defineSkeleton(client);
  defineProgress(client, progress);
  try {
    migrate(orm(client), { migrationsFolder: folder });
  } finally {
    client.pragma('foreign_keys = ON');
  }
}

/** drizzle wraps the error of SQLite in one whose message is the whole statement. */
function reasonOf({ message, cause }: Error): string {
  return cause instanceof Error ? cause.message : message;
}

function checkUpgraded(client: Client, before: Map<string, number>): void {
  const after = rowCounts(client);
  for (const [table, rows] of before) {
    const now = after.get(table);
    if (now !== undefined && now !== rows) {
      throw new Error(`${table} had ${rows} rows and has ${now}`);
    }
  }
  const orphans = client.pragma('foreign_key_check') as unknown[];
  if (orphans.length > 0) throw new Error(`${orphans.length} rows lost what they refer to`);
  const integrity = client.pragma('integrity_check', { simple: true });
  if (integrity !== 'ok') throw new Error(`integrity check: ${integrity}`);
}

/** @throws DatabaseError if there is no room for the copy; no part of it is left then */
function copyTo(client: Client, copy: string): void {
  const partial = `${copy}.partial`;
  // Under the lock, a file of this name was left by a process that was killed.
  removeDatabase(partial);
  try {
    createPrivately(partial);
    client.prepare('VACUUM INTO ?').run(partial);
    removeCompanions(copy);
    putInPlace(partial, copy);
  } catch (error) {
    removeDatabase(partial);
    throw new DatabaseError(
      `The database cannot be copied to ${copy} before its upgrade: ${(error as Error).message}. Nothing was changed.`,
    );
  }
}

function putBack(file: string, copy: string): void {
  removeCompanions(file);
  putInPlace(copy, file);
  openConnection(file).close();
}
