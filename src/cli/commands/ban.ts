import { Command } from 'commander';
import { banAddCommand } from './ban/add.ts';
import { banListCommand } from './ban/list.ts';
import { banRemoveCommand } from './ban/remove.ts';

export function banCommand(): Command {
  return new Command('ban')
    .description('refuse connections from addresses and networks')
    .addCommand(banListCommand())
    .addCommand(banAddCommand())
    .addCommand(banRemoveCommand())
    .addHelpText(
      'after',
      `
A running server applies a change within a second. To ban a name, use user ban.

Examples:
  $ corkboard ban list
  $ corkboard ban add 203.0.113.7 --for 12h --reason "Guessing passwords"
  $ corkboard ban add 2001:db8::/32
  $ corkboard ban remove 203.0.113.7`,
    );
}
