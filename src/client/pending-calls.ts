import { setTimeout as delay } from 'node:timers/promises';
import { BoardError } from '../protocol/errors.ts';
import { methods } from '../protocol/methods.ts';
import type { Method, Params, Result } from '../protocol/schemas.ts';
import type { Connection } from './connection.ts';
import { ConnectionError, ConnectionLost, errorCode } from './failure.ts';
import { finalRefusal, pauseAfter } from './put-off.ts';

// Maximum number of calls that wait while there is no connection.
const most = 1000;
// Maximum number of calls that are sent before the first of them is answered.
const widestWindow = 128;

interface Entry {
  readonly method: Method;
  params: Params<Method>;
  /** Params that are valid after a gap, too: the group's number in place of its name. */
  readonly lasting: () => Params<Method>;
  /** Called with the result before the caller gets it. */
  readonly learn: (result: unknown) => void;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Whether it was sent and not answered, so that it may have been carried out. */
  sent: boolean;
  /** The connection that it was sent on and has not answered yet. */
  on: Connection | undefined;
  /** How long it has waited because of refusals, in milliseconds. */
  waited: number;
  /** Called when it has its final answer. */
  settled: () => void;
}

export interface CallOptions<M extends Method> {
  readonly method: M;
  readonly params: Params<M>;
  readonly lasting: () => Params<M>;
  readonly learn: (result: Result<M>) => void;
}

export interface PendingCallsOptions {
  /** How long a call that the server refuses for the moment is sent again, in milliseconds. */
  readonly refused: number;
  /** Called for each refusal after which the call is sent again; `pause` is in milliseconds. */
  readonly putOff: (refusal: BoardError, pause: number) => void;
}

/**
 * Calls that outlive their connection. They are sent in the order made. After a connection is lost,
 * calls without an answer are sent again on the next one if that is safe: reads change nothing, posts
 * have a key, and an edit changes nothing the second time. Other calls are rejected, because nobody knows whether they were carried out.
 *
 * A call that the server refuses for the moment is sent again after the pause that the server asks
 * for. Later calls wait for it. After the pause one call is under way, and one more after each
 * answer. So few calls are under way if the server refuses again, and their order is kept.
 */
export class PendingCalls {
  /** In the order made. */
  private readonly entries = new Set<Entry>();
  private connection: Connection | undefined;
  private ended: Error | undefined;
  private underWay = 0;
  private window = widestWindow;
  private resting = false;

  constructor(private readonly options: PendingCallsOptions) {}

  /** @throws the error of the board, or `ConnectionLost` for a call that may have been carried out */
  add<M extends Method>(options: CallOptions<M>): Promise<Result<M>> {
    return new Promise<unknown>((resolve, reject) => {
      if (this.ended) throw this.ended;
      if (!this.connection && this.entries.size >= most) {
        throw new ConnectionError(`There is no connection, and ${most} calls wait for it already.`);
      }
      const state = { sent: false, on: undefined, waited: 0, settled: () => {} };
      this.entries.add({ ...(options as unknown as Entry), resolve, reject, ...state });
      this.pump();
    }) as Promise<Result<M>>;
  }

  /**
   * Sends all waiting calls on a new connection.
   * @returns settles when all posts that were sent before are answered
   */
  async resume(connection: Connection): Promise<void> {
    this.connection = connection;
    this.underWay = 0;
    const inDoubt = [...this.entries].filter(({ sent }) => sent);
    for (const entry of inDoubt) entry.params = entry.lasting();
    const posts = inDoubt.filter(({ method }) => method === 'message.post');
    const settled = posts.map(
      (entry) =>
        new Promise<void>((resolve) => {
          entry.settled = resolve;
        }),
    );
    this.pump();
    await Promise.all(settled);
  }

  /** The connection is lost. New calls wait for the next one. */
  pause(): void {
    this.connection = undefined;
  }

  /** The session has ended. Rejects all calls, now and later. */
  end(error: Error): void {
    this.ended = error;
    this.connection = undefined;
    for (const entry of this.entries)
      entry.reject(entry.sent ? new ConnectionLost(error.message) : error);
    this.entries.clear();
  }

  /** Sends as many calls as may be under way. */
  private pump(): void {
    const { connection } = this;
    if (!connection || this.resting) return;
    for (const entry of this.entries) {
      if (this.underWay >= this.window) return;
      if (entry.on !== connection) void this.send(entry, connection);
    }
  }

  private async send(entry: Entry, connection: Connection): Promise<void> {
    const again = entry.sent;
    entry.sent = true;
    entry.on = connection;
    this.underWay++;
    try {
      const result = await connection.call(entry.method, entry.params);
      entry.learn(result);
      entry.resolve(result);
      if (this.connection === connection) this.answered();
    } catch (error) {
      if (this.connection === connection) this.underWay--;
      if (waitsForNext(entry.method, error)) {
        // A server that refuses because it shuts down has not carried the call out.
        if (error instanceof BoardError) entry.sent = again;
        return;
      }
      if (this.isPutOff(entry, error, again)) return;
      const isFinal = pauseAfter(error) !== undefined;
      entry.reject(isFinal ? finalRefusal(error as BoardError, entry.waited) : error);
    }
    this.entries.delete(entry);
    entry.settled();
    this.pump();
  }

  private answered(): void {
    this.underWay--;
    this.window = Math.min(this.window + 1, widestWindow);
  }

  /** Whether a refused call is sent again, after a pause. */
  private isPutOff(entry: Entry, error: unknown, again: boolean): boolean {
    const pause = pauseAfter(error);
    if (pause === undefined) return false;
    // A message can be shown while the disk fails. Its mark does not have to wait.
    const isMark = entry.method === 'message.markRead';
    if (isMark && (error as BoardError).code === 'STORAGE_FAILED') return false;
    // The first attempt may have succeeded. Then a temporary refusal of the second is not an answer.
    if (!again && entry.waited + pause > this.options.refused) return false;
    entry.sent = again;
    entry.on = undefined;
    entry.waited += pause;
    this.window = 1;
    if (!this.resting) void this.rest(error as BoardError, pause);
    return true;
  }

  private async rest(refusal: BoardError, pause: number): Promise<void> {
    this.resting = true;
    this.options.putOff(refusal, pause);
    await delay(pause, undefined, { ref: false });
    this.resting = false;
    this.pump();
  }
}

/** Whether a call that failed is sent again on the next connection. */
function waitsForNext(method: Method, error: unknown): boolean {
  if (error instanceof BoardError) return error.code === 'SHUTTING_DOWN';
  if (!(error instanceof ConnectionLost) || !isRepeatable(method)) return false;
  // After a line over the limits: it was probably the answer to a read, and would be sent again and again.
  return methods[method].effect !== 'read' || errorCode(error.cause) !== 'EPROTO';
}

/** Writes that have no further effect if they are sent again: a post has a key, and an edit changes nothing the second time. */
const repeatable: ReadonlySet<Method> = new Set<Method>([
  'message.post',
  'message.edit',
  'message.markRead',
  'direct.open',
  'user.block',
  'user.unblock',
  'membership.set',
  'thread.mute',
  'thread.unmute',
  'user.mute',
  'user.unmute',
  'group.unbar',
  'group.unsilence',
  'thread.close',
  'thread.reopen',
  'message.pin',
  'message.unpin',
  'draft.set',
]);

function isRepeatable(method: Method): boolean {
  return repeatable.has(method) || methods[method].effect === 'read';
}
