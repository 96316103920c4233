import type { Client } from '../file/connection.ts';
import { CheckpointThread, type Progress } from './checkpoint-thread.ts';

// A checkpoint is due when so many pages of the log are not copied. Posts to the same groups change the same pages again and
// again, and a page is copied once in each checkpoint.
const duePages = 2000;
// SQLite starts the log again only at a moment when all of it has been copied. So when the log has `restartPages`, the thread of
// the connection copies the pages that are left itself, at most `lastPages`: commits wait meanwhile.
const restartPages = 4000;
const lastPages = 1000;
// A log that has become so long is shortened even if commits wait longer for that: then at most `restartPages` are copied.
const longPages = 4 * restartPages;
// Milliseconds until the next attempt, after an attempt that did not copy the whole log.
const retry = 1000;
const retryHeld = 5000;

/**
 * Copies the log into the database, in place of SQLite's own checkpoints. Those copy the whole log within the
 * commit that finds it too long, and to copy it and to sync twice would stop every write. Here a thread of its
 * own copies while commits continue. A reader with an old snapshot keeps the log from being copied; when
 * that reader ends, there may be gigabytes to copy.
 */
export class Checkpoints {
  private notBefore = 0;
  private working: Promise<void> | undefined;
  private isHeld = false;
  private readonly thread: CheckpointThread;
  private readonly state;
  private readonly copy;
  private readonly pageSize: number;

  /**
   * @param report called when a reader begins to hold the log, and when it has released it
   * @param now milliseconds, from any origin
   */
  constructor(
    client: Client,
    private readonly report: (log: { held: boolean; bytes: number }) => void,
    private readonly now: () => number = () => performance.now(),
  ) {
    client.pragma('wal_autocheckpoint = 0');
    this.pageSize = Number(client.pragma('page_size', { simple: true }));
    this.state = client.prepare<[], Progress>('PRAGMA wal_checkpoint(NOOP)');
    this.thread = new CheckpointThread(client.name);
    this.copy = client.prepare<[], Progress>('PRAGMA wal_checkpoint(PASSIVE)');
  }

  /** Bytes of the log that a reader keeps from being copied; 0 if none does. */
  get heldBytes(): number {
    return this.isHeld ? pending(this.state.get()) * this.pageSize : 0;
  }

  /** To be called after each commit. */
  afterCommit(): void {
    if (this.working || this.now() < this.notBefore) return;
    if (pending(this.state.get()) < duePages) return;
    this.working = this.copyInThread().finally(() => {
      this.working = undefined;
    });
  }

  /** Waits for the thread, if one is copying. */
  async settled(): Promise<void> {
    await this.working;
  }

  /** Ends the thread. Pages that it has not copied stay in the log. */
  close(): void {
    this.thread.close();
  }

  private async copyInThread(): Promise<void> {
    try {
      this.note(await this.thread.copy());
      this.copyLast();
    } catch {
      // The disk has failed, or there is no memory for a thread. The log stays, and nothing is lost.
      this.notBefore = this.now() + retry;
    }
  }

  /** Copies the pages that were written while the thread copied. */
  private copyLast(): void {
    const state = this.state.get();
    const left = pending(state);
    if (!state || this.isHeld || state.log < restartPages || left === 0) return;
    if (left > (state.log < longPages ? lastPages : restartPages)) return;
    this.note(this.copy.get());
  }

  private note(progress: Progress | undefined): void {
    const left = pending(progress);
    // Another process may run a checkpoint at this moment.
    const isHeld = progress?.busy ? this.isHeld : left > restartPages;
    if (left > 0) this.notBefore = this.now() + (isHeld ? retryHeld : retry);
    if (isHeld === this.isHeld) return;
    this.isHeld = isHeld;
    this.report({ held: isHeld, bytes: left * this.pageSize });
  }
}

/** Copies at once the pages that no reader holds. @returns whether that was all of the log */
export function copyAll(client: Client): boolean {
  const [progress] = client.pragma('wal_checkpoint(PASSIVE)') as Progress[];
  return progress?.busy === 0 && pending(progress) === 0;
}

function pending(progress: Progress | undefined): number {
  return progress ? Math.max(0, progress.log - progress.checkpointed) : 0;
}
