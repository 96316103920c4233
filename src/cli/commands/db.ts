import { Command } from 'commander';
import { dbBackupCommand } from './db/backup.ts';
import { dbCheckCommand } from './db/check.ts';
import { dbClockCommand } from './db/clock.ts';
import { dbCompactCommand } from './db/compact.ts';
import { dbMigrateCommand } from './db/migrate.ts';
import { dbReindexCommand } from './db/reindex.ts';
import { dbRestoreCommand } from './db/restore.ts';
import { dbScheduledBackupCommand } from './db/scheduled-backup.ts';
import { dbStatusCommand } from './db/status.ts';

export function dbCommand(): Command {
  return new Command('db')
    .description('the database file')
    .addCommand(dbStatusCommand())
    .addCommand(dbMigrateCommand())
    .addCommand(dbCheckCommand())
    .addCommand(dbBackupCommand())
    .addCommand(dbRestoreCommand())
    .addCommand(dbCompactCommand())
    .addCommand(dbReindexCommand())
    .addCommand(dbClockCommand())
    .addCommand(dbScheduledBackupCommand(), { hidden: true })
    .addHelpText(
      'after',
      `
Examples:
  $ corkboard db status
  $ corkboard db check --data /var/lib/corkboard
  $ corkboard db backup /backups/board.db`,
    );
}
