import { Counter, collectDefaultMetrics, Gauge, type MetricType, Registry } from 'prom-client';
import type { Distribution } from './counts.ts';
import { arrivalStates, concerns, type Holdings, type Sources, type Survey } from './sources.ts';

type Labels = Record<string, string>;
type Value = readonly [labels: Labels, value: number];

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

type Moderation = Holdings['moderation'];

/** @param read undefined if the database cannot be read */
function addModeration(exporter: Exporter, read: () => Moderation | undefined): void {
  const labelled: [
    name: string,
    help: string,
    label: string,
    values: [string, keyof Moderation][],
  ][] = [
    [
      'groups_by_access',
      'Groups by who can join.',
      'access',
      [
        ['open', 'openGroups'],
        ['invite', 'inviteGroups'],
        ['secret', 'secretGroups'],
      ],
    ],
    [
      'roles',
      'Members with a role in a group.',
      'role',
      [
        ['owner', 'owners'],
        ['moderator', 'moderators'],
      ],
    ],
    [
      'restrictions',
      'Users who cannot join a group, or cannot write in it.',
      'kind',
      [
        ['barred', 'barred'],
        ['silenced', 'silenced'],
      ],
    ],
  ];
  for (const [name, help, label, values] of labelled) {
    exporter.gauge(name, help, [label], () => {
      const counts = read();
      return counts ? values.map(([value, of]) => [{ [label]: value }, counts[of]]) : [];
    });
  }
  const single: [name: string, help: string, of: keyof Moderation][] = [
    ['groups_without_owner', 'Groups of users that have lost their owner.', 'withoutOwner'],
    ['invitations', 'Invitations and codes that are open.', 'invitations'],
    ['reports', 'Reports of messages that are open.', 'reports'],
  ];
  for (const [name, help, of] of single) exporter.gauge(name, help, [], () => maybe(read()?.[of]));
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

class Exporter {
  readonly registry = new Registry();

  counter(name: string, help: string, labelNames: string[], read: () => Value[]): void {
    new Counter({
      ...this.common(name, help),
      labelNames,
      collect() {
        const values = read();
        this.reset();
        // After a reset, a metric without labels is 0, and alerts would count that as a measurement.
        if (values.length === 0 && labelNames.length === 0) this.remove();
        for (const [labels, value] of values) this.inc(labels, value);
      },
    });
  }

  gauge(name: string, help: string, labelNames: string[], read: () => Value[]): void {
    new Gauge({
      ...this.common(name, help),
      labelNames,
      collect() {
        const values = read();
        this.reset();
        // After a reset, a metric without labels is 0, and alerts would count that as a measurement.
        if (values.length === 0 && labelNames.length === 0) this.remove();
        for (const [labels, value] of values) this.set(labels, value);
      },
    });
  }

  histogram(name: string, help: string, read: () => (readonly [Labels, Distribution])[]): void {
    new DistributionMetric(this.common(name, help), read);
  }

  private common(name: string, help: string) {
    return { name: `corkboard_${name}`, help, registers: [this.registry] };
  }
}

// The types of prom-client declare an enum, but its code uses strings.
const histogramType = 'histogram' as unknown as MetricType;

/** A histogram whose values are counted in a `Distribution`. prom-client's own accepts one value at a time only. */
class DistributionMetric extends Gauge {
  constructor(
    private readonly config: { name: string; help: string; registers: Registry[] },
    private readonly read: () => (readonly [Labels, Distribution])[],
  ) {
    super(config);
  }

  override async get() {
    const { name } = this.config;
    const values = this.read().flatMap(([labels, counted]) => series(name, labels, counted));
    return { ...(await super.get()), type: histogramType, values };
  }
}

function series(name: string, labels: Labels, { bounds, counts, sum }: Distribution) {
  let total = 0;
  const buckets = counts.map((count, at) => {
    total += count;
    const le = bounds[at] ?? '+Inf';
    return { metricName: `${name}_bucket`, labels: { ...labels, le: String(le) }, value: total };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: total },
  ];
}

function sessionValues({ sessions }: Survey): Value[] {
  return [...sessions].flatMap(([encoding, { loggedIn, strangers }]) => [
    [{ encoding, state: 'logged_in' }, loggedIn] as const,
    [{ encoding, state: 'not_logged_in' }, strangers] as const,
  ]);
}

function one(value: number): Value[] {
  return [[{}, value]];
}

function maybe(value: number | undefined): Value[] {
  return value === undefined ? [] : one(value);
}
