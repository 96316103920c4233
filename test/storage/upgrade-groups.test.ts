import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { healthChecks, problemsOf } from '../../src/storage/sqlite/file/health.ts';
import { upgrade } from '../../src/storage/sqlite/file/migrate.ts';
import { databaseFile } from '../../src/storage/sqlite/file/open.ts';
import { TestBoard } from '../helpers/board.ts';
import { connect } from '../helpers/storage.ts';
import { tempFolder } from '../helpers/temp.ts';

// As the program of the schema 0013_mentions_by_group left it, the last one without groups of users.
const fixture = join(import.meta.dirname, '../fixtures/schema-0013.db.gz');

/** A folder with the board of the fixture. */
function leftBoard(): string {
  const data = tempFolder();
  writeFileSync(databaseFile(data), gunzipSync(readFileSync(fixture)));
  return data;
}

test('a board from before groups of users is upgraded with every value of every table', () => {
  const file = databaseFile(leftBoard());
  const client = connect(file);
  const tables = client
    .prepare(
      `SELECT name FROM sqlite_schema WHERE type = 'table'
       AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'message\\_index%' ESCAPE '\\' AND name <> '__drizzle_migrations'`,
    )
    .pluck()
    .all() as string[];
  const queries = tables.map((table) => {
    const columns = client.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table);
    const list = columns.map((column) => `"${column}"`).join(', ');
    return `SELECT ${list} FROM "${table}" ORDER BY ${list}`;
  });
  const rows = () => queries.map((query) => client.prepare(query).raw().all());
  const before = rows();
  for (const table of ['mentions', 'muted_threads', 'muted_users', 'blocks', 'revisions']) {
    expect(before[tables.indexOf(table)], table).not.toEqual([]);
  }
  upgrade(file, client);
  expect(rows()).toEqual(before);
  for (const check of healthChecks) expect(problemsOf(check, client), check.name).toEqual([]);
  const all = (sql: string) => client.prepare(sql).raw().all();
  expect(all('SELECT DISTINCT role, role_since FROM memberships')).toEqual([['member', null]]);
  expect(all('SELECT DISTINCT access, posting, replying, about FROM groups')).toEqual([
    ['open', 'members', 'members', ''],
  ]);
});

test('users of a board from before groups of users find all they had, and make a group', async () => {
  const board = await TestBoard.start({ data: leftBoard() });
  const alice = await board.protectedProgram('alice', 'correct horse');
  const { messages } = await alice.call('mention.list', {});
  expect(messages.map(({ group, number }) => `${group} ${number}`)).toEqual([
    'news 1',
    'main 5',
    'main 1',
  ]);
  const { conversations } = await alice.call('direct.list', {});
  expect(conversations.map(({ group, lastNumber }) => [group, lastNumber])).toEqual([['@bob', 2]]);
  expect(await alice.call('mute.list', {})).toMatchObject({
    groups: [{ group: 'news', notify: 'mentions' }],
  });
  expect(await alice.call('group.show', { group: 'main' })).toMatchObject({
    ...{ access: 'open', posting: 'members', role: 'member', moderators: [], pins: [] },
  });
  await alice.call('group.create', { name: 'plans', access: 'secret' });
  const bob = await board.protectedProgram('bob', 'battery staple');
  await alice.call('group.invite', { group: 'plans', user: 'bob' });
  await bob.call('group.join', { group: 'plans' });
  await alice.call('group.setRole', { group: 'plans', user: 'bob', role: 'moderator' });
  await board.operate(({ moderation }) =>
    moderation.setRole({ id: 3 }, 'bob', 'moderator').then(({ announcementsOnly }) => {
      expect(announcementsOnly).toBe(true);
    }),
  );
});
