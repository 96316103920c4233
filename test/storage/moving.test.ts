import { copyFileSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ExportEncoder } from '../../src/cli/printing/export-encoder.ts';
import { exportLines } from '../../src/storage/sqlite/moving/export-lines.ts';
import { Snapshot } from '../../src/storage/sqlite/moving/export-snapshot.ts';
import { importBoard } from '../../src/storage/sqlite/moving/import.ts';
import { live, lives } from '../contract/random-life.ts';
import { openSqlite } from '../contract/sqlite.ts';
import { toTheEnd } from '../contract/storage.ts';
import { connect, openBoard } from '../helpers/storage.ts';
import { tempFolder } from '../helpers/temp.ts';

async function exported(file: string): Promise<string> {
  const snapshot = await Snapshot.take(file, undefined, toTheEnd);
  try {
    const lines = exportLines(snapshot, { whole: true, passwords: true });
    return [...new ExportEncoder().encode(lines)].join('');
  } finally {
    snapshot.close();
  }
}

/** Empties the log of the board at each line of an export, and changes the board. */
async function emptyWhileExporting(file: string): Promise<void> {
  const snapshot = await Snapshot.take(file, undefined, toTheEnd);
  const other = connect(file);
  try {
    for (const { type } of exportLines(snapshot, { whole: true, passwords: true })) {
      other.exec('UPDATE groups SET created_at = created_at + 1');
      expect(other.pragma('wal_checkpoint(TRUNCATE)'), type).toMatchObject([{ busy: 0 }]);
    }
  } finally {
    other.close();
    snapshot.close();
  }
}

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Imports `text` in chunks of `size` bytes; `stops` says after how many of them it is interrupted. */
async function imported(file: string, text: string, size: number, stops: number[]): Promise<void> {
  for (const after of [...stops, Number.POSITIVE_INFINITY]) {
    const stop = new AbortController();
    let chunks = 0;
    const progress = () => {
      if (++chunks > after) stop.abort();
    };
    const control = { signal: stop.signal, progress, restart: false };
    try {
      await importBoard(file, inChunks(Buffer.from(text), size), control);
      return;
    } catch (error) {
      if (error !== stop.signal.reason) throw error;
    }
  }
}

test('after any history, an export holds no log, and its import makes the same board to the byte', async () => {
  const folder = tempFolder();
  const { file: start, close } = openBoard();
  await close();
  let runs = 0;
  const chunk = fc.integer({ min: 500, max: 5000 });
  const stops = fc.array(fc.nat({ max: 3 }), { maxLength: 1 });
  await fc.assert(
    fc.asyncProperty(lives, chunk, stops, async (life, size, interrupted) => {
      const file = join(folder, `${++runs}.db`);
      copyFileSync(start, file);
      await live((options) => openSqlite(options, file), life);
      const text = await exported(file);
      await emptyWhileExporting(file);
      const copy = join(folder, `${runs}-copy.db`);
      await imported(copy, text, size, interrupted);
      expect(await exported(copy)).toBe(text);
      expect(readdirSync(folder).filter((name) => /import|export/.test(name))).toEqual([]);
    }),
    { numRuns: 12 },
  );
});

test('an import that is stopped in its last checks leaves no board, and can be continued', async () => {
  const folder = tempFolder();
  const { file: start, close } = openBoard();
  await close();
  const text = await exported(start);
  const copy = join(folder, 'copy.db');
  const stop = new AbortController();
  const progress = (done: number, total: number) => {
    // Behind what is read in this turn.
    if (done === total) setImmediate(() => stop.abort());
  };
  const control = { signal: stop.signal, progress, restart: false };
  const stopped = importBoard(copy, inChunks(Buffer.from(text), text.length), control);
  await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
  expect(existsSync(copy)).toBe(false);
  await imported(copy, text, text.length, []);
  expect(await exported(copy)).toBe(text);
});
