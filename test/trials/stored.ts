import type { Client } from '../../src/storage/sqlite/file/connection.ts';

const tables = ['users', 'groups', 'memberships', 'messages'];

/** The columns of the tables that hold a board, in SQL. An upgrade may add some. */
export function storedColumns(client: Client): string[] {
  return tables.map((table) =>
    client.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table).join(', '),
  );
}

/** All that a board holds, in all columns or in those of an earlier schema. */
export function storedRows(client: Client, columns = storedColumns(client)): unknown[][] {
  return tables.map((table, at) =>
    client.prepare(`SELECT ${columns[at]} FROM ${table} ORDER BY 1, 2`).all(),
  );
}
