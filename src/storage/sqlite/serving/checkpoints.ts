import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { Client } from '../file/connection.ts';
import { isStorageFailure } from '../file/failure.ts';

// Pages of the log that make a checkpoint due, as SQLite's own has it.
const duePages = 1000;
/** The most pages that a checkpoint copies on the event loop; a thread of its own copies more than that. */
const loopPages = 4000;
// Milliseconds until the next attempt, after one that did not get through the whole log.
const retry = 1000;
const retryHeld = 5000;

/** What `PRAGMA wal_checkpoint` answers: pages in the log, and how many of them are in the database. */
interface Progress {
  readonly busy: number;
  readonly log: number;
  readonly checkpointed: number;
}

// It is given as text because a thread cannot load TypeScript, which is what tests run.
const thread = `
  const { parentPort, workerData } = require('node:worker_threads');
  const client = new (require(workerData.sqlite))(workerData.file, { fileMustExist: true, timeout: 0 });
  try {
    parentPort.postMessage(client.pragma('wal_checkpoint(PASSIVE)')[0]);
  } finally {
    client.close();
  }`;

/**
 * Brings the log over into the database, in place of SQLite's own checkpoints, which copy the whole log
 * within the commit that finds it too long. A reader with an old snapshot keeps the log from being
 * copied; once it is gone, that may be gigabytes. This copies up to `loopPages` after a commit, and more
 * in a thread, while posts go on.
 */
export class Checkpoints {
  private notBefore = 0;
  private working: Promise<void> | undefined;
  private isHeld = false;
  private readonly state;
  private readonly copy;
  private readonly pageSize: number;

  /**
   * @param report is called when a reader begins to hold the log, and when it has let go
   * @param now milliseconds, from any origin
   */
  constructor(
    private readonly client: Client,
    private readonly report: (log: { held: boolean; bytes: number }) => void,
    private readonly now: () => number = () => performance.now(),
  ) {
    client.pragma('wal_autocheckpoint = 0');
    this.pageSize = Number(client.pragma('page_size', { simple: true }));
    this.state = client.prepare<[], Progress>('PRAGMA wal_checkpoint(NOOP)');
    this.copy = client.prepare<[], Progress>('PRAGMA wal_checkpoint(PASSIVE)');
  }

  /** Bytes of the log that a reader keeps from being copied; 0 if none does. */
  get heldBytes(): number {
    return this.isHeld ? pending(this.state.get()) * this.pageSize : 0;
  }

  /** To be called after each commit. */
  afterCommit(): void {
    if (this.working || this.now() < this.notBefore) return;
    const pages = pending(this.state.get());
    if (pages < duePages) return;
    if (pages > loopPages) {
      this.working = this.copyInThread().finally(() => {
        this.working = undefined;
      });
      return;
    }
    try {
      this.note(this.copy.get());
    } catch (error) {
      // As after SQLite's own checkpoint: the log stays, and all is in it.
      if (!isStorageFailure(error)) throw error;
      this.notBefore = this.now() + retry;
    }
  }

  /** Copies at once what no reader holds. @returns whether that was all of the log */
  copyAll(): boolean {
    const progress = this.copy.get();
    return progress?.busy === 0 && pending(progress) === 0;
  }

  /** Waits for the thread, if one is copying. */
  async settled(): Promise<void> {
    await this.working;
  }

  private async copyInThread(): Promise<void> {
    const sqlite = createRequire(import.meta.url).resolve('better-sqlite3');
    const worker = new Worker(thread, {
      eval: true,
      workerData: { sqlite, file: this.client.name },
    });
    try {
      // A thread that fails rejects both.
      const ended = once(worker, 'exit').then(() => []);
      const told = await Promise.race([once(worker, 'message'), ended]);
      await ended;
      this.note(told[0] as Progress | undefined);
    } catch {
      // A failure of the disk, or no memory for a thread.
      this.notBefore = this.now() + retry;
    }
  }

  private note(progress: Progress | undefined): void {
    const left = pending(progress);
    // Another process may be at it just now.
    const isHeld = progress?.busy ? this.isHeld : left > loopPages;
    if (left > 0) this.notBefore = this.now() + (isHeld ? retryHeld : retry);
    if (isHeld === this.isHeld) return;
    this.isHeld = isHeld;
    this.report({ held: isHeld, bytes: left * this.pageSize });
  }
}

function pending(progress: Progress | undefined): number {
  return progress ? Math.max(0, progress.log - progress.checkpointed) : 0;
}
