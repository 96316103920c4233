import { sql } from 'drizzle-orm';
import type { Client } from './connection.ts';
import { orm } from './orm.ts';

/**
 * The number of rows in each of the board's tables that the schema has. The index of words is not among them: its tables
 * hold nothing but what can be made again from the messages.
 */
export function rowCounts(client: Client): Map<string, number> {
  const names = client
    .prepare<[], { name: string }>(
      `SELECT name FROM pragma_table_list
       WHERE schema = 'main' AND type IN ('table', 'virtual') AND name NOT LIKE 'message\\_index%' ESCAPE '\\'
         AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_\\_%' ESCAPE '\\'
       ORDER BY name`,
    )
    .all();
  return new Map(
    names.map(({ name }) => {
      const counted = orm(client).get<[number]>(sql`select count(*) from ${sql.identifier(name)}`);
      return [name, Object.values(counted)[0] as number];
    }),
  );
}

const printed = ['users', 'groups', 'memberships', 'messages'] as const;

/** The counts that commands print; null if the schema has no such table. */
export type PrintedRows = Record<(typeof printed)[number], number | null>;

/** The counts that commands print, without the tombstones of deleted messages. */
export function printedRows(client: Client): PrintedRows {
  const counts = rowCounts(client);
  const rows = Object.fromEntries(printed.map((table) => [table, counts.get(table) ?? null]));
  return { ...rows, messages: rows.messages && rows.messages - tombstones(client) } as PrintedRows;
}

function tombstones(client: Client): number {
  const column = client.prepare(
    "SELECT 1 FROM pragma_table_info('messages') WHERE name = 'deleted_at'",
  );
  // The schema is older than tombstones.
  if (!column.get()) return 0;
  return client
    .prepare<[], number>('SELECT count(*) FROM messages WHERE deleted_at IS NOT NULL')
    .pluck()
    .get() as number;
}
