import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { shippedMigrations } from '../../src/storage/sqlite/file/migrate.ts';
import { tempFolder } from '../helpers/temp.ts';

const journalSchema = z.looseObject({
  entries: z.array(z.looseObject({ idx: z.number(), when: z.number(), tag: z.string() })),
});

export function readJournal(folder = shippedMigrations) {
  const text = readFileSync(join(folder, 'meta', '_journal.json'), 'utf8');
  return journalSchema.parse(JSON.parse(text));
}

/** The migrations of a later program: the shipped ones and one more, in a folder of their own. */
export function laterMigrations(sql: string): string {
  const folder = join(tempFolder(), 'migrations');
  cpSync(shippedMigrations, folder, { recursive: true });
  const journal = readJournal(folder);
  const last = journal.entries.at(-1);
  const idx = (last?.idx ?? -1) + 1;
  const tag = `${String(idx).padStart(4, '0')}_later`;
  journal.entries.push({ ...last, idx, when: (last?.when ?? 0) + 1, tag });
  writeFileSync(join(folder, 'meta', '_journal.json'), JSON.stringify(journal));
  writeFileSync(join(folder, `${tag}.sql`), sql);
  return folder;
}

/** The first migrations of the program, in a folder of their own: those of an earlier program. */
export function earlierMigrations(count: number): string {
  const folder = join(tempFolder(), 'migrations');
  cpSync(shippedMigrations, folder, { recursive: true });
  const journal = readJournal(folder);
  journal.entries.splice(count);
  writeFileSync(join(folder, 'meta', '_journal.json'), JSON.stringify(journal));
  return folder;
}

/** Every row of every table, to compare what a database held; the index of words is made again from the messages. */
export function content(client: {
  prepare(sql: string): { all(): unknown[] };
}): Record<string, unknown[]> {
  const tables = client
    .prepare(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name",
    )
    .all() as { name: string }[];
  return Object.fromEntries(
    tables.map(({ name }) => [name, client.prepare(`SELECT * FROM "${name}" ORDER BY 1, 2`).all()]),
  );
}
