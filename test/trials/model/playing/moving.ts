import { rmSync } from 'node:fs';
import { ExportEncoder } from '../../../../src/cli/printing/export-encoder.ts';
import { databaseFile } from '../../../../src/storage/sqlite/file/open.ts';
import { exportLines } from '../../../../src/storage/sqlite/moving/export-lines.ts';
import { Snapshot } from '../../../../src/storage/sqlite/moving/export-snapshot.ts';
import { importBoard } from '../../../../src/storage/sqlite/moving/import.ts';
import { toTheEnd } from '../../../contract/storage.ts';

/** Exports the board in a folder, on which no server runs, and makes it again from that. */
export async function exportAndImport(data: string): Promise<void> {
  const file = databaseFile(data);
  const snapshot = await Snapshot.take(file, undefined, toTheEnd);
  const lines = exportLines(snapshot, { whole: true, passwords: true });
  const text = [...new ExportEncoder().encode(lines)].join('');
  snapshot.close();
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
  await importBoard(file, bytesOf(text), { ...toTheEnd, restart: false });
}

async function* bytesOf(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}
