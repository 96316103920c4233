import { statSync } from 'node:fs';
import { openConnection } from './connection.ts';
import { ServerLock } from './lock.ts';
import { type SchemaState, schemaState } from './migrate.ts';
import { type PrintedRows, printedRows } from './rows.ts';

export interface DatabaseStatus {
  readonly file: string;
  /** The size of the file plus that of its write-ahead log, in bytes. */
  readonly size: number;
  readonly logSize: number;
  /** SQLite's journal mode. */
  readonly journal: string;
  readonly schema: SchemaState;
  /** The process of the server that holds the database. */
  readonly server: number | null;
  readonly rows: PrintedRows;
}

/**
 * Describes a database of any schema, without changing it.
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
      rows: printedRows(client),
    };
  } finally {
    client.close();
  }
}
