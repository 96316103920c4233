import type { CommitCounts, ServerCounts } from './counts.ts';

/** The sessions of a server at one moment, and what they wait for. */
export interface Survey {
  sessions: { encoding: 'text' | 'json'; isLoggedIn: boolean }[];
  /** Bytes that wait to go out, of all sessions and of the one with most. */
  outboxBytes: number;
  outboxLargest: number;
  /** Bytes that wait in memory in both directions. */
  waitingBytes: number;
  /** Requests that have not begun. */
  requestsWaiting: number;
}

/** What a database holds, at one moment. */
export interface Holdings {
  /** Of the file and of its write-ahead log. */
  readonly databaseBytes: number;
  readonly logBytes: number;
  readonly groups: number;
  readonly memberships: number;
  readonly messages: number;
}

/** Where the exporter finds what it tells; asked at each scrape. */
export interface Sources {
  readonly version: string;
  readonly server: ServerCounts;
  readonly commits: CommitCounts;
  survey(): Survey;
  usersOnline(): number;
  holdings(): Holdings;
  /** When the certificate ends, in seconds since the epoch; undefined without TLS. */
  certificateEnd(): number | undefined;
  /** Settles once something was written to the disk. @throws the reason in words where it could not */
  probe(): Promise<void>;
}
