import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CommitCounts } from '../../src/metrics/counts.ts';
import { enoughCommits, StorageTrouble } from '../../src/storage/sqlite/serving/trouble.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const full = new Sqlite.SqliteError('database or disk is full', 'SQLITE_FULL');

function observed() {
  const lines: [level: string, fields: Record<string, unknown>, message: string][] = [];
  const add = (level: string) => (fields: object, message?: string) => {
    lines.push([level, fields as Record<string, unknown>, message ?? '']);
  };
  const log = { error: add('error'), warn: add('warn'), info: add('info') };
  const counts = new CommitCounts();
  const trouble = new StorageTrouble('/b/corkboard.db', counts, log as never);
  /** So many seconds, in each of which something is done, with a look of the server twice a second. */
  const seconds = (number: number, each: () => void = () => {}) => {
    for (let half = 0; half < 2 * number; half++) {
      if (half % 2 === 0) each();
      vi.advanceTimersByTime(500);
      trouble.tick();
    }
  };
  return { trouble, counts, lines, seconds };
}

test('a failing disk is one line when it begins, one a minute with counts, and one when it is over', () => {
  const { trouble, counts, lines, seconds } = observed();
  seconds(130, () => {
    for (let refused = 0; refused < 100; refused++) trouble.failed('write', full);
    trouble.failed('read', full);
  });
  expect(lines).toEqual([
    [
      'error',
      { file: '/b/corkboard.db', kind: 'write', code: 'SQLITE_FULL', reason: full.message },
      'Nothing can be written to /b/corkboard.db. The disk is full. Make room on it (df -h).',
    ],
    ['warn', expect.objectContaining({ seconds: 61, writes: 6100, reads: 61 }), expect.anything()],
    ['warn', expect.objectContaining({ seconds: 121, writes: 12_100 }), expect.anything()],
  ]);
  seconds(5, () => trouble.committed());
  expect(lines).toHaveLength(3);
  seconds(10);
  expect(lines.at(-1)).toEqual([
    'info',
    expect.objectContaining({ file: '/b/corkboard.db', writes: 13_000, reads: 130 }),
    'the database can be used again',
  ]);
  expect(lines).toHaveLength(4);
  expect([counts.failed, counts.readsFailed]).toEqual([13_000, 130]);
});

test('a small write that succeeds between refused posts ends neither the line nor the ill health', () => {
  const { trouble, lines, seconds } = observed();
  seconds(50, () => {
    trouble.failed('write', full);
    for (let commits = 1; commits < enoughCommits; commits++) trouble.committed();
    expect(trouble.isFailing).toBe(true);
  });
  expect(lines).toHaveLength(1);
  trouble.committed();
  expect(trouble.isFailing).toBe(false);
});
