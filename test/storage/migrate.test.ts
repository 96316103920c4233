import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { plainFields } from '../../src/board/types.ts';
import type { Client } from '../../src/storage/sqlite/file/connection.ts';
import { schemaState, shippedMigrations, upgrade } from '../../src/storage/sqlite/file/migrate.ts';
import { openHeld, openShared } from '../../src/storage/sqlite/file/open.ts';
import {
  connect,
  databaseError,
  groupsOf,
  login,
  main,
  newFile,
  openBoard,
  seen,
} from '../helpers/storage.ts';
import { content, laterMigrations, readJournal } from './migrations.ts';

/** A database with the populated board of the first schema. */
function firstSchema(): string {
  const file = newFile();
  const client = connect(file, { create: true });
  client.exec(readFileSync(join(import.meta.dirname, '../fixtures/schema-0000.sql'), 'utf8'));
  client.close();
  return file;
}

/** A database with the same board, in the schema of today. */
function currentSchema(): string {
  const file = firstSchema();
  const { client, lock } = openHeld(file);
  client.close();
  lock.release();
  // The upgrade to today's schema has left its own copy.
  for (const name of readdirSync(dirname(file))) {
    if (name.includes('upgrade')) rmSync(join(dirname(file), name));
  }
  return file;
}

// As drizzle-kit 0.31 writes the rebuild of a table for a column that SQLite cannot change.
const rebuildGroups = `PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE \`__new_groups\` (
	\`id\` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	\`name\` text NOT NULL,
	\`name_key\` text NOT NULL,
	\`skeleton\` text DEFAULT '' NOT NULL,
	\`key_skeleton\` text DEFAULT '' NOT NULL,
	\`description\` text DEFAULT 'none' NOT NULL,
	\`created_at\` integer NOT NULL,
	\`last_number\` integer DEFAULT 0 NOT NULL,
	\`member_count\` integer DEFAULT 0 NOT NULL,
	\`message_count\` integer DEFAULT 0 NOT NULL,
	\`keep_messages\` integer,
	\`keep_days\` integer,
	\`kind\` text DEFAULT 'group' NOT NULL,
	\`created_by\` integer,
	\`last_change\` integer DEFAULT 0 NOT NULL,
	\`access\` text DEFAULT 'open' NOT NULL,
	\`posting\` text DEFAULT 'members' NOT NULL,
	\`replying\` text DEFAULT 'members' NOT NULL,
	\`about\` text DEFAULT '' NOT NULL
);
--> statement-breakpoint
INSERT INTO \`__new_groups\`("id", "name", "name_key", "skeleton", "key_skeleton", "description", "created_at", "last_number", "member_count", "message_count", "keep_messages", "keep_days", "kind", "created_by", "last_change", "access", "posting", "replying", "about") SELECT "id", "name", "name_key", "skeleton", "key_skeleton", "description", "created_at", "last_number", "member_count", "message_count", "keep_messages", "keep_days", "kind", "created_by", "last_change", "access", "posting", "replying", "about" FROM \`groups\`;--> statement-breakpoint
DROP TABLE \`groups\`;--> statement-breakpoint
ALTER TABLE \`__new_groups\` RENAME TO \`groups\`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE UNIQUE INDEX \`groups_name_key_unique\` ON \`groups\` (\`name_key\`);`;

function withoutJournal(client: Client): Record<string, unknown[]> {
  const { __drizzle_migrations: _, ...rest } = content(client);
  return rest;
}

test('every migration is dated after the one before, or it would be skipped silently', () => {
  const { entries } = readJournal();
  const dates = entries.map(({ when }) => when);
  expect(dates).toEqual([...new Set(dates)].sort((a, b) => a - b));
  expect(entries.map(({ idx }) => idx)).toEqual(entries.map((_, position) => position));
  for (const { tag } of entries) {
    expect(existsSync(join(shippedMigrations, `${tag}.sql`)), tag).toBe(true);
  }
});

test('a new database has the five groups, and no copy of itself', async () => {
  const board = openBoard();
  const groups = await board.repository.groups(await login(board, 'alice'));
  expect(groups.map(({ id, name }) => `${id} ${name}`)).toEqual([
    '1 main',
    '2 general',
    '3 news',
    '4 help',
    '5 random',
  ]);
  expect(groups.every(({ joined, members, messages }) => !joined && members + messages === 0)).toBe(
    true,
  );
  await board.close();
  expect(readdirSync(dirname(board.file)).sort()).toEqual(['corkboard.db', 'corkboard.db.lock']);
});

test('opening an upgraded database again neither adds groups nor makes a copy', async () => {
  const { file, close } = openBoard();
  connect(file).exec("DELETE FROM groups WHERE name <> 'main'");
  await close();
  const again = openBoard({ file });
  expect(again.client.prepare('SELECT name FROM groups').all()).toEqual([{ name: 'main' }]);
  expect(readdirSync(dirname(file)).filter((name) => name.includes('upgrade'))).toEqual([]);
});

test('a database whose making was cut short still gets the five groups', () => {
  const file = newFile();
  const client = connect(file, { create: true });
  // Killed here, between the schema and the groups.
  upgrade(file, client);
  client.close();
  const board = openBoard({ file });
  expect(board.client.prepare('SELECT count(*) AS n FROM groups').get()).toEqual({ n: 5 });
});

test('a board of the first schema opens with everything in place', async () => {
  const file = firstSchema();
  const board = openBoard({ file });
  const { repository } = board;
  expect(schemaState(board.client).state).toBe('current');
  const alice = await login(board, 'alice');

  expect(await groupsOf(board, alice)).toMatchObject([
    { name: 'main', members: 2, messages: 5, joined: true, unread: 1 },
    { name: 'general', members: 0, messages: 0, joined: false },
    { name: 'Announcements', description: "What's new", members: 2, messages: 1, unread: 1 },
    { name: 'help' },
    { name: 'random' },
  ]);
  const { members } = await repository.members(alice, main);
  expect(members.map(({ name }) => name)).toEqual(['Alice', 'Bjørn']);
  const { messages } = await repository.messages(alice, main, { limit: 10 });
  expect(messages).toEqual([
    {
      number: 1,
      senderId: 1,
      sender: 'Alice',
      postedAt: 1795376173750000,
      subject: 'Welcome',
      thread: 1,
      ...plainFields,
    },
    {
      number: 2,
      senderId: null,
      sender: null,
      postedAt: 1795376174000000,
      subject: 'Bye',
      thread: 2,
      ...plainFields,
    },
    {
      number: 3,
      senderId: 1,
      sender: 'Alice',
      postedAt: 1795376174250000,
      subject: 'Lunch on Friday?',
      thread: 3,
      ...plainFields,
    },
    {
      number: 4,
      senderId: 2,
      sender: 'Bjørn',
      postedAt: 1795376174750000,
      subject: 'Re: Lunch',
      thread: 4,
      ...plainFields,
    },
  ]);
  expect((await repository.message(alice, main, 1)).message.content).toBe(
    "Hello everyone,\nthis is the board's first message.",
  );
  expect((await repository.message(alice, main, 3)).message.content).toBe('Who is in? \u{1F35C}');
  // Bjørn joined after the third message, and 5 was deleted.
  expect(await seen(board, await login(board, 'bjørn'))).toEqual([2, 3, 4]);
  const post = { subject: 'again', content: '' };
  const first = await repository.post(alice, main, { ...post, key: 'first' });
  expect(first.message.number).toBe(1);
  const next = await repository.post(alice, main, post);
  expect(next.message.number).toBe(6);
});

test('an upgrade stores what existing names look like, for the check of look-alikes', async () => {
  const board = openBoard({ file: firstSchema() });
  const looks = 'SELECT name, skeleton, key_skeleton AS keySkeleton FROM ';
  expect(board.client.prepare(`${looks} users WHERE id < 3 ORDER BY id`).all()).toEqual([
    { name: 'Alice', skeleton: 'alice', keySkeleton: 'alice' },
    { name: 'Bjørn', skeleton: 'bjo\u0338rn', keySkeleton: 'bjo\u0338rn' },
  ]);
  expect(board.client.prepare(`${looks} groups WHERE id = 1`).get()).toEqual({
    name: 'main',
    skeleton: 'rnain',
    keySkeleton: 'rnain',
  });
  await expect(login(board, 'аlice')).rejects.toMatchObject({ code: 'NAME_TOO_SIMILAR' });
  expect(await login(board, 'alice')).toMatchObject({ user: { name: 'Alice' } });
});

test('a later migration that rebuilds a parent table keeps its children', () => {
  const file = currentSchema();
  const client = connect(file);
  const before = withoutJournal(client);

  upgrade(file, client, laterMigrations(rebuildGroups));

  expect(before).toMatchObject({ memberships: { length: 4 }, messages: { length: 5 } });
  expect(withoutJournal(client)).toEqual(before);
  const [column] = client
    .prepare("SELECT dflt_value FROM pragma_table_info('groups') WHERE name = 'description'")
    .all();
  expect(column).toEqual({ dflt_value: "'none'" });
  expect(client.pragma('foreign_keys', { simple: true })).toBe(1);
  expect(client.pragma('foreign_key_check')).toEqual([]);
});

test('an upgrade keeps a copy of the old database beside the new one, and the copy opens', async () => {
  const file = currentSchema();
  const client = connect(file);
  const before = content(client);

  const copy = upgrade(file, client, laterMigrations(rebuildGroups)) ?? 'no copy';

  expect(dirname(copy)).toBe(dirname(file));
  expect(content(connect(copy))).toEqual(before);
  const board = openBoard({ file: copy });
  expect(await seen(board, await login(board, 'alice'))).toEqual([1, 2, 3, 4]);
});

test('an upgrade after restoring the copy of an earlier upgrade does not overwrite that copy', () => {
  const file = currentSchema();
  const upgraded = () => {
    const client = connect(file);
    const copy = upgrade(file, client, laterMigrations(rebuildGroups)) ?? 'no copy';
    client.close();
    return copy;
  };
  const first = upgraded();
  const bytes = readFileSync(first);
  copyFileSync(first, file);

  const second = upgraded();

  expect(second).not.toBe(first);
  expect(existsSync(second)).toBe(true);
  expect(readFileSync(first).equals(bytes)).toBe(true);
});

test.each([
  ['loses rows', 'DELETE FROM messages WHERE id = 1;', 'messages had 5 rows and has 4'],
  [
    'breaks references',
    'UPDATE memberships SET user_id = 77 WHERE user_id = 2;',
    '1 rows lost what they refer to',
  ],
  [
    'stops half-way',
    'DELETE FROM memberships;--> statement-breakpoint\nDELETE FROM nothing;',
    'nothing',
  ],
])('a migration that %s is refused, and the database put back as it was', (_, sql, why) => {
  const file = currentSchema();
  const client = connect(file);
  const before = content(client);
  // Another process that looks on keeps the log from going when the upgrade closes the database.
  content(connect(file));

  const error = databaseError(() => upgrade(file, client, laterMigrations(sql)));

  expect(error).toContain(`The upgrade of ${file} failed, and it was put back as it was: `);
  expect(error).toContain(why);
  expect(content(connect(file))).toEqual(before);
  expect(schemaState(connect(file)).state).toBe('current');
  expect(readdirSync(dirname(file)).filter((name) => name.includes('upgrade'))).toEqual([]);
});

test('no other user can read the copy, or the database that is restored from it', () => {
  const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
  const file = currentSchema();
  const copy = upgrade(file, connect(file), laterMigrations(rebuildGroups)) ?? 'no copy';
  expect(mode(copy)).toBe('600');

  const other = currentSchema();
  databaseError(() => upgrade(other, connect(other), laterMigrations('DELETE FROM nothing;')));
  expect(mode(other)).toBe('600');
});

/** Marks the newest migration of the board as applied that much later than it is dated. */
function redate(file: string, by: number): Buffer {
  const client = connect(file);
  client.prepare('UPDATE __drizzle_migrations SET created_at = created_at + ?').run(by);
  client.close();
  return readFileSync(file);
}

test('a database newer than the program is refused and left untouched', () => {
  const file = currentSchema();
  const bytes = redate(file, 1000);
  const expected = `${file} was made by a newer corkboard. Upgrade this program to use it.`;

  expect(databaseError(() => openHeld(file))).toBe(expected);
  expect(databaseError(() => openShared(file))).toBe(expected);

  expect(readFileSync(file).equals(bytes)).toBe(true);
  expect(readdirSync(dirname(file)).sort()).toEqual([basename(file), `${basename(file)}.lock`]);
});

test('an older database is upgraded by a server alone, not by a passing command', () => {
  const file = currentSchema();
  const bytes = redate(file, -1000);
  expect(databaseError(() => openShared(file))).toBe(
    `${file} is of an older version. Upgrade it with: corkboard db migrate`,
  );
  expect(readFileSync(file).equals(bytes)).toBe(true);
});

test('a command refuses the database of another program', () => {
  const file = newFile();
  const client = connect(file, { create: true });
  client.exec('CREATE TABLE recipes (name TEXT)');
  client.close();
  expect(databaseError(() => openShared(file))).toBe(`${file} holds no board.`);
});
