import { statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openShared } from '../../src/storage/sqlite/file/open.ts';
import { SqliteAdministration } from '../../src/storage/sqlite/operator/administration.ts';
import { main, openBoard } from '../helpers/storage.ts';

test('a purge in steps is synced at its end, and leaves the server only a short log', async () => {
  const { client, file } = openBoard();
  client.exec(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 8000)
     INSERT INTO messages (group_id, number, posted_at, subject, content, milestone)
       SELECT 1, i, i, 's', printf('%.*c', 200, 'x'), iif(i % 64, NULL, 1) FROM n;
     UPDATE groups SET last_number = 8000, message_count = 8000 WHERE id = 1`,
  );
  client.pragma('wal_checkpoint(TRUNCATE)');
  const own = openShared(file);
  const operator = SqliteAdministration.outside(own);
  const plan = await operator.planPurge(main, 'all');
  const synced = () => own.pragma('synchronous', { simple: true });
  const inSteps = new Set<unknown>();
  const progress = () => inSteps.add(synced());
  const control = { signal: new AbortController().signal, progress };
  expect(await operator.purge(plan, control)).toMatchObject({ count: 8000, complete: true });
  // No step keeps the lock while the disk syncs (1 is NORMAL); the whole is synced at its end (2 is FULL).
  expect([...inSteps]).toEqual([1]);
  expect(synced()).toBe(2);
  const pages = statSync(`${file}-wal`).size / 4096;
  expect(pages).toBeGreaterThan(0);
  expect(pages).toBeLessThan(500);
  operator.close();
});
