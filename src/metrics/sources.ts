import type { CommitCounts, ServerCounts } from './counts.ts';

/** The sessions of a server at one moment, and what waits for them. */
export interface Survey {
  /** Their number by encoding. Each encoding of a door has an entry. */
  readonly sessions: Map<string, { loggedIn: number; strangers: number }>;
  /** Bytes that wait to be sent, of all sessions and of the session with most. */
  outboxBytes: number;
  outboxLargest: number;
  /** Bytes that wait in memory in both directions. */
  waitingBytes: number;
  /** Requests that have not begun. */
  requestsWaiting: number;
}

/** The states of a socket that is not a connection: it waits for something, or is being turned away. */
export const arrivalStates = ['proxy_header', 'handshake', 'first_bytes', 'turned_away'] as const;
export type ArrivalState = (typeof arrivalStates)[number];

/** The contents and sizes of a database at one moment. */
export interface Holdings {
  /** The size of the file plus that of its write-ahead log. */
  readonly databaseBytes: number;
  readonly logBytes: number;
  /** Bytes of the log that cannot be copied into the database, because a reader still uses them. */
  readonly logHeldBytes: number;
  readonly groups: number;
  /** Direct conversations. */
  readonly conversations: number;
  readonly memberships: number;
  readonly messages: number;
  /** Groups by access, members by role, restrictions by kind, and what is open. */
  readonly moderation: {
    readonly openGroups: number;
    readonly inviteGroups: number;
    readonly secretGroups: number;
    readonly withoutOwner: number;
    readonly owners: number;
    readonly moderators: number;
    readonly barred: number;
    readonly silenced: number;
    readonly invitations: number;
    readonly reports: number;
  };
}

/** The state of the scheduled backups. */
export interface Backups {
  /** When the newest backup was started, in milliseconds since the epoch; undefined if none is known. */
  readonly last: number | undefined;
  /** Why the last attempt failed; undefined if it did not. */
  readonly failure: string | undefined;
  readonly failures: number;
  /** Milliseconds from one backup to the next. */
  readonly every: number;
}

/** Problems that need the operator's attention although members do not notice them. The log has details. */
export const concerns = ['clock', 'configuration', 'lock'] as const;
export type Concern = (typeof concerns)[number];

/** Where the exporter reads its values, at each scrape. */
export interface Sources {
  readonly version: string;
  readonly server: ServerCounts;
  readonly commits: CommitCounts;
  survey(): Survey;
  /** How many sockets are in each state; a state that is left out has none. */
  arriving(): ReadonlyMap<ArrivalState, number>;
  usersOnline(): number;
  /** @throws if the database cannot be read */
  holdings(): Holdings;
  /** Free bytes on the disk of the database; undefined if the system does not say. */
  diskFree(): number | undefined;
  /** Whether the disk has failed, and not worked again since. */
  storageFails(): boolean;
  /** Whether reads failed a moment ago. */
  readsFail(): boolean;
  /** Lines of the log that were dropped because nothing read them. */
  logLinesDropped(): number;
  /** The concerns of this moment. */
  readonly concerns: ReadonlySet<Concern>;
  /** Undefined if none are scheduled. */
  backups(): Backups | undefined;
  /** When the certificate expires, in seconds since the epoch; undefined without TLS. */
  certificateEnd(): number | undefined;
  /** Settles once something was written to the disk. @throws the reason in words if it could not be */
  probe(): Promise<void>;
}
