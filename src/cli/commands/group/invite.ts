import { type Command, Option } from 'commander';
import { newCode } from '../../../board/groups.ts';
import { groupRef, userRef } from '../../../board/refs.ts';
import { limits } from '../../../protocol/limits.ts';
import { futureTime, timeFromNow, wholeNumber } from '../../../tasks/parse.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { optionalTime } from '../../printing/documents.ts';
import { printDone, printResult } from '../../printing/output.ts';

interface InviteOptions extends CommonOptions {
  readonly code?: true;
  readonly uses?: number;
  /** When the code ends, in microseconds since the epoch. */
  readonly for?: number;
  readonly until?: number;
}

export function groupInviteCommand(): Command {
  return databaseCommand('invite', 'invite a user to a group, or make an invitation code')
    .argument('<group>', 'name or number')
    .argument('[user]')
    .option('--code', 'make a code, with which users can join; it is printed once')
    .addOption(
      new Option('--uses <n>', 'how many users can join by the code; 1 without it').argParser(
        wholeNumber(1, limits.codeUses),
      ),
    )
    .addOption(
      new Option('--for <time>', 'how long the code can be used, such as 12h, 30d or 2w')
        .argParser(timeFromNow)
        .conflicts('until'),
    )
    .addOption(
      new Option('--until <time>', 'when the code ends: a date, or an RFC 3339 time').argParser(
        futureTime,
      ),
    )
    .addHelpText(
      'after',
      `
Examples:
  $ corkboard group invite plans alice
  $ corkboard group invite plans --code --uses 10 --for 2w`,
    )
    .action((group: string, user: string | undefined, options: InviteOptions, command: Command) => {
      if (options.code && user !== undefined) {
        return command.error('error: a code is for whoever has it: give a user or --code');
      }
      if (options.code) return makeCode(group, options);
      if (user === undefined) return command.error('error: give a user, or --code');
      if (options.uses !== undefined || options.for !== undefined || options.until !== undefined) {
        return command.error('error: --uses, --for and --until are of a code: add --code');
      }
      return invite(group, user, options);
    });
}

async function invite(name: string, invited: string, options: CommonOptions): Promise<void> {
  const { group, user } = await administer(options, ({ moderation }) =>
    moderation.invite(groupRef(name), userRef(invited)),
  );
  const ids = { group: group.name, groupId: group.id };
  const document = { ...ids, user: user.name, code: null, uses: null, until: null };
  printDone(options, document, () => `User ${user.name} is invited to ${group.name}.`);
}

async function makeCode(name: string, options: InviteOptions): Promise<void> {
  const { uses = 1 } = options;
  const until = options.for ?? options.until ?? null;
  const code = newCode();
  const { group } = await administer(options, ({ moderation }) =>
    moderation.makeCode(groupRef(name), { code, uses, until }),
  );
  const ids = { group: group.name, groupId: group.id };
  const document = { ...ids, user: null, code, uses, until: optionalTime(until) };
  // Only the code, so that a script can take it from standard output.
  printResult(options, document, () => code);
}
