import type { CommitCounts, ServerCounts } from './counts.ts';

/** The sessions of a server at one moment, and what waits for them. */
export interface Survey {
  /** How many there are, by encoding; each encoding that a door speaks is there. */
  readonly sessions: Map<string, { loggedIn: number; strangers: number }>;
  /** Bytes that wait to go out, of all sessions and of the one with most. */
  outboxBytes: number;
  outboxLargest: number;
  /** Bytes that wait in memory in both directions. */
  waitingBytes: number;
  /** Requests that have not begun. */
  requestsWaiting: number;
}

/** What a socket that is not a connection waits for, or that it is being turned away. */
export const arrivalStates = ['proxy_header', 'handshake', 'first_bytes', 'turned_away'] as const;
export type ArrivalState = (typeof arrivalStates)[number];

/** What a database holds, at one moment. */
export interface Holdings {
  /** Of the file and of its write-ahead log. */
  readonly databaseBytes: number;
  readonly logBytes: number;
  /** Of the log, what a reader keeps from being copied into the database. */
  readonly logHeldBytes: number;
  readonly groups: number;
  readonly memberships: number;
  readonly messages: number;
}

/** How the scheduled backups are. */
export interface Backups {
  /** When the newest copy was begun, in milliseconds since the epoch; undefined until one is known. */
  readonly last: number | undefined;
  /** Why the last attempt has failed; undefined where it has not. */
  readonly failure: string | undefined;
  readonly failures: number;
  /** Milliseconds from one copy to the next. */
  readonly every: number;
}

/** What somebody has to see to although members notice nothing; the log says more about each. */
export const concerns = ['clock', 'configuration', 'lock'] as const;
export type Concern = (typeof concerns)[number];

/** Where the exporter finds what it tells; asked at each scrape. */
export interface Sources {
  readonly version: string;
  readonly server: ServerCounts;
  readonly commits: CommitCounts;
  survey(): Survey;
  /** How many sockets are in each state; none is left out or 0. */
  arriving(): ReadonlyMap<ArrivalState, number>;
  usersOnline(): number;
  /** @throws where the database cannot be read */
  holdings(): Holdings;
  /** Bytes that are free on the disk of the database; undefined where it cannot be asked. */
  diskFree(): number | undefined;
  /** Whether the disk has failed, and not worked again since. */
  storageFails(): boolean;
  /** Whether reads failed a moment ago. */
  readsFail(): boolean;
  /** Lines of the log that were dropped because its reader took none. */
  logLinesDropped(): number;
  /** Those that there are just now. */
  readonly concerns: ReadonlySet<Concern>;
  /** Undefined where none are scheduled. */
  backups(): Backups | undefined;
  /** When the certificate ends, in seconds since the epoch; undefined without TLS. */
  certificateEnd(): number | undefined;
  /** Settles once something was written to the disk. @throws the reason in words where it could not */
  probe(): Promise<void>;
}
