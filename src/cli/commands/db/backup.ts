import { existsSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { count } from '../../../protocol/text/render.ts';
import { type CopyControl, copyBoard } from '../../../storage/sqlite/copies/copy.ts';
import { requireNoBoardFile } from '../../../storage/sqlite/file/board-files.ts';
import { databaseFile } from '../../../storage/sqlite/file/open.ts';
import { PartialFile } from '../../../storage/sqlite/file/partial-file.ts';
import type { PrintedRows } from '../../../storage/sqlite/file/rows.ts';
import { notEmpty } from '../../../tasks/parse.ts';
import { confirm } from '../../asking/confirm.ts';
import { UserError } from '../../errors.ts';
import { type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { runCopy } from '../../operating/steps.ts';
import { printDone, shownBytes } from '../../printing/output.ts';

interface BackupOptions extends CommonOptions {
  readonly yes?: true;
}

export function dbBackupCommand(): Command {
  return databaseCommand('backup', 'copy the database, also while a server runs')
    .argument('<file>', 'the file to write', notEmpty)
    .option('--yes', 'overwrite an existing file without asking')
    .addHelpText(
      'after',
      `
The backup is a snapshot of the board, with every message acknowledged before. It is written to
<file>.partial, checked, and then renamed, so that <file> is always complete. If a backup is killed,
the next one removes the partial file that it left.

Examples:
  $ corkboard db backup /backups/board.db
  $ corkboard db backup "/backups/board-$(date +%F).db" --data /var/lib/corkboard`,
    )
    .action(backup);
}

async function backup(target: string, options: BackupOptions): Promise<void> {
  const file = databaseFile(options.data);
  requireNoBoardFile(target, file);
  if (existsSync(target)) await mayOverwrite(target, options);
  const rows = await backUp(target, file);
  const { size } = statSync(target);
  printDone(options, { file, backup: target, size, rows }, () => {
    const messages = count(rows.messages ?? 0, 'message');
    return `Backed up ${file} to ${target}: ${messages}, ${shownBytes(size)}.`;
  });
}

/**
 * Copies the board in `file` to `target`, and overwrites a file there. The caller has asked the user.
 * @returns how many rows each table has
 */
export function backUp(target: string, file: string): Promise<PrintedRows> {
  return runCopy((control) => copyTo(target, file, control));
}

async function copyTo(target: string, file: string, control: CopyControl): Promise<PrintedRows> {
  const partial = PartialFile.create(target, file);
  try {
    const rows = await copyBoard(file, partial.path, control);
    partial.finish();
    return rows;
  } finally {
    partial.discard();
  }
}

/** @throws UserError if the target is not a regular file, or the user wants to keep it */
async function mayOverwrite(target: string, options: BackupOptions): Promise<void> {
  const found = statSync(target);
  if (found.isDirectory()) throw new UserError(`${target} is a folder. Name a file in it.`);
  // The rename would replace a device or a pipe with a file.
  if (!found.isFile()) throw new UserError(`${target} is not a regular file. Name another file.`);
  await confirm(`Overwrite ${target}`, options, 'Nothing was overwritten.');
}
