import type { Command } from 'commander';
import { databaseFile } from '../../../storage/sqlite/file/open.ts';
import { type DatabaseStatus, databaseStatus } from '../../../storage/sqlite/file/status.ts';
import { type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { fields, printResult, shownBytes } from '../../printing/output.ts';

export function dbStatusCommand(): Command {
  return databaseCommand(
    'status',
    'show the schema of the database, what it holds, and which server has it open',
  ).action((options: CommonOptions) => {
    const status = databaseStatus(databaseFile(options.data));
    printResult(options, status, () => described(status));
  });
}

function described({ schema, rows, ...status }: DatabaseStatus): string {
  return fields([
    ['File', status.file],
    ['Size', shownBytes(status.size)],
    ['Log', shownBytes(status.logSize)],
    ['Journal', status.journal],
    ['Schema', `${schema.state}: ${schema.applied} of ${schema.known} migrations applied`],
    ['Server', status.server === null ? 'not running' : `running, process ${status.server}`],
    ['Users', rows.users],
    ['Groups', rows.groups],
    ['Memberships', rows.memberships],
    ['Messages', rows.messages],
  ]);
}
