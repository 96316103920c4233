import { existsSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ImportLine, LineOf } from '../../../board/export-format.ts';
import { nameKey } from '../../../board/name-key.ts';
import { groupName } from '../../../board/names.ts';
import { type Client, DatabaseError, openConnection } from '../file/connection.ts';
import { putInPlace, removeCompanions, removeDatabase } from '../file/files.ts';
import { healthChecks, problemsOf } from '../file/health.ts';
import type { HealthCheck } from '../file/health-check.ts';
import { requireCurrent, upgrade } from '../file/migrate.ts';
import { nameColumns } from '../file/names.ts';
import { firstGroups, openShared } from '../file/open.ts';
import { orm } from '../file/orm.ts';
import { groups } from '../file/schema.ts';
import type { Position } from './import-lines.ts';

/** How far an import has come. It is stored in the transaction of the rows that it counts. */
export interface ImportProgress extends Position {
  readonly header: LineOf<'board'>;
  readonly last: ImportLine['type'];
}

const progressTable =
  'CREATE TABLE import_progress (id INTEGER PRIMARY KEY CHECK (id = 1), progress TEXT NOT NULL)';

/** The database that an import makes beside the board's, and puts in its place once it is complete. */
export class ImportDatabase {
  /** The path of an interrupted import of the board in `file`. */
  static path(file: string): string {
    return `${file}.import`;
  }

  private constructor(
    private readonly file: string,
    readonly client: Client,
    /** How far an interrupted import came. */
    readonly progress: ImportProgress | undefined,
  ) {}

  /**
   * Opens the database that an interrupted import has left, or a new one. Call it under the server's lock.
   * @param file the board's database
   * @throws DatabaseError if that is not empty
   */
  static open(file: string, { restart = false }: { restart?: boolean } = {}): ImportDatabase {
    requireEmpty(file);
    const path = ImportDatabase.path(file);
    const left = restart ? undefined : openLeft(path);
    if (left) return new ImportDatabase(file, left.client, left.progress);
    removeDatabase(path);
    const client = openConnection(path, { create: true, durability: 'relaxed' });
    upgrade(path, client);
    client.exec(progressTable);
    return new ImportDatabase(file, client, undefined);
  }

  begin(): void {
    this.client.exec('BEGIN IMMEDIATE');
  }

  commit(progress: ImportProgress): void {
    this.client
      .prepare('INSERT OR REPLACE INTO import_progress VALUES (1, ?)')
      .run(JSON.stringify(progress));
    this.client.exec('COMMIT');
  }

  /**
   * Makes it the board's database. Its lines were checked one by one; this checks the whole.
   * @throws DatabaseError if a check fails, or the board is no longer empty; the reason of `signal`, which is
   * read between two checks
   */
  async finish({ lastGroup }: LineOf<'board'>, signal: AbortSignal): Promise<void> {
    this.client.exec('COMMIT');
    complete(this.client, lastGroup);
    for (const check of healthChecks) {
      await nextTurn();
      signal.throwIfAborted();
      this.require(check);
    }
    this.client.exec('DROP TABLE import_progress');
    this.client.pragma('wal_checkpoint(TRUNCATE)');
    this.client.close();
    requireEmpty(this.file);
    removeCompanions(this.file);
    putInPlace(ImportDatabase.path(this.file), this.file);
    removeCompanions(ImportDatabase.path(this.file));
  }

  private require(check: HealthCheck): void {
    const [problem] = problemsOf(check, this.client);
    if (problem === undefined) return;
    this.discard();
    throw new DatabaseError(`What was imported does not hold up: ${problem}.`);
  }

  /** Keeps the committed rows, for the next import of the same file. */
  close(): void {
    if (this.client.inTransaction) this.client.exec('ROLLBACK');
    if (this.client.open) this.client.close();
  }

  discard(): void {
    this.close();
    removeDatabase(ImportDatabase.path(this.file));
  }
}

/** @throws DatabaseError if there is a database that somebody has used */
function requireEmpty(file: string): void {
  if (!existsSync(file)) return;
  const client = openShared(file);
  const used = isUsed(client);
  client.close();
  if (used) {
    throw new DatabaseError(
      `${file} holds a board already. Import into an empty folder, with --data.`,
    );
  }
}

function isUsed(client: Client): boolean {
  const rows = client
    .prepare(
      'SELECT 1 FROM users UNION ALL SELECT 1 FROM messages UNION ALL SELECT 1 FROM memberships',
    )
    .get();
  const groups = client
    .prepare<[], { name: string; description: string; used: number }>(
      `SELECT name, description,
        last_number > 0 OR keep_messages IS NOT NULL OR keep_days IS NOT NULL
          OR access <> 'open' OR posting <> 'members' OR replying <> 'members' OR about <> '' AS used
       FROM groups ORDER BY id`,
    )
    .all();
  const untouched = firstGroups.map(([name, description]) => ({ name, description, used: 0 }));
  return rows !== undefined || JSON.stringify(groups) !== JSON.stringify(untouched);
}

/** Undefined if there is none, its process was killed before it was ready, or another version made it. */
function openLeft(path: string): { client: Client; progress: ImportProgress } | undefined {
  if (!existsSync(path)) return undefined;
  let client: Client | undefined;
  try {
    client = openConnection(path, { durability: 'relaxed' });
    requireCurrent(path, client);
    const found = client.prepare<[], string>('SELECT progress FROM import_progress').pluck().get();
    if (found !== undefined) return { client, progress: JSON.parse(found) as ImportProgress };
  } catch {
    // It holds no rows of an import.
  }
  client?.close();
  return undefined;
}

/**
 * Adds the data of a board that an export does not have: its counts, the number after which its next group is numbered, and
 * `main`, which an export of some groups may not contain.
 */
function complete(client: Client, lastGroup: number): void {
  const [[main, description]] = firstGroups;
  const key = nameKey(main);
  client.transaction(() => {
    client.exec(`UPDATE groups SET
      member_count = (SELECT count(*) FROM memberships WHERE group_id = groups.id),
      message_count = (SELECT count(*) FROM messages
        WHERE group_id = groups.id AND deleted_at IS NULL)`);
    client
      .prepare(
        "INSERT INTO sqlite_sequence SELECT 'groups', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'groups')",
      )
      .run();
    client
      .prepare("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'groups'")
      .run(lastGroup);
    if (client.prepare('SELECT 1 FROM groups WHERE name_key = ?').get(key)) return;
    const id = client.prepare('SELECT 1 FROM groups WHERE id = 1').get() ? null : 1;
    const createdAt = Date.now() * 1000;
    const columns = nameColumns(groupName(main));
    orm(client)
      .insert(groups)
      .values({ ...(id !== null && { id }), ...columns, description, createdAt })
      .run();
  })();
}
