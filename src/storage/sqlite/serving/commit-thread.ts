import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Call } from '../acts/acts.ts';
import type { Client } from '../file/connection.ts';
import { LostThreadError } from '../file/failure.ts';
import { decodeResult, encodeBatch, type SentResult } from './batch-codec.ts';
import type { Batch, Writer, Written } from './batch-writer.ts';
import type { CommitWorkerData, FromCommitWorker, ToCommitWorker } from './commit-worker.ts';

export interface CommitThreadOptions {
  /** Called when the thread has ended by itself. A new one is started after a pause. */
  lost: (error: LostThreadError) => void;
  /** Called when it has ended after a commit whose outcome it did not send: events were not published. */
  missed: () => void;
  /** Called when a reader begins to hold the log (see `Checkpoints`), and when it has released it. */
  logHeld: (log: { held: boolean; bytes: number }) => void;
}

// Milliseconds until a new thread is started. The pause doubles with each thread that commits nothing.
const firstPause = 100;
const longestPause = 10_000;

/** Commits batches in a thread of its own, so that a slow disk does not stop the event loop. */
export class CommitThread implements Writer<Call> {
  /** Bytes of the log that a reader keeps from being copied, as of the last batch. */
  heldBytes = 0;
  private worker: Worker | undefined;
  private waiting: Waiting | undefined;
  private pause = firstPause;
  private restart: NodeJS.Timeout | undefined;
  private closing: (() => void) | undefined;

  private readonly version;
  /** `PRAGMA data_version` before the batch under way: any commit by another connection changes it. */
  private versionBefore: number | undefined;

  /** @param client a connection of this thread */
  constructor(
    private readonly data: CommitWorkerData,
    client: Client,
    private readonly options: CommitThreadOptions,
  ) {
    this.version = client.prepare<[], number>('PRAGMA data_version').pluck();
    this.worker = this.start();
  }

  write(batch: Batch<Call>): Promise<Written> {
    return new Promise((resolve, reject) => {
      if (!this.worker) {
        reject(
          new LostThreadError('The thread that commits has ended, and is not yet started again.'),
        );
        return;
      }
      this.versionBefore = this.dataVersion();
      this.waiting = { batch, resolve, reject };
      this.send({ batch: encodeBatch(batch) });
    });
  }

  limitLockWait(milliseconds: number): void {
    this.send({ lockWait: milliseconds });
  }

  /** Ends the thread, once it has committed its batch. */
  async close(): Promise<void> {
    clearTimeout(this.restart);
    const { worker } = this;
    if (!worker) return;
    await new Promise<void>((resolve) => {
      this.closing = resolve;
      this.send('close');
    });
    if (this.worker) keep(worker);
  }

  private send(message: ToCommitWorker): void {
    this.worker?.postMessage(message);
  }

  private start(): Worker {
    const worker = idle.pop() ?? startWorker();
    worker.ref();
    let reason: unknown;
    worker.on('message', (message: FromCommitWorker) => {
      if (message === 'closed') this.closing?.();
      else if ('log' in message) this.options.logHeld(message.log);
      else this.finish(message.result, message.heldBytes);
    });
    worker.on('error', (error) => {
      reason = error;
    });
    worker.on('exit', (code) => this.ended(reason ?? `exit code ${code}`));
    const open: ToCommitWorker = { open: this.data };
    worker.postMessage(open);
    return worker;
  }

  private dataVersion(): number | undefined {
    try {
      return this.version.get();
    } catch {
      // The disk cannot be read, so the batch will fail, too.
      return undefined;
    }
  }

  private finish(result: SentResult, heldBytes: number): void {
    const { waiting } = this;
    this.waiting = undefined;
    this.heldBytes = heldBytes;
    if (result.commits.length > 0) this.pause = firstPause;
    waiting?.resolve(decodeResult(waiting.batch, result));
  }

  private ended(reason: unknown): void {
    this.worker = undefined;
    if (this.closing) {
      this.closing();
      return;
    }
    const why = reason instanceof Error ? reason.message : String(reason);
    const error = new LostThreadError(
      `The thread that commits has ended (${why}). A new one is started.`,
      { cause: reason },
    );
    this.restart = setTimeout(() => {
      this.worker = this.start();
    }, this.pause);
    this.pause = Math.min(this.pause * 2, longestPause);
    this.options.lost(error);
    if (this.waiting && this.dataVersion() !== this.versionBefore) this.options.missed();
    this.waiting?.reject(error);
    this.waiting = undefined;
  }
}

// Threads that have closed their database, to be used again: tests open many boards, and a thread needs 0.1 s to start.
const idle: Worker[] = [];

function keep(worker: Worker): void {
  for (const event of ['message', 'error', 'exit']) worker.removeAllListeners(event);
  worker.unref();
  worker.once('exit', () => {
    idle.splice(idle.indexOf(worker) >>> 0, 1);
  });
  idle.push(worker);
}

function startWorker(): Worker {
  // Tests run the TypeScript sources. By default, Node refuses TypeScript syntax that needs more than removing types.
  const ending = extname(import.meta.url);
  const url = new URL(`./commit-worker${ending}`, import.meta.url);
  const execArgv = ending === '.ts' ? { execArgv: transformTypes } : {};
  return new Worker(url, { name: 'commits', ...execArgv });
}

const transformTypes = ['--experimental-transform-types', '--disable-warning=ExperimentalWarning'];

interface Waiting {
  readonly batch: Batch<Call>;
  readonly resolve: (written: Written) => void;
  readonly reject: (error: unknown) => void;
}
