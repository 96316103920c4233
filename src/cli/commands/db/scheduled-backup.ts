import { statSync } from 'node:fs';
import { Command } from 'commander';
import { BackupFolder } from '../../../storage/sqlite/copies/backup-folder.ts';
import type { ScheduledBackup } from '../../../storage/sqlite/copies/backup-schedule.ts';
import { databaseFile } from '../../../storage/sqlite/file/open.ts';
import { backUp } from './backup.ts';

interface Options {
  readonly data: string;
  readonly every: string;
  readonly keep: string;
}

/** The command that a server runs as a child process for its backups (`BackupSchedule`). The help does not list it. */
export function dbScheduledBackupCommand(): Command {
  return new Command('scheduled-backup')
    .description('make a backup in a folder, if one is due')
    .argument('<folder>')
    .requiredOption('--data <folder>')
    .requiredOption('--every <milliseconds>')
    .requiredOption('--keep <number>')
    .action(async (folder: string, options: Options) => {
      process.stdout.write(JSON.stringify(await backUpWhenDue(folder, options)));
    });
}

async function backUpWhenDue(
  name: string,
  { data, every, keep }: Options,
): Promise<ScheduledBackup> {
  const file = databaseFile(data);
  const folder = new BackupFolder(name, file);
  folder.open();
  const last = folder.last();
  const now = Date.now();
  if (last !== undefined && last + Number(every) > now) return { last };
  folder.removeLeft();
  const backup = folder.placeFor(now);
  await backUp(backup, file);
  folder.prune(Number(keep));
  return { last: folder.last() ?? now, made: { backup, size: statSync(backup).size } };
}
