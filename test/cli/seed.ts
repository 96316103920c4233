import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { OutsideEvent } from '../../src/board/events.ts';
import { groupRef } from '../../src/board/refs.ts';
import { databaseFile } from '../../src/storage/sqlite/file/open.ts';
import { connect, login, openBoard, post, type StoredBoard } from '../helpers/storage.ts';
import { tempFolder } from '../helpers/temp.ts';

/** A data folder with a new board, on which `fill` has happened. */
export async function boardFolder(
  fill?: (board: StoredBoard) => Promise<unknown>,
): Promise<string> {
  const data = join(tempFolder(), 'data');
  const board = openBoard({ file: databaseFile(data) });
  await fill?.(board);
  await board.close();
  return data;
}

/** A user of `group` who has joined it and posted there, a message of each of `subjects`. */
export async function poster(
  board: StoredBoard,
  user: string,
  group: string,
  subjects: readonly string[] = [],
): Promise<void> {
  const actor = await login(board, user);
  const ref = groupRef(group);
  await board.repository.join(actor, ref);
  await Promise.all(subjects.map((subject) => post(board, actor, subject, { group: ref })));
}

/** The rows of a query on the database in `data`. */
export function queryRows(data: string, query: string): unknown[] {
  const client = connect(databaseFile(data), { busyTimeout: 5000 });
  try {
    return client.prepare(query).all();
  } finally {
    client.close();
  }
}

/** The one value of a query that gives one. */
export function value(data: string, query: string): unknown {
  const [row] = queryRows(data, query);
  return row && Object.values(row)[0];
}

/** Changes the database behind the program's back. */
export function tamper(data: string, statements: string): void {
  const client = connect(databaseFile(data), { busyTimeout: 5000 });
  client.unsafeMode();
  client.pragma('foreign_keys = OFF');
  client.exec(statements);
  client.close();
}

/** What was left for a server to tell its members. */
export function leftEvents(data: string): OutsideEvent[] {
  return queryRows(data, 'SELECT event FROM outside_changes ORDER BY id').map(
    (row) => JSON.parse((row as { event: string }).event) as OutsideEvent,
  );
}

/** More messages in `main` than a test could post one by one. */
export function fillMain(data: string, count: number): void {
  tamper(
    data,
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
     INSERT INTO messages (group_id, number, posted_at, subject, content, milestone)
       SELECT 1, i, i, 'subject ' || i, 'content ' || i, iif(i % 64, NULL, 1) FROM n;
     UPDATE groups SET last_number = ${count}, message_count = ${count} WHERE id = 1`,
  );
}

/** Overwrites a page in the middle of the messages, as a bad disk does. */
export function damageMessages(data: string): void {
  const leaves = queryRows(
    data,
    "SELECT pageno, pgsize FROM dbstat WHERE name = 'messages' AND pagetype = 'leaf' ORDER BY path",
  ) as { pageno: number; pgsize: number }[];
  const { pageno = 0, pgsize = 0 } = leaves[Math.floor(leaves.length / 2)] ?? {};
  const handle = openSync(databaseFile(data), 'r+');
  writeSync(handle, Buffer.alloc(pgsize, 0xa5), 0, pgsize, (pageno - 1) * pgsize);
  closeSync(handle);
}
