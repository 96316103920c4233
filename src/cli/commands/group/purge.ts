import { type Command, Option } from 'commander';
import type {
  Administration,
  MessageSpan,
  PurgeRule,
} from '../../../board/ports/administration.ts';
import { groupRef } from '../../../board/refs.ts';
import { count } from '../../../protocol/text/render.ts';
import { formatTime, toSeconds } from '../../../protocol/time.ts';
import { isAge, pastTime, wholeNumber } from '../../../tasks/parse.ts';
import { confirm } from '../../asking/confirm.ts';
import { UserError } from '../../errors.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { runInSteps } from '../../operating/steps.ts';
import { spanDocument } from '../../printing/documents.ts';
import { printDone } from '../../printing/output.ts';
import { interruptedCode } from '../../running/interrupt.ts';

interface PurgeOptions extends CommonOptions {
  readonly before?: { readonly time: number; readonly isAge: boolean };
  readonly keep?: number;
  readonly all?: true;
  readonly dryRun?: true;
  readonly yes?: true;
}

export function groupPurgeCommand(): Command {
  return databaseCommand('purge', 'delete old messages of a group')
    .argument('<group>', 'name or number')
    .addOption(
      new Option(
        '--before <when>',
        'delete messages posted before a date, a time, or an age such as 30d',
      )
        .argParser((text) => ({ time: pastTime(text), isAge: isAge(text) }))
        .conflicts(['keep', 'all']),
    )
    .addOption(
      new Option('--keep <n>', 'delete all messages except the newest n')
        .argParser(wholeNumber(1))
        .conflicts(['before', 'all']),
    )
    .addOption(new Option('--all', 'delete all messages'))
    .option('--dry-run', 'only say which messages would be deleted')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      `
One of --before, --keep and --all says which messages are deleted. Their numbers are never used again.
The command works in small steps and may run beside a server. Ctrl-C stops it after the current step,
with exit code 130.

Examples:
  $ corkboard group purge news --before 90d --dry-run
  $ corkboard group purge news --before 2026-01-01
  $ corkboard group purge 4 --keep 1000 --yes`,
    )
    .action((name: string, options: PurgeOptions, command: Command) => {
      const rule = purgeRule(options);
      if (!rule) command.error('error: give one of --before <when>, --keep <n> and --all');
      return administer(options, (board) => purge(board, name, rule, options));
    });
}

function purgeRule({ before, keep, all }: PurgeOptions): PurgeRule | undefined {
  if (before !== undefined) return { before: before.time };
  if (keep !== undefined) return { keep };
  return all && 'all';
}

async function purge(
  board: Administration,
  name: string,
  rule: PurgeRule,
  options: PurgeOptions,
): Promise<void> {
  const plan = await board.planPurge(groupRef(name), rule);
  if (options.dryRun || plan.count === 0) {
    return report(plan, options, `This would delete ${described(plan)}.`);
  }
  if (options.before?.isAge) await requireTrusted(board);
  const bound = typeof rule === 'object' && 'before' in rule ? rule.before : undefined;
  const posted = bound === undefined ? '' : `, posted before ${toSeconds(formatTime(bound))}`;
  await confirm(`Delete ${described(plan)}${posted}`, options);
  const { complete, ...gone } = await runInSteps(plan.count, (control) =>
    board.purge(plan, control),
  );
  report(gone, options, `Deleted ${described(gone)}.`);
  if (!complete)
    throw new UserError('Interrupted. The other messages were not deleted.', interruptedCode());
}

/** @throws UserError if the age may have been counted from a wrong clock */
async function requireTrusted(board: Administration): Promise<void> {
  const trusted = await board.clockDoubt();
  if (trusted === null) return;
  throw new UserError(
    `The clock of this machine may be wrong: it was last trusted at ${toSeconds(formatTime(trusted))}. ` +
      'Give a date in place of an age, or if the clock is right: corkboard db clock --trust',
  );
}

function report(span: MessageSpan, options: PurgeOptions, text: string): void {
  const document = { ...spanDocument(span), dryRun: options.dryRun ?? false };
  const nothing = `There is nothing to delete in ${span.group.name}.`;
  printDone(options, document, () => (span.count === 0 ? nothing : text));
}

function described({ group, count: number, first, last }: MessageSpan): string {
  return `${count(number, 'message')} of ${group.name}, ${numbers(number, first, last)}`;
}

function numbers(count: number, first: number, last: number): string {
  if (count === 1) return `number ${first}`;
  const gapless = last - first + 1 === count;
  return gapless ? `numbers ${first} to ${last}` : `numbers between ${first} and ${last}`;
}
