import type { Logger } from 'pino';
import { CommitCounts } from '../../../metrics/counts.ts';
import { adviceFor, LostThreadError } from '../file/failure.ts';
import { LostFileError } from '../file/open-files.ts';

// In milliseconds: after how long without a failure the trouble counts as over, and how often the log repeats its
// counts until then.
const calm = 10_000;
const repeat = 60_000;
// Commits in a row after which the health check believes that the disk works again. A disk that
// refuses nineteen writes in twenty would otherwise seem healthy every minute or so.
export const enoughCommits = 5;

/** What failed: a request that reads or writes, or the regular check of the files. */
type Kind = 'read' | 'write' | 'watch';

interface Failing {
  readonly since: number;
  lastFailure: number;
  lastLine: number;
  commits: number;
  writes: number;
  reads: number;
  unreported: number;
}

/**
 * Knows whether the disk fails, and logs it: a line when it begins, a line a minute with counts while it
 * lasts, and a line when it is over. Another line says that the commits in a log that was removed are saved. A line for each
 * refused request would fill the disk that is full.
 */
export class StorageTrouble {
  private failing: Failing | undefined;

  /**
   * @param file the database
   * @param counts where failures are counted for the metrics
   */
  constructor(
    private readonly file: string,
    private readonly counts: CommitCounts = new CommitCounts(),
    private readonly log?: Pick<Logger, 'error' | 'warn' | 'info'>,
  ) {}

  failed(kind: Kind, error: unknown): void {
    const now = performance.now();
    if (kind === 'write') this.counts.failed++;
    if (kind === 'read') this.counts.readsFailed++;
    if (!this.failing) {
      this.failing = { since: now, lastFailure: now, lastLine: now, ...none };
      this.log?.error(this.began(kind, error), this.sentence(kind, error));
    }
    this.failing.lastFailure = now;
    this.failing.commits = 0;
    if (kind === 'write') this.failing.writes++;
    if (kind === 'read') this.failing.reads++;
    this.failing.unreported++;
  }

  /** Notes a commit that succeeded. */
  committed(): void {
    if (this.failing) this.failing.commits++;
  }

  /** Notes that all commits were copied from a log that was removed. A server that is killed before can leave a damaged database. */
  savedLog(): void {
    this.log?.info({ file: this.file }, 'everything that was acknowledged is in the database');
  }

  /** Whether something has failed since the last `enoughCommits` commits. */
  get isFailing(): boolean {
    return this.failing !== undefined && this.failing.commits < enoughCommits;
  }

  /** Whether reads have failed since the last calm. Commits that succeed prove nothing about them. */
  get readsFail(): boolean {
    return (this.failing?.reads ?? 0) > 0;
  }

  /** Writes the lines that are due. Call it about twice a second. */
  tick(): void {
    if (!this.failing) return;
    const now = performance.now();
    const { since, lastFailure, lastLine, commits, writes, reads } = this.failing;
    const counts = { file: this.file, writes, reads, seconds: Math.round((now - since) / 1000) };
    if (commits > 0 && now - lastFailure > calm) {
      this.failing = undefined;
      this.log?.info(counts, 'the database can be used again');
    } else if (this.failing.unreported > 0 && now - lastLine > repeat) {
      this.failing.lastLine = now;
      this.failing.unreported = 0;
      this.log?.warn(counts, 'the database still fails; so many were refused since it began');
    }
  }

  private began(kind: Kind, error: unknown) {
    const { message: reason, code } = error as NodeJS.ErrnoException;
    return { file: this.file, kind, code, reason };
  }

  private sentence(kind: Kind, error: unknown): string {
    if (error instanceof LostFileError || error instanceof LostThreadError)
      return `Nothing can be written: ${error.message}`;
    const what = kind === 'read' ? 'Not all can be read from' : 'Nothing can be written to';
    return `${what} ${this.file}. ${adviceFor(error)}`;
  }
}

const none = { commits: 0, writes: 0, reads: 0, unreported: 0 };
