import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Context } from './benchmark.ts';
import { makeDatabase } from './servers.ts';

const terms = new URL('../../dist/storage/sqlite/searching/terms.js', import.meta.url);
const { wordsVersion } = (await import(terms.href)) as { readonly wordsVersion: string };

// The times of messages are a millisecond apart, and long ago.
const epoch = 1_500_000_000_000_000;
const apart = 1000;

// As the server stores a membership: at the join, everything before it counts as read.
const insertMembership =
  'INSERT INTO memberships (group_id, user_id, joined_at, last_read_number, last_read_at)';

/** When message `number` of a made group was posted. */
const postedAt = (number: number) => epoch + number * apart;

/** Inserts rows into a board's tables by SQL, for boards that would take too long to make with requests. */
export class Maker {
  private readonly database: Database.Database;

  constructor(database: Database.Database) {
    this.database = database;
    database.pragma('synchronous = OFF');
    database.pragma('cache_size = -200000');
  }

  /** Users `u0`, `u1` …; returns the id of the first. */
  users(count: number): number {
    const first = this.next('users');
    this.run(
      `INSERT INTO users (name, name_key, created_at)
       SELECT 'u' || n, 'u' || n, 0 FROM (${numbers(count)})`,
    );
    return first;
  }

  /** Groups `g0`, `g1` …, without members and messages; returns the id of the first. */
  groups(count: number): number {
    const first = this.next('groups');
    this.run(
      `INSERT INTO groups (name, name_key, created_at)
       SELECT 'g' || n, 'g' || n, 0 FROM (${numbers(count)})`,
    );
    return first;
  }

  /** `count` messages in a group, from users in turn. */
  messages(
    group: number,
    count: number,
    { firstUser, users }: { firstUser: number; users: number },
  ): void {
    this.run(
      `INSERT INTO messages (group_id, number, sender_id, posted_at, subject, content, milestone)
       SELECT ${group}, n + 1, ${firstUser} + n % ${users}, ${epoch} + (n + 1) * ${apart},
         'Subject of number ' || (n + 1), '${'x'.repeat(120)}',
         iif((n + 1) % 64, NULL, 1)
       FROM (${numbers(count)})`,
    );
    this.run(
      `UPDATE groups SET last_number = ${count}, message_count = ${count} WHERE id = ${group}`,
    );
  }

  /** Makes `user` a member of `group` who joined after its message `after`, and has read no later one. */
  member(group: number, user: number, after = 0): void {
    const joined = postedAt(after) + 1;
    this.run(`${insertMembership} VALUES (${group}, ${user}, ${joined}, ${after}, ${joined})`);
    this.run(`UPDATE groups SET member_count = member_count + 1 WHERE id = ${group}`);
  }

  run(sql: string): void {
    this.database.prepare(sql).run();
  }

  /** Lets the server take all messages for indexed. Otherwise it would index for many minutes while something else is measured. */
  indexed(): void {
    this.run(
      `UPDATE search_index SET newest = (SELECT max(id) FROM messages), oldest = 1, version = '${wordsVersion}'`,
    );
  }

  next(table: string): number {
    const last = this.database.prepare<[], number | null>(`SELECT max(id) FROM ${table}`).pluck();
    return (last.get() ?? 0) + 1;
  }
}

function numbers(count: number): string {
  return `WITH RECURSIVE numbers(n) AS
    (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${count}) SELECT n FROM numbers`;
}

/** Makes a board in `data`, filled by `fill`; returns its file. */
export function makeBoard(data: string, fill: (maker: Maker) => void): string {
  const file = makeDatabase(data);
  const database = new Database(file);
  const maker = new Maker(database);
  database.transaction(() => fill(maker))();
  // As on a board in use: a server would doubt a clock that is years after the newest message, and check it at each login.
  maker.run(`INSERT INTO wall_clock (id, trusted_at) VALUES (1, ${Date.now() * 1000})`);
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
  return file;
}

/** Group sizes of the large board, and `g0`, `g1`, `g2` that have them. */
const sizes = [10_000, 1_000_000, 10_000_000];
const quickSizes = [10_000, 30_000, 100_000];

/**
 * The large board: three groups of `sizes` whose member `u0` joined in the middle and `u1` before
 * the first message, 10,000 more groups, and a million memberships. The board is made once and kept.
 */
export function largeBoard({ boards, quick, note }: Context): { data: string; sizes: number[] } {
  const migrations = new URL('../../migrations/', import.meta.url);
  const schema = readdirSync(migrations)
    .filter((file) => file.endsWith('.sql'))
    .at(-1);
  const data = join(boards, `${quick ? 'quick' : 'large'}-${schema}`);
  const groupSizes = quick ? quickSizes : sizes;
  if (!existsSync(data)) {
    note('making the large board');
    const partial = `${data}.partial`;
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial);
    const start = performance.now();
    makeBoard(partial, (maker) => {
      fillLarge(maker, groupSizes, quick ? 1000 : 10_000);
      maker.indexed();
    });
    renameSync(partial, data);
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    const size = (statSync(join(data, 'corkboard.db')).size / 2 ** 20).toFixed(0);
    console.log(`Made ${data} in ${seconds} s: ${size} MiB.`);
  }
  return { data, sizes: groupSizes };
}

function fillLarge(maker: Maker, groupSizes: number[], many: number): void {
  const users = many;
  const firstUser = maker.users(users);
  const firstGroup = maker.groups(many + groupSizes.length);
  groupSizes.forEach((size, at) => {
    const group = firstGroup + at;
    maker.messages(group, size, { firstUser, users });
    maker.member(group, firstUser, size / 2);
    maker.member(group, firstUser + 1);
  });
  // Each of the other groups has a hundred members, none of them of the groups above.
  maker.run(
    `${insertMembership}
     SELECT ${firstGroup + groupSizes.length} + n / 100, ${firstUser + 2} + (n * 7) % ${users - 2},
       ${epoch} + n, 0, ${epoch} + n
     FROM (${numbers(many * 100)})`,
  );
  maker.run(
    `UPDATE groups SET member_count = 100
     WHERE id >= ${firstGroup + groupSizes.length}`,
  );
}
