import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import type { Client } from '../../src/storage/sqlite/file/connection.ts';
import { healthChecks, problemsOf } from '../../src/storage/sqlite/file/health.ts';
import { schemaState, shippedMigrations, upgrade } from '../../src/storage/sqlite/file/migrate.ts';
import { planUpgrade, type UpgradePlan } from '../../src/storage/sqlite/file/upgrade-plan.ts';
import { connect, databaseError, newFile } from '../helpers/storage.ts';
import { earlierMigrations, laterMigrations, readJournal } from './migrations.ts';
import { startScript } from './script.ts';

const columns = 'id, group_id, number, sender_id, posted_at, subject, content, post_key';

/** The rows that an upgrade must not change, of the columns that the schema had before it. */
function rowsOf(client: Client): Record<string, unknown[]> {
  const all = (sql: string) => client.prepare(sql).all();
  const hasTombstones = all(
    "SELECT 1 FROM pragma_table_info('messages') WHERE name = 'deleted_at'",
  );
  return {
    messages: all(
      `SELECT ${columns}, ${hasTombstones.length > 0 ? 'deleted_at' : 'NULL AS deleted_at'} FROM messages ORDER BY id`,
    ),
    users: all('SELECT id, name, name_key, password_hash, created_at FROM users ORDER BY id'),
    groups: all(
      'SELECT id, name, last_number, member_count, message_count FROM groups ORDER BY id',
    ),
    memberships: all(
      'SELECT group_id, user_id, joined_at, last_read_number FROM memberships ORDER BY group_id, user_id',
    ),
  };
}

/** A board of the schema of an earlier program: posts to ten groups in turn, with gaps, tombstones and post keys. */
function earlierBoard(schema: number, messages: number): string {
  const file = newFile();
  const client = connect(file, { create: true });
  upgrade(file, client, earlierMigrations(schema));
  client.exec(`
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
      INSERT INTO users (name, name_key, created_at) SELECT 'u' || i, 'u' || i, i FROM n;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10)
      INSERT INTO groups (name, name_key, created_at) SELECT 'g' || i, 'g' || i, i FROM n;
    INSERT INTO memberships (group_id, user_id, joined_at, last_read_number)
      SELECT g.id, u.id, u.id * 10, 0 FROM groups g JOIN users u WHERE u.id % 10 = g.id % 10;
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${messages})
      INSERT INTO messages (group_id, number, sender_id, posted_at, subject, content, post_key)
      SELECT 1 + i % 10, i / 10 + 1, 1 + i % 20, 1000 + i, 'subject ' || i, printf('%.*c', i % 300, 'x') || '\u{1F35C}',
        iif(i % 3, NULL, 'key ' || i) FROM n;
    -- Group 3 lost its first messages, group 4 all of one user, before there were tombstones.
    DELETE FROM messages WHERE group_id = 3 AND number < 100 OR group_id = 4 AND number % 64 < 2;`);
  const isDeleted = 'group_id = 5 AND number % 7 = 0';
  if (schema >= 5) {
    client.exec(`UPDATE messages SET deleted_at = 5000, sender_id = NULL, subject = '', content = '', post_key = NULL
      WHERE ${isDeleted}`);
  }
  if (schema > 7) client.exec('UPDATE messages SET milestone = 1 WHERE number % 64 = 2');
  const live = schema >= 5 ? 'deleted_at IS NULL' : 'true';
  client.exec(`UPDATE groups SET last_number = ${messages / 10},
    message_count = (SELECT count(*) FROM messages WHERE group_id = groups.id AND ${live}),
    member_count = (SELECT count(*) FROM memberships WHERE group_id = groups.id)`);
  client.close();
  return file;
}

const known = readJournal().entries.length;
// The last schema without milestones: the next one writes all messages again.
const old = 7;
const earlier = Array.from({ length: known - 1 }, (_, at) => at + 1);

test.each(earlier.map((schema) => [schema, schema === old ? 20_000 : 2000] as const))(
  'a board of schema %i with %i messages is upgraded, and no row is lost or changed',
  (schema, messages) => {
    const file = earlierBoard(schema, messages);
    const client = connect(file);
    const before = rowsOf(client);
    expect(before.messages?.length).toBeGreaterThan(messages * 0.9);

    const copy = upgrade(file, client) ?? 'no copy';

    expect(schemaState(client)).toMatchObject({ applied: known, state: 'current' });
    expect(rowsOf(client)).toEqual(before);
    expect(rowsOf(connect(copy))).toEqual(before);
    for (const check of healthChecks) expect(problemsOf(check, client), check.name).toEqual([]);
  },
);

test('an upgrade reports its time, its space and its copy before it changes anything', () => {
  const file = earlierBoard(old, 2000);
  const client = connect(file);
  const plans: UpgradePlan[] = [];
  const report = {
    begin: (plan: UpgradePlan) => {
      plans.push(plan);
      expect(schemaState(client).state).toBe('older');
      expect(existsSync(plan.copy)).toBe(false);
    },
    progress: () => {},
  };
  const copy = upgrade(file, client, undefined, report);
  expect(plans).toEqual([{ file, copy, space: expect.any(Number), seconds: 1 }]);
  expect(plans[0]?.space).toBeGreaterThan(3 * statSync(copy ?? '').size);
});

test('an upgrade for which the disk has no space is refused in one line, and changes nothing', () => {
  const file = earlierBoard(old, 200);
  const needed = () => planUpgrade(file, `${file}.copy`, old, () => 1024 * 1024);
  expect(databaseError(needed)).toMatch(
    /^The upgrade of \S+ needs \d+ MiB of free space, and the disk has 1 MiB\. Nothing was changed\.$/,
  );
  expect(readdirSync(dirname(file)).filter((name) => name.includes('upgrade'))).toEqual([]);
});

test('a process that is killed in the middle of an upgrade leaves the board as it was, and the copy', async () => {
  const file = earlierBoard(old, 2000);
  const look = connect(file);
  const before = rowsOf(look);
  look.close();
  // The last migration of this program kills it, when the messages are written again but nothing is committed.
  const folder = laterMigrations('SELECT die() FROM messages WHERE milestone IS NOT NULL;');
  const { child } = await startScript(
    `import { openConnection } from 'DIST/storage/sqlite/file/connection.js';
     import { upgrade } from 'DIST/storage/sqlite/file/migrate.js';
     const client = openConnection(process.argv[1]);
     client.function('die', () => process.kill(process.pid, 'SIGKILL'));
     upgrade(process.argv[1], client, process.argv[2]);`,
    [file, folder],
  );
  expect(child.signalCode).toBe('SIGKILL');

  const client = connect(file);
  expect(schemaState(client, shippedMigrations).state).toBe('older');
  expect(rowsOf(client)).toEqual(before);
  const copies = readdirSync(dirname(file)).filter((name) =>
    name.endsWith(`before-upgrade-${old}`),
  );
  expect(copies).toHaveLength(1);
  expect(rowsOf(connect(`${dirname(file)}/${copies[0]}`))).toEqual(before);
  upgrade(file, client);
  expect(rowsOf(client)).toEqual(before);
});
