import { type Command, Option } from 'commander';
import type { OnUser } from '../../../board/ports/groups.ts';
import type { Moderation } from '../../../board/ports/moderation.ts';
import { groupRef, userRef } from '../../../board/refs.ts';
import { checkedReason } from '../../../board/texts.ts';
import type { Group, GroupRef, User } from '../../../board/types.ts';
import { anyText, futureTime, timeFromNow } from '../../../tasks/parse.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { optionalTime } from '../../printing/documents.ts';
import { printDone, shownTime } from '../../printing/output.ts';

interface Options extends CommonOptions {
  readonly reason: string;
}

interface SilenceOptions extends Options {
  /** When the silence ends, in microseconds since the epoch. */
  readonly for?: number;
  readonly until?: number;
}

interface Act {
  readonly name: string;
  readonly description: string;
  readonly run: (
    moderation: Moderation,
    group: GroupRef,
    on: OnUser,
  ) => Promise<{ group: Group; user: User }>;
  readonly text: (user: string, group: string) => string;
}

const acts: readonly Act[] = [
  {
    name: 'remove',
    description: 'end the membership of a user in a group',
    run: (moderation, group, on) => moderation.removeMember(group, on),
    text: (user, group) => `User ${user} is removed from ${group}.`,
  },
  {
    name: 'bar',
    description: 'end the membership of a user in a group, and let them not join again',
    run: (moderation, group, on) => moderation.bar(group, on),
    text: (user, group) => `User ${user} is barred from ${group}.`,
  },
  {
    name: 'unbar',
    description: 'let a user join a group again',
    run: (moderation, group, on) => moderation.unbar(group, on),
    text: (user, group) => `User ${user} is not barred from ${group}.`,
  },
  {
    name: 'unsilence',
    description: 'let a user write in a group again',
    run: (moderation, group, on) => moderation.unsilence(group, on),
    text: (user, group) => `User ${user} is not silenced in ${group}.`,
  },
];

/** The commands on one user in a group. */
export function groupUserCommands(): Command[] {
  return [...acts.map(actCommand), silenceCommand()];
}

function onUserCommand(name: string, description: string): Command {
  return databaseCommand(name, description)
    .argument('<group>', 'name or number')
    .argument('<user>')
    .option('--reason <text>', 'a line for the log of the group', anyText, '');
}

function actCommand({ name, description, run, text }: Act): Command {
  return onUserCommand(name, description).action(
    async (group: string, user: string, options: Options) => {
      const on = { user: userRef(user), reason: checkedReason(options.reason) };
      const done = await administer(options, ({ moderation }) =>
        run(moderation, groupRef(group), on),
      );
      const document = documentOf(done, on.reason);
      printDone(options, document, () => text(document.user, document.group));
    },
  );
}

function silenceCommand(): Command {
  return onUserCommand('silence', 'let a user write nothing in a group until a time')
    .addOption(
      new Option('--for <time>', 'how long, such as 90min, 12h, 30d or 2w')
        .argParser(timeFromNow)
        .conflicts('until'),
    )
    .addOption(
      new Option('--until <time>', 'when it ends: a date, or an RFC 3339 time').argParser(
        futureTime,
      ),
    )
    .addHelpText(
      'after',
      `
A silenced user can read the group. The silence holds after leaving and joining again.

Examples:
  $ corkboard group silence news mallory --for 2d --reason "Advertising"
  $ corkboard group silence news mallory --until 2027-01-31`,
    )
    .action((group: string, user: string, options: SilenceOptions, command: Command) => {
      const until = options.for ?? options.until;
      if (until !== undefined) return silence(group, user, until, options);
      return command.error('error: say how long: --for 2d, or --until with a date');
    });
}

async function silence(
  group: string,
  user: string,
  until: number,
  options: SilenceOptions,
): Promise<void> {
  const on = { user: userRef(user), reason: checkedReason(options.reason), until };
  const done = await administer(options, ({ moderation }) =>
    moderation.silence(groupRef(group), on),
  );
  const document = { ...documentOf(done, on.reason), until: optionalTime(until) };
  printDone(
    options,
    document,
    () =>
      `User ${document.user} is silenced in ${document.group} until ${shownTime(document.until)}.`,
  );
}

function documentOf({ group, user }: { group: Group; user: User }, reason: string) {
  return { group: group.name, groupId: group.id, user: user.name, reason: reason || null };
}
