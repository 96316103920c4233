import { setTimeout as delay } from 'node:timers/promises';
import { BoardError } from '../protocol/errors.ts';
import { methods } from '../protocol/methods.ts';
import type { Method, Params, Result } from '../protocol/schemas.ts';
import type { Connection } from './connection.ts';
import { ConnectionError, ConnectionLost } from './failure.ts';

// Calls that may wait while there is no connection.
const most = 1000;
// How long the server is left alone after it has put a call off, in milliseconds.
const putOffPause = 1000;

interface Entry {
  readonly method: Method;
  params: Params<Method>;
  /** Params that stay right whatever happened while nobody listened. */
  readonly lasting: () => Params<Method>;
  /** Takes note of the result, before whoever called gets it. */
  readonly learn: (result: unknown) => void;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Whether it may have been done: it was sent, and not answered. */
  sent: boolean;
}

export interface CallOptions<M extends Method> {
  readonly method: M;
  readonly params: Params<M>;
  readonly lasting: () => Params<M>;
  readonly learn: (result: Result<M>) => void;
}

/**
 * Calls that outlive the connection on which they were sent. They are sent in the order made, and
 * what was not answered is sent again on the next connection: reads, which change nothing, and posts,
 * which have a key. Of anything else it is not known whether it was done.
 */
export class PendingCalls {
  private readonly entries = new Set<Entry>();
  private connection: Connection | undefined;
  private ended: Error | undefined;

  /** @throws what the board answers, `ConnectionLost` for what may or may not have been done */
  add<M extends Method>(options: CallOptions<M>): Promise<Result<M>> {
    return new Promise<unknown>((resolve, reject) => {
      if (this.ended) throw this.ended;
      if (!this.connection && this.entries.size >= most) {
        throw new ConnectionError(`There is no connection, and ${most} calls wait for it already.`);
      }
      const entry = { ...(options as unknown as Entry), resolve, reject, sent: false };
      this.entries.add(entry);
      if (this.connection) void this.send(entry, this.connection);
    }) as Promise<Result<M>>;
  }

  /**
   * Sends all that waits on a new connection.
   * @returns settles when nothing that was sent before is in doubt any more
   */
  async resume(connection: Connection): Promise<void> {
    this.connection = connection;
    const sent = [...this.entries].map((entry) => {
      const inDoubt = entry.sent;
      if (inDoubt) entry.params = entry.lasting();
      const done = this.send(entry, connection);
      return inDoubt && entry.method === 'message.post' ? done : undefined;
    });
    await Promise.all(sent);
  }

  /** The connection has gone: what comes from now on waits for the next one. */
  pause(): void {
    this.connection = undefined;
  }

  /** There will be no further connection. */
  end(error: Error): void {
    this.ended = error;
    this.connection = undefined;
    for (const entry of this.entries)
      entry.reject(entry.sent ? new ConnectionLost(error.message) : error);
    this.entries.clear();
  }

  private async send(entry: Entry, connection: Connection): Promise<void> {
    const again = entry.sent;
    entry.sent = true;
    try {
      const result = await connection.call(entry.method, entry.params);
      entry.learn(result);
      entry.resolve(result);
    } catch (error) {
      if (waitsForNext(entry.method, error)) {
        // A server that refuses because it ends has not done it.
        if (error instanceof BoardError) entry.sent = again;
        return;
      }
      if (again && isPutOff(error)) return this.sendLater(entry, connection);
      entry.reject(error);
    }
    this.entries.delete(entry);
  }

  /** It may have been done before, so a refusal for now is no answer. */
  private async sendLater(entry: Entry, connection: Connection): Promise<void> {
    await delay(putOffPause, undefined, { ref: false });
    if (this.connection === connection) await this.send(entry, connection);
  }
}

/** Whether a call that failed is sent again on the next connection. */
function waitsForNext(method: Method, error: unknown): boolean {
  if (error instanceof BoardError) return error.code === 'SHUTTING_DOWN';
  return error instanceof ConnectionLost && isRepeatable(method);
}

function isPutOff(error: unknown): boolean {
  return (
    error instanceof BoardError &&
    (error.code === 'RATE_LIMITED' || error.code === 'STORAGE_FAILED')
  );
}

function isRepeatable(method: Method): boolean {
  return (
    method === 'message.post' || method === 'message.markRead' || methods[method].effect === 'read'
  );
}
