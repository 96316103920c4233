import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

/** The result of `PRAGMA wal_checkpoint`: pages in the log, and how many of them are in the database. */
export interface Progress {
  /** 1 if another process runs a checkpoint, or reads pages that would be overwritten. */
  readonly busy: number;
  readonly log: number;
  readonly checkpointed: number;
}

// The script is a string because a thread cannot load TypeScript, which tests run.
const script = `
  const { parentPort, workerData } = require('node:worker_threads');
  const Database = require(workerData.sqlite);
  parentPort.on('message', () => {
    let client;
    try {
      client = new Database(workerData.file, { fileMustExist: true, timeout: 0 });
      parentPort.postMessage(client.pragma('wal_checkpoint(PASSIVE)')[0]);
    } catch (error) {
      parentPort.postMessage({ failed: String(error) });
    } finally {
      client?.close();
    }
  });`;

interface Waiting {
  resolve(progress: Progress): void;
  reject(error: unknown): void;
}

/** A thread that copies the log of a database into it. It is started for the first copy, and kept. */
export class CheckpointThread {
  private worker: Worker | undefined;
  private waiting: Waiting | undefined;

  constructor(private readonly file: string) {}

  /** Copies the pages that no reader holds; one call at a time. @throws the error of SQLite */
  copy(): Promise<Progress> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.worker ??= this.start();
      // It keeps the process from ending only while it copies.
      this.worker.ref();
      this.worker.postMessage('copy');
    });
  }

  close(): void {
    void this.worker?.terminate();
  }

  private start(): Worker {
    const sqlite = createRequire(import.meta.url).resolve('better-sqlite3');
    const worker = new Worker(script, { eval: true, workerData: { sqlite, file: this.file } });
    worker.on('message', (answer: Progress | { failed: string }) => {
      worker.unref();
      if ('failed' in answer) this.waiting?.reject(new Error(answer.failed));
      else this.waiting?.resolve(answer);
    });
    const lost = (error?: unknown) => {
      if (this.worker === worker) this.worker = undefined;
      this.waiting?.reject(error);
    };
    worker.on('error', lost).on('exit', () => lost(new Error('the thread has ended')));
    return worker;
  }
}
