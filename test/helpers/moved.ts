import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { ExportEncoder } from '../../src/cli/printing/export-encoder.ts';
import { exportLines } from '../../src/storage/sqlite/moving/export-lines.ts';
import { Snapshot } from '../../src/storage/sqlite/moving/export-snapshot.ts';
import { importBoard } from '../../src/storage/sqlite/moving/import.ts';
import { toTheEnd } from '../contract/storage.ts';
import { tempFolder } from './temp.ts';

/** The lines of an export of everything. */
export async function exported(file: string, passwords = true): Promise<string[]> {
  const snapshot = await Snapshot.take(file, undefined, toTheEnd);
  try {
    const lines = exportLines(snapshot, { whole: true, passwords });
    return [...new ExportEncoder().encode(lines)].join('').trimEnd().split('\n');
  } finally {
    snapshot.close();
  }
}

/** Imports lines, whose last line is made to fit them. @returns the file of the board */
export async function imported(lines: readonly string[]): Promise<string> {
  const above = lines.slice(0, -1).map((line) => `${line}\n`);
  const sha256 = createHash('sha256').update(above.join('')).digest('hex');
  const end = JSON.stringify({ type: 'end', lines: above.length, sha256 });
  const file = join(tempFolder(), 'corkboard.db');
  async function* chunks() {
    yield Buffer.from(`${above.join('')}${end}\n`);
  }
  await importBoard(file, chunks(), { ...toTheEnd, restart: false });
  return file;
}
