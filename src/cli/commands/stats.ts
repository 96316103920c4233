import { statSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { Statistics } from '../../board/ports/statistics.ts';
import type { ConnectedSession } from '../../doors/operator/door.ts';
import { count } from '../../protocol/text/render.ts';
import { formatTime } from '../../protocol/time.ts';
import type { Client } from '../../storage/sqlite/file/connection.ts';
import { ServerLock } from '../../storage/sqlite/file/lock.ts';
import { databaseFile, openShared } from '../../storage/sqlite/file/open.ts';
import { findWindow, readStatistics } from '../../storage/sqlite/statistics.ts';
import { pastTime } from '../../tasks/parse.ts';
import { UserError } from '../errors.ts';
import { type CommonOptions, databaseCommand } from '../operating/administer.ts';
import { runInSteps } from '../operating/steps.ts';
import { barChart } from '../printing/chart.ts';
import { optionalTime } from '../printing/documents.ts';
import { fields, printResult, shownBytes, shownTime, table } from '../printing/output.ts';
import { connectedSessions } from '../reaching/connected.ts';
import { interruptedCode } from '../running/interrupt.ts';

const mostSessions = 50;

interface StatsOptions extends CommonOptions {
  readonly since: number;
}

export function statsCommand(): Command {
  return databaseCommand('stats', 'count what is on the board, and show when and where people post')
    .addOption(
      new Option(
        '--since <when>',
        'the beginning of the window: a date, a time, or an age such as 7d',
      )
        .argParser(pastTime)
        .default(pastTime('30d'), '30d'),
    )
    .addHelpText(
      'after',
      `
The busiest groups and users and the charts count the stored messages that were posted in the window.
Days and hours are in UTC. The command only reads the database, and may run beside a server. The
server lists its connections only for root and for the user that runs it.

Examples:
  $ corkboard stats
  $ corkboard stats --since 7d --data /var/lib/corkboard
  $ corkboard stats --json | jq .posted.lastDay`,
    )
    .action(stats);
}

async function stats(options: StatsOptions): Promise<void> {
  const file = databaseFile(options.data);
  // Before the database is opened: if no other process has it open, closing it removes the log.
  const logSize = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  const client = openShared(file, { journal: 'unchanged' });
  try {
    const window = findWindow(client, options.since);
    const found = await runInSteps(window.last - window.first + 1, (control) =>
      readStatistics(client, window, control),
    );
    if (!found) throw new UserError('Interrupted.', interruptedCode());
    const server = ServerLock.holder(file) ?? null;
    const document = {
      ...statisticsDocument(found),
      database: { file, size: statSync(file).size, logSize, unusedSize: unusedSize(client) },
      server,
      sessions: server === null ? null : await connectedSessions(file),
    };
    printResult(options, document, () => described(document));
  } finally {
    client.close();
  }
}

function unusedSize(client: Client): number {
  const pragma = (name: string) => Number(client.pragma(name, { simple: true }));
  return pragma('freelist_count') * pragma('page_size');
}

function statisticsDocument({ at, oldest, newest, window, ...counts }: Statistics) {
  return {
    at: formatTime(at),
    ...counts,
    oldest: optionalTime(oldest),
    newest: optionalTime(newest),
    window: { ...window, since: formatTime(window.since) },
  };
}

type StatsDocument = ReturnType<typeof statisticsDocument> & {
  readonly database: { file: string; size: number; logSize: number; unusedSize: number };
  readonly server: number | null;
  readonly sessions: readonly ConnectedSession[] | null;
};

function described({ window, ...document }: StatsDocument): string {
  return [
    summary(document),
    ...(document.server === null ? [] : [connected(document.sessions)]),
    ...posted(window),
  ].join('\n\n');
}

/** The newest sessions as a table. `--json` has all of them. */
function connected(sessions: StatsDocument['sessions']): string {
  if (!sessions)
    return 'The server does not show you its connections. Run this as root or as the user that runs the server; if that does not help, see the log of the server.';
  if (sessions.length === 0) return 'Nobody is connected.';
  const users = new Set(sessions.flatMap(({ user }) => user ?? [])).size;
  const total = `${count(users, 'user')} connected, ${count(sessions.length, 'session')}`;
  const shown = sessions.slice(-mostSessions);
  const rows = shown.map(({ session, user, since, encoding, address }) => {
    return [session, user ?? '(not logged in)', shownTime(since), encoding, address];
  });
  const title = shown.length < sessions.length ? `${total}; the last ${mostSessions}:` : total;
  return `${title}\n${table(['session', 'user', 'since', 'encoding', 'address'], rows)}`;
}

function posted({ since, messages, days, hours, groups, users }: StatsDocument['window']) {
  const from = `since ${shownTime(since)}`;
  if (messages === 0) return [`Nothing was posted ${from}.`];
  const perDay = days.map(({ date, messages }) => ({ label: date.slice(5), value: messages }));
  const perHour = hours.map((value, hour) => ({ label: String(hour).padStart(2, '0'), value }));
  const shares = (what: string, list: typeof groups) =>
    table(
      [what, 'messages'],
      list.map(({ name, messages }) => [name, messages]),
    );
  return [
    `${messages} posted ${from}`,
    shares('group', groups),
    ...(users.length > 0 ? [shares('user', users)] : []),
    `Messages per day (UTC)\n${barChart(perDay)}`,
    `Messages per hour of the day (UTC)\n${barChart(perHour)}`,
  ];
}

function summary({
  totals,
  moderation,
  posted,
  database,
  ...document
}: Omit<StatsDocument, 'window'>): string {
  return fields([
    ['Users', `${totals.users}${totals.banned > 0 ? `, ${totals.banned} banned` : ''}`],
    ['Groups', totals.groups],
    [
      'By access',
      `${moderation.openGroups} open, ${moderation.inviteGroups} by invitation, ${moderation.secretGroups} secret`,
    ],
    ...(moderation.withoutOwner > 0
      ? [['Without owner', `${moderation.withoutOwner}: group list`] as [string, string]]
      : []),
    ['Roles', `${count(moderation.owners, 'owner')}, ${count(moderation.moderators, 'moderator')}`],
    ['Restricted', `${moderation.barred} barred, ${moderation.silenced} silenced`],
    ['Invitations', moderation.invitations],
    ['Open reports', moderation.reports],
    ['Conversations', totals.conversations],
    ['Memberships', totals.memberships],
    ['Messages', totals.messages],
    ['Last 24 hours', posted.lastDay],
    ['Last 7 days', posted.lastWeek],
    ['Last 30 days', posted.lastMonth],
    ['Oldest message', document.oldest === null ? 'none' : shownTime(document.oldest)],
    ['Newest message', document.newest === null ? 'none' : shownTime(document.newest)],
    ['Database', `${shownBytes(database.size)}, ${shownBytes(database.unusedSize)} of it unused`],
    ['Log', shownBytes(database.logSize)],
    ['Server', document.server === null ? 'not running' : `running, process ${document.server}`],
  ]);
}
