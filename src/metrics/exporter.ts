import { collectDefaultMetrics, type Registry } from 'prom-client';
import { Exporter, maybe, one, type Value } from './metric-kinds.ts';
import { addModeration } from './moderation-metrics.ts';
import { arrivalStates, concerns, type Holdings, type Sources, type Survey } from './sources.ts';

/**
 * A registry of all metrics of a running board. It keeps nothing between scrapes: each metric reads the
 * plain counters when it is collected.
 */
export function createRegistry(sources: Sources): Registry {
  const exporter = new Exporter();
  collectDefaultMetrics({ register: exporter.registry });
  exporter.gauge('build_info', 'Always 1, with the version of corkboard.', ['version'], () => [
    [{ version: sources.version }, 1],
  ]);
  addSessions(exporter, sources);
  addRequests(exporter, sources);
  addStorage(exporter, sources);
  addBackups(exporter, sources);
  exporter.counter(
    'log_lines_dropped_total',
    'Lines of the log that were dropped because nothing read them.',
    [],
    () => one(sources.logLinesDropped()),
  );
  exporter.gauge('attention', '1 where somebody has to see to it, else 0.', ['about'], () =>
    concerns.map((about) => [{ about }, Number(sources.concerns.has(about))]),
  );
  // Whether the server speaks TLS cannot change while it runs.
  if (sources.certificateEnd() !== undefined) {
    exporter.gauge(
      'certificate_end_timestamp_seconds',
      'When the TLS certificate expires, since the epoch.',
      [],
      () => one(sources.certificateEnd() ?? 0),
    );
    exporter.counter(
      'handshakes_failed_total',
      'TLS handshakes that ended without a connection.',
      [],
      () => one(sources.server.handshakesFailed),
    );
  }
  return exporter.registry;
}

function addSessions(exporter: Exporter, sources: Sources): void {
  const { server } = sources;
  exporter.counter('connections_total', 'Connections that were accepted, by door.', ['door'], () =>
    [...server.connections].map(([door, count]) => [{ door }, count]),
  );
  exporter.gauge('sessions', 'Sessions that are open.', ['encoding', 'state'], () =>
    sessionValues(sources.survey()),
  );
  exporter.gauge('users_online', 'Users with at least one session.', [], () =>
    one(sources.usersOnline()),
  );
  exporter.counter('sessions_ended_total', 'Sessions that ended, by how.', ['ending'], () =>
    [...server.endings].map(([ending, count]) => [{ ending }, count]),
  );
  exporter.counter(
    'connections_refused_total',
    'Sockets that did not become connections, by reason.',
    ['reason'],
    () => [...server.refused].map(([reason, count]) => [{ reason }, count]),
  );
  exporter.counter(
    'connections_evicted_total',
    'Connections closed because too much waited in memory for all, or for their network.',
    [],
    () => one(server.evicted),
  );
  exporter.counter(
    'delays_total',
    'Times that a connection waited for what it had cost in bytes or processor time.',
    [],
    () => one(server.delays),
  );
  exporter.gauge('waiting_bytes', 'Bytes waiting in memory for all connections.', [], () =>
    one(sources.survey().waitingBytes),
  );
  exporter.counter(
    'accepts_failed_total',
    'Connections that could not be accepted, for want of file descriptors.',
    [],
    () => one(server.acceptsFailed),
  );
  exporter.gauge('arrivals', 'Sockets that are not connections yet, by state.', ['state'], () => {
    const arriving = sources.arriving();
    return arrivalStates.map((state) => [{ state }, arriving.get(state) ?? 0]);
  });
  exporter.counter('notices_total', 'Notices that were sent to sessions.', [], () =>
    one(server.notices),
  );
  exporter.gauge('outbox_bytes', 'Bytes waiting to go out, of all sessions.', [], () =>
    one(sources.survey().outboxBytes),
  );
  exporter.gauge('outbox_largest_bytes', 'Bytes waiting, of the session with most.', [], () =>
    one(sources.survey().outboxLargest),
  );
}

function addRequests(exporter: Exporter, sources: Sources): void {
  const methods = Object.entries(sources.server.requests);
  exporter.counter('requests_total', 'Requests by method and outcome.', ['method', 'outcome'], () =>
    methods.flatMap(([method, { outcomes }]) =>
      [...outcomes].map(([outcome, count]) => [{ method, outcome }, count] as const),
    ),
  );
  exporter.histogram(
    'request_duration_seconds',
    'From the start of a request to its result, with the commit.',
    () => methods.map(([method, { seconds }]) => [{ method }, seconds]),
  );
  exporter.gauge('requests_waiting', 'Requests that were received and have not begun.', [], () =>
    one(sources.survey().requestsWaiting),
  );
}

function addStorage(exporter: Exporter, sources: Sources): void {
  const { commits } = sources;
  exporter.histogram(
    'commit_duration_seconds',
    'Time of a transaction, with its disk sync.',
    () => [[{}, commits.seconds]],
  );
  exporter.histogram('commit_writes', 'Writes that shared a transaction.', () => [
    [{}, commits.writes],
  ]);
  exporter.counter('writes_failed_total', 'Writes refused because storage failed.', [], () =>
    one(commits.failed),
  );
  exporter.counter('reads_failed_total', 'Reads refused because storage failed.', [], () =>
    one(commits.readsFailed),
  );
  exporter.gauge('storage_failing', '1 while the disk or the database fails, else 0.', [], () =>
    one(Number(sources.storageFails())),
  );
  exporter.gauge('disk_free_bytes', 'Free space on the disk of the database.', [], () =>
    maybe(sources.diskFree()),
  );
  const held: [name: string, help: string, of: Exclude<keyof Holdings, 'moderation'>][] = [
    ['database_bytes', 'Size of the database file.', 'databaseBytes'],
    ['wal_bytes', 'Size of its write-ahead log.', 'logBytes'],
    [
      'wal_held_bytes',
      'The part of the log that a reader keeps from being copied into the database.',
      'logHeldBytes',
    ],
    ['groups', 'Groups on the board.', 'groups'],
    ['direct_conversations', 'Direct conversations of two users.', 'conversations'],
    ['memberships', 'Memberships on the board.', 'memberships'],
    ['messages', 'Messages on the board.', 'messages'],
  ];
  for (const [name, help, of] of held) {
    exporter.gauge(name, help, [], () => maybe(readable(sources)?.[of]));
  }
  addModeration(exporter, () => readable(sources)?.moderation);
}

/** The counts and sizes of the database; undefined if it cannot be read, so that the other metrics are still served. */
function readable({ holdings }: Sources): Holdings | undefined {
  try {
    return holdings();
  } catch {
    return undefined;
  }
}

function addBackups(exporter: Exporter, { backups }: Sources): void {
  exporter.gauge(
    'backup_last_timestamp_seconds',
    'When the newest backup was started, since the epoch.',
    [],
    () => {
      const { last } = backups() ?? {};
      return maybe(last === undefined ? undefined : last / 1000);
    },
  );
  exporter.gauge(
    'backup_interval_seconds',
    'Time from one scheduled backup to the next.',
    [],
    () => {
      const { every } = backups() ?? {};
      return maybe(every === undefined ? undefined : every / 1000);
    },
  );
  exporter.gauge('backup_failing', '1 if the last scheduled backup failed, else 0.', [], () => {
    const now = backups();
    return maybe(now && Number(now.failure !== undefined));
  });
  exporter.counter('backups_failed_total', 'Scheduled backups that failed.', [], () =>
    maybe(backups()?.failures),
  );
}

function sessionValues({ sessions }: Survey): Value[] {
  return [...sessions].flatMap(([encoding, { loggedIn, strangers }]) => [
    [{ encoding, state: 'logged_in' }, loggedIn] as const,
    [{ encoding, state: 'not_logged_in' }, strangers] as const,
  ]);
}
