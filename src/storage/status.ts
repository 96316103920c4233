import { statSync } from 'node:fs';
import { type Client, openConnection } from './connection.ts';
import { ServerLock } from './lock.ts';
import { type SchemaState, schemaState } from './migrate.ts';

const counted = ['users', 'groups', 'memberships', 'messages'] as const;

export interface DatabaseStatus {
  readonly file: string;
  /** Of the file and of its write-ahead log, in bytes. */
  readonly size: number;
  readonly logSize: number;
  /** SQLite's journal mode. */
  readonly journal: string;
  readonly schema: SchemaState;
  /** The process of the server that holds the database. */
  readonly server: number | null;
  /** How many rows there are; null where the schema has no such table. */
  readonly rows: Record<(typeof counted)[number], number | null>;
}

/**
 * What a database is and holds, of whatever schema, without changing it.
 * @throws DatabaseError if it is missing, damaged or no database
 */
export function databaseStatus(file: string): DatabaseStatus {
  const logSize = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  const client = openConnection(file, { journal: 'unchanged' });
  try {
    return {
      file,
      size: statSync(file).size,
      logSize,
      journal: String(client.pragma('journal_mode', { simple: true })),
      schema: schemaState(client),
      server: ServerLock.holder(file) ?? null,
      rows: rowCounts(client),
    };
  } finally {
    client.close();
  }
}

function rowCounts(client: Client): DatabaseStatus['rows'] {
  const rows = counted.map((table) => [table, rowCount(client, table)]);
  return Object.fromEntries(rows) as DatabaseStatus['rows'];
}

function rowCount(client: Client, table: string): number | null {
  const exists = client
    .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?")
    .get(table);
  if (!exists) return null;
  return client.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? null;
}
