import { readdirSync } from 'node:fs';
import type { Logger } from 'pino';

// File descriptors that are kept free for other uses than members: the database with its log, lock and
// temporary files, a backup's child, metrics and health, the operator's socket, look-ups of names.
const reserve = 64;
// Sockets that may be arriving or being turned away at once.
const mostArrivals = 1000;
const leastSockets = 8;

/** How many sockets of peers the process may hold at once. */
export interface Capacity {
  /** Connections and arrivals together. */
  readonly sockets: number;
  readonly connections: number;
  readonly arrivals: number;
  /** The limit of open files that all wanted connections need, if the present limit is lower. */
  readonly filesNeeded: number | undefined;
}

/**
 * Shares the file descriptors that the process may open among its sockets.
 * @param wanted connections that the operator wants
 * @param limit of open files; undefined if it is unknown or there is none
 */
export function capacityFor(
  wanted: number,
  limit: number | undefined = openFileLimit(),
  used: number = openFiles(),
): Capacity {
  const left = Math.max(leastSockets, (limit ?? Number.POSITIVE_INFINITY) - used - reserve);
  const arrivals = Math.min(mostArrivals, Math.ceil(left / 4));
  const connections = Math.min(wanted, left - arrivals);
  const filesNeeded =
    connections < wanted
      ? used + reserve + wanted + Math.min(mostArrivals, Math.ceil(wanted / 3))
      : undefined;
  return { sockets: connections + arrivals, connections, arrivals, filesNeeded };
}

/** Logs a warning if the process may open too few files for all wanted connections. */
export function warnOfFiles({ connections, filesNeeded }: Capacity, wanted: number, log: Logger) {
  if (filesNeeded === undefined) return;
  log.warn(
    { connections, wanted, filesNeeded },
    'the limit of open files is too low for max-connections: fewer are accepted. Raise it with ' +
      '`ulimit -n`, or with LimitNOFILE= in the unit of systemd',
  );
}

/** The soft limit, which Node raises to the hard one when it starts. */
function openFileLimit(): number | undefined {
  const report = process.report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } };
  const soft = report.userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : undefined;
}

function openFiles(): number {
  try {
    return readdirSync('/dev/fd').length;
  } catch {
    return 32;
  }
}
