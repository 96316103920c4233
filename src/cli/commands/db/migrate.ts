import { existsSync, writeSync } from 'node:fs';
import type { Command } from 'commander';
import { schemaState } from '../../../storage/sqlite/file/migrate.ts';
import { databaseFile, openHeld } from '../../../storage/sqlite/file/open.ts';
import { describeUpgrade, type UpgradeReport } from '../../../storage/sqlite/file/upgrade-plan.ts';
import { type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { printDone } from '../../printing/output.ts';

export function dbMigrateCommand(): Command {
  return databaseCommand(
    'migrate',
    'make the database, or upgrade it to this version; not while a server runs',
  ).action(migrate);
}

/** On standard error, at once: nothing else of the process runs during an upgrade. */
function printedReport(): UpgradeReport {
  const print = (line: string) => void writeSync(2, `${line}\n`);
  return {
    begin: (plan) => print(`${describeUpgrade(plan)}.`),
    progress: (stage) => print(`Upgrading: ${stage}.`),
  };
}

function migrate(options: CommonOptions): void {
  const file = databaseFile(options.data);
  const created = !existsSync(file);
  const { client, lock, copy } = openHeld(file, { report: printedReport() });
  const schema = schemaState(client);
  client.close();
  lock.release();
  printDone(options, { file, created, copy: copy ?? null, schema }, () => {
    if (created) return `Made ${file}.`;
    return copy
      ? `Upgraded ${file}. A copy of the old version is in ${copy}`
      : `${file} is up to date.`;
  });
}
