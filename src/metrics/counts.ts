import type { ErrorCode } from '../protocol/errors.ts';
import { methods } from '../protocol/methods.ts';
import type { ClosingCode, Method } from '../protocol/schemas.ts';

// Plain numbers, which are always counted: a request costs two reads of the clock and a few additions.
// The exporter reads them at a scrape.

/** A histogram: the number of values up to each bound, and the sum of all values. */
export class Distribution {
  sum = 0;
  /** A count for each bound, and one for values past the last. Each value is counted once. */
  readonly counts: number[];

  /** @param bounds in ascending order; a value that equals a bound is counted to it */
  constructor(readonly bounds: readonly number[]) {
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  /** @param times how many values are counted, all of them `value` */
  note(value: number, times = 1): void {
    let at = 0;
    while (value > (this.bounds[at] ?? Number.POSITIVE_INFINITY)) at++;
    this.counts[at] = (this.counts[at] ?? 0) + times;
    this.sum += times * value;
  }
}

/** Adds 1 to the count of `key`. */
export function countOne<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

const requestBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
const commitBounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 1];
const batchBounds = [1, 2, 5, 10, 25, 50, 100, 250, 1000];

export type Outcome = 'ok' | ErrorCode;

// Outcomes that alerts watch. They start at 0: Prometheus does not see the first appearance of a series as
// an increase.
const watched = ['ok', 'INTERNAL_ERROR', 'STORAGE_FAILED'] as const;

/** The requests of one method. */
export class RequestCounts {
  readonly outcomes = new Map<Outcome, number>(watched.map((outcome) => [outcome, 0]));
  readonly seconds = new Distribution(requestBounds);

  /** @param began by `performance.now()` @param times how many requests they are */
  note(outcome: Outcome, began: number, times = 1): void {
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + times);
    this.seconds.note((performance.now() - began) / 1000, times);
  }
}

/** How a session ended: it logged out, its peer ended the stream or was lost, or why the server closed it. */
export type Ending = 'left' | 'ended' | 'lost' | ClosingCode;

/** Why a socket did not become a connection. */
const refusalKinds = [
  'board',
  'address',
  'descriptors',
  'banned',
  'displaced',
  'proxy_header',
  'http',
  'plain',
] as const;
export type RefusalKind = (typeof refusalKinds)[number];

/** Counts of the server since its start. */
export class ServerCounts {
  /** Connections that were accepted, by the name of the door. */
  readonly connections = new Map<string, number>();
  /** Connections that were closed because too many bytes waited in memory for all connections, or for their network. */
  evicted = 0;
  /** How often a connection had to wait because it had used up its bytes or its processor time. */
  delays = 0;
  /** Sockets that did not become connections, by reason. Each reason has an entry from the start. */
  readonly refused = new Map<RefusalKind, number>(refusalKinds.map((kind) => [kind, 0]));
  /** TLS handshakes that ended without a connection, for any reason. */
  handshakesFailed = 0;
  /** Connections that could not be accepted, for want of file descriptors. */
  acceptsFailed = 0;
  readonly endings = new Map<Ending, number>();
  /** Notices, counted once for each session that they were sent to. */
  notices = 0;
  readonly requests = Object.fromEntries(
    Object.keys(methods).map((method) => [method, new RequestCounts()]),
  ) as Readonly<Record<Method, RequestCounts>>;
}

/** Counts of the commit queue since the database was opened. */
export class CommitCounts {
  /** Writes that shared a committed transaction, and the seconds that it took. */
  readonly writes = new Distribution(batchBounds);
  readonly seconds = new Distribution(commitBounds);
  /** Writes that were refused because the disk failed or another process held the lock. */
  failed = 0;
  /** Reads that were refused because the disk failed or the file is damaged. */
  readsFailed = 0;
}
