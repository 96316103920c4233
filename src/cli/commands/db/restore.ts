import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { count } from '../../../protocol/text/render.ts';
import { restoreBoard } from '../../../storage/sqlite/copies/restore.ts';
import { hostKeyFile } from '../../../storage/sqlite/file/board-files.ts';
import { ServerLock } from '../../../storage/sqlite/file/lock.ts';
import { databaseFile, openShared } from '../../../storage/sqlite/file/open.ts';
import { databaseStatus } from '../../../storage/sqlite/file/status.ts';
import { notEmpty } from '../../../tasks/parse.ts';
import { confirm } from '../../asking/confirm.ts';
import { UserError } from '../../errors.ts';
import { type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { runCopy } from '../../operating/steps.ts';
import { printDone } from '../../printing/output.ts';

interface RestoreOptions extends CommonOptions {
  readonly yes?: true;
}

export function dbRestoreCommand(): Command {
  return databaseCommand('restore', 'replace the database with a backup; not while a server runs')
    .argument('<file>', 'the backup', notEmpty)
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      `
The backup is checked first, and upgraded if it is from an older version. The old database is kept
beside the new one under a name with the date. All users have to log in again. A missing data folder
is made.

Examples:
  $ corkboard db restore /backups/board.db
  $ corkboard db restore /backups/board.db --data /srv/new --yes`,
    )
    .action(restore);
}

async function restore(backup: string, options: RestoreOptions): Promise<void> {
  if (!existsSync(backup)) throw new UserError(`There is no backup at ${backup}.`);
  const file = databaseFile(options.data);
  // Reports a bad backup before a folder is made or the user is asked.
  const found = databaseStatus(backup);
  const lock = ServerLock.take(file);
  try {
    const messages = count(found.rows.messages ?? 0, 'message');
    if (existsSync(file)) {
      await confirm(
        `Replace ${file} with ${backup}, which has ${messages}`,
        options,
        'Nothing was changed.',
      );
    }
    const kept = await runCopy((control) => restoreBoard(backup, file, control));
    const { schema, rows } = databaseStatus(file);
    printDone(options, { file, backup, kept: kept ?? null, schema, rows }, () => {
      const before = kept === undefined ? '' : ` The old database is in ${kept}`;
      return `Restored ${file} from ${backup}, with ${messages}.${before}`;
    });
    warnOfHostKey(file);
  } finally {
    lock.release();
  }
}

/** With another host key than before, ssh refuses to connect. A board whose users have SSH keys is reached over SSH. */
function warnOfHostKey(database: string): void {
  const file = hostKeyFile(database);
  if (existsSync(file)) return;
  const board = openShared(database);
  try {
    if (board.prepare('SELECT 1 FROM user_keys LIMIT 1').get() === undefined) return;
  } finally {
    board.close();
  }
  process.stderr.write(
    `corkboard: Backups do not have the SSH host key. If this board is to keep its own, copy it to ${file} before the next start.\n`,
  );
}
