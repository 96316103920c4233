import { parentPort } from 'node:worker_threads';
import type { Call } from '../acts/acts.ts';
import { type Client, openConnection } from '../file/connection.ts';
import { type Identities, OpenFiles } from '../file/open-files.ts';
import { fromRecipes } from '../statements/from-recipes.ts';
import type { Recipe } from '../statements/recipe.ts';
import { ActPerformer } from './act-performer.ts';
import { decodeBatch, encodeResult, type SentBatch, type SentResult } from './batch-codec.ts';
import { BatchWriter } from './batch-writer.ts';
import { Checkpoints } from './checkpoints.ts';
import { Committer } from './committer.ts';

/** The database that the commit thread opens. */
export interface CommitWorkerData {
  readonly file: string;
  /** The files that the main thread has open. The commit thread writes to no others. */
  readonly files: Identities;
  readonly recipes: Readonly<Record<string, Recipe>>;
  /** The value of `PRAGMA synchronous`. */
  readonly synchronous: number;
}

/** A message to the commit thread. */
export type ToCommitWorker =
  /** The thread ends if it cannot open the database. */
  | { readonly open: CommitWorkerData }
  | { readonly batch: SentBatch }
  /** See `Writer.limitLockWait`. */
  | { readonly lockWait: number }
  | 'close';

/** A message from the commit thread. */
export type FromCommitWorker =
  | { readonly result: SentResult; readonly heldBytes: number }
  | { readonly log: { readonly held: boolean; readonly bytes: number } }
  | 'closed';

/** The database while it is open here, for writing. */
class Writing {
  private readonly client: Client;
  private readonly checkpoints: Checkpoints;
  private readonly writer: BatchWriter<Call>;

  /** @throws LostFileError, and what `openConnection` throws */
  constructor({ file, files, recipes, synchronous }: CommitWorkerData) {
    const openFiles = new OpenFiles(file, files);
    const lost = openFiles.lost();
    if (lost) throw lost;
    this.client = openConnection(file, { busyTimeout: 0 });
    this.client.pragma(`synchronous = ${synchronous}`);
    // SQLite keeps a copy of each page that a statement changes until the statement has ended. An insert of messages to sixteen groups
    // changes more than the 64 KiB after which SQLite would write these copies to a file.
    this.client.pragma('temp_store = MEMORY');
    this.checkpoints = new Checkpoints(this.client, (log) => send({ log }));
    const performer = new ActPerformer(fromRecipes(this.client, recipes));
    this.writer = new BatchWriter(new Committer<Call>(this.client, performer, openFiles));
  }

  async commit(sent: SentBatch): Promise<void> {
    const batch = decodeBatch(sent);
    const written = await this.writer.write(batch);
    const result = encodeResult(written);
    send({ result, heldBytes: this.checkpoints.heldBytes });
    this.checkpoints.afterCommit();
  }

  limitLockWait(milliseconds: number): void {
    this.writer.limitLockWait(milliseconds);
  }

  /** Waits for a copy of the log that is under way. */
  async close(): Promise<void> {
    await this.checkpoints.settled();
    this.checkpoints.close();
    this.client.close();
  }
}

let writing: Writing | undefined;

parentPort?.on('message', (message: ToCommitWorker) => {
  if (message === 'close') void close();
  else if ('open' in message) writing = new Writing(message.open);
  else if ('lockWait' in message) writing?.limitLockWait(message.lockWait);
  else void writing?.commit(message.batch);
});

async function close(): Promise<void> {
  await writing?.close();
  writing = undefined;
  send('closed');
}

function send(message: FromCommitWorker): void {
  parentPort?.postMessage(message);
}
