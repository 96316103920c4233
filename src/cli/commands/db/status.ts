import type { Command } from 'commander';
import { databaseFile } from '../../../storage/open.ts';
import { type DatabaseStatus, databaseStatus } from '../../../storage/status.ts';
import { type CommonOptions, databaseCommand } from '../../administer.ts';
import { fields, printResult } from '../../output.ts';

export function dbStatusCommand(): Command {
  return databaseCommand(
    'status',
    'what the database is, what it holds, and who has it open',
  ).action((options: CommonOptions) => {
    const status = databaseStatus(databaseFile(options.data));
    printResult(options, status, () => described(status));
  });
}

function described({ schema, rows, ...status }: DatabaseStatus): string {
  return fields([
    ['File', status.file],
    ['Size', bytes(status.size)],
    ['Log', bytes(status.logSize)],
    ['Journal', status.journal],
    ['Schema', `${schema.state}: ${schema.applied} of ${schema.known} migrations applied`],
    ['Server', status.server === null ? 'not running' : `running, process ${status.server}`],
    ['Users', rows.users],
    ['Groups', rows.groups],
    ['Memberships', rows.memberships],
    ['Messages', rows.messages],
  ]);
}

function bytes(number: number): string {
  const power = number < 1024 ? 0 : Math.min(4, Math.floor(Math.log2(number) / 10));
  const unit = ['B', 'KiB', 'MiB', 'GiB', 'TiB'][power];
  return `${(number / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${unit}`;
}
