import { expect, test } from 'vitest';
import { Board } from '../../src/board/board.ts';
import { healthChecks, problemsOf } from '../../src/storage/sqlite/file/health.ts';
import { mendTimes } from '../../src/storage/sqlite/serving/wall-clock.ts';
import { exported, imported } from '../helpers/moved.ts';
import { connect, main, member, openBoard, type StoredBoard, seen } from '../helpers/storage.ts';
import { fillModeration, lookAfter } from './looked-after.ts';

const day = 86_400_000;

// What ends in the future, and the times that tokens carry.
const notMended = [
  ...['restrictions.until', 'invitations.until', 'group_log.until', 'network_bans.ends_at'],
  ...['ended_tokens.issued_at', 'users.tokens_after'],
];

/** The columns of the database that hold a time, such as `messages.posted_at`. */
function timeColumns({ client }: StoredBoard): string[] {
  const isTime =
    "columns.name LIKE '%\\_at' ESCAPE '\\' OR columns.name IN ('at', 'changed', 'last_change', 'role_since', 'tokens_after', 'until')";
  const found = client
    .prepare<[], string>(
      `SELECT tables.name || '.' || columns.name FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
       WHERE tables.type = 'table' AND columns.type = 'INTEGER' AND (${isTime})`,
    )
    .pluck()
    .all();
  return found.filter((column) => !notMended.includes(column));
}

/** The columns that hold a time later than `clock`. */
function laterThan(board: StoredBoard, clock: number): string[] {
  return timeColumns(board).filter((name) => {
    const [table, column] = name.split('.');
    return board.client.prepare(`SELECT 1 FROM ${table} WHERE ${column} > ?`).get(clock);
  });
}

test('db clock --mend corrects every time that is stored, and everyone sees the same as before', async () => {
  const now = Date.now();
  const ahead = openBoard({ now: () => now + 3650 * day });
  const life = lookAfter(ahead);
  await fillModeration(ahead, life);
  const { repository } = ahead;
  const [alice, bob] = [await member(ahead, 'dora'), await member(ahead, 'erin')];
  const board = new Board(repository);
  await board.post(alice, 'main', { subject: 'one', content: '@erin see this' });
  await repository.delete(alice, main, 1);
  const { message } = await board.post(alice, 'main', {
    subject: 'two',
    content: '@erin and this',
  });
  for (const content of ['first @erin', 'second @erin']) {
    const edit = { subject: undefined, content, revision: undefined };
    await repository.edit(alice, main, message.number, edit, day * 1000);
  }
  const late = await member(ahead, 'late');
  const views = async (of: StoredBoard) => [
    await Promise.all([alice, bob, late].map((actor) => seen(of, actor))),
    of.client.prepare('SELECT group_id, number, user_id FROM mentions').all(),
    of.client.prepare('SELECT id, number FROM group_log ORDER BY group_id, at').all(),
  ];
  const before = await views(ahead);
  const clock = now * 1000;
  expect(laterThan(ahead, clock)).toEqual(
    expect.arrayContaining(['mentions.posted_at', 'group_log.posted_at', 'revisions.written_at']),
  );
  await ahead.close();

  mendTimes(connect(ahead.file), clock);
  const mended = openBoard({ file: ahead.file, now: () => now });
  expect(laterThan(mended, clock)).toEqual([]);
  expect(await views(mended)).toEqual(before);
  for (const check of healthChecks) expect(problemsOf(check, mended.client)).toEqual([]);
  await mended.close();
  const lines = await exported(mended.file);
  expect(await exported(await imported(lines))).toEqual(lines);
});
