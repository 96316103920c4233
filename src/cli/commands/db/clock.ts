import type { Command } from 'commander';
import { count } from '../../../protocol/text/render.ts';
import { formatTime } from '../../../protocol/time.ts';
import type { Client } from '../../../storage/sqlite/file/connection.ts';
import { ServerLock } from '../../../storage/sqlite/file/lock.ts';
import { databaseFile, openShared } from '../../../storage/sqlite/file/open.ts';
import {
  type ClockState,
  clockState,
  mendTimes,
  trustClock,
} from '../../../storage/sqlite/serving/wall-clock.ts';
import { confirm } from '../../asking/confirm.ts';
import { type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { fields, printDone, shownTime } from '../../printing/output.ts';

interface ClockOptions extends CommonOptions {
  readonly trust?: true;
  readonly mend?: true;
  readonly yes?: true;
}

export function dbClockCommand(): Command {
  return databaseCommand(
    'clock',
    'compare the clock of this machine with the times in the database',
  )
    .option('--trust', 'confirm that the clock is right, so that retention by age continues')
    .option(
      '--mend',
      'confirm that the clock is right, and set every later date to now; not while a server runs',
    )
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      `
A server does not delete messages by their age while its clock is more than a day ahead of the time that
it expects: see "A wrong clock" in docs/operations.md.

Examples:
  $ corkboard db clock
  $ corkboard db clock --trust
  $ corkboard db clock --mend --data /var/lib/corkboard`,
    )
    .action(run);
}

async function run(options: ClockOptions): Promise<void> {
  const file = databaseFile(options.data);
  const lock = options.mend && ServerLock.take(file);
  const client = openShared(file);
  try {
    const mended = await change(client, options);
    const state = clockState(client, Date.now() * 1000);
    printDone(options, document(state, mended), () => described(state, mended));
  } finally {
    client.close();
    lock?.release();
  }
}

/** @returns how many messages and memberships got a new date */
async function change(client: Client, options: ClockOptions): Promise<number> {
  const clock = Date.now() * 1000;
  const now = shownTime(formatTime(clock));
  if (options.mend) {
    const { future } = clockState(client, clock);
    const rows = count(future, 'date');
    await confirm(
      `Change ${rows} later than the clock (${now}) to now`,
      options,
      'Nothing was changed.',
    );
    return mendTimes(client, clock);
  }
  if (options.trust) {
    await confirm(`Delete messages by their age as of ${now}`, options, 'Nothing was changed.');
    trustClock(client, clock);
  }
  return 0;
}

function document({ clock, newest, trustedAt, ...state }: ClockState, mended: number) {
  const time = (at: number | null) => (at === null ? null : formatTime(at));
  return {
    clock: formatTime(clock),
    newest: time(newest),
    trustedAt: time(trustedAt),
    ...state,
    mended,
  };
}

function described(state: ClockState, mended: number): string {
  const { clock, newest, trustedAt, doubted, future } = state;
  const time = (at: number | null) => (at === null ? 'none' : shownTime(formatTime(at)));
  const lines = fields([
    ['Clock', time(clock)],
    ['Newest', time(newest)],
    ['Trusted', time(trustedAt)],
    ['Retention', doubted ? 'waits: the clock may be wrong' : 'goes by the clock'],
    ['Later', future],
    ...(mended > 0 ? [['Mended', mended] as [string, number]] : []),
  ]);
  return lines;
}
