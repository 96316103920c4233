import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPrivately } from '../../src/storage/sqlite/file/connection.ts';
import { openHeld } from '../../src/storage/sqlite/file/open.ts';

let newBoard: Buffer | undefined;

/**
 * Writes a new board, with its first groups, into `file`. It is made once and copied, because the migrations take longer than
 * most tests. The token key is left out: each board makes its own when it is opened.
 */
export function putNewBoard(file: string): void {
  newBoard ??= make();
  createPrivately(file);
  writeFileSync(file, newBoard);
}

function make(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'corkboard-'));
  try {
    const file = join(folder, 'corkboard.db');
    const { client, lock } = openHeld(file);
    client.exec('DELETE FROM token_key');
    client.close();
    lock.release();
    return readFileSync(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
