import { Command } from 'commander';
import { banAddCommand } from './ban/add.ts';
import { banListCommand } from './ban/list.ts';
import { banRemoveCommand } from './ban/remove.ts';

export function banCommand(): Command {
  return new Command('ban')
    .description('the addresses and networks that may not connect')
    .addCommand(banListCommand())
    .addCommand(banAddCommand())
    .addCommand(banRemoveCommand())
    .addHelpText(
      'after',
      `
A server that runs on the database acts on changes within a second. user ban bans a name instead.

Examples:
  $ corkboard ban list
  $ corkboard ban add 203.0.113.7 --for 12h --reason "Guessing passwords"
  $ corkboard ban add 2001:db8::/32
  $ corkboard ban remove 203.0.113.7`,
    );
}
