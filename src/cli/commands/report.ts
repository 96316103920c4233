import { Command } from 'commander';
import { reportCloseCommand } from './report/close.ts';
import { reportListCommand } from './report/list.ts';

export function reportCommand(): Command {
  return new Command('report')
    .description('the messages that members have reported')
    .addCommand(reportListCommand())
    .addCommand(reportCloseCommand())
    .addHelpText(
      'after',
      `
The deletion of a message closes its reports.

Examples:
  $ corkboard report list
  $ corkboard report close news 7`,
    );
}
