import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openBoard } from '../helpers/storage.ts';

// A migration that rebuilds a table can drop what drizzle-kit knows nothing of. Where the schema
// is meant to change, `npx vitest run -u` writes it down anew.
test('the migrations make the schema that was written down', async () => {
  const { client } = openBoard();
  const statements = client
    .prepare<[], { sql: string }>(
      `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL
       AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_\\_%' ESCAPE '\\' ORDER BY type DESC, name`,
    )
    .all();
  const text = statements.map(({ sql }) => `${sql};\n`).join('\n');
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, '../fixtures/schema.sql'));
});
