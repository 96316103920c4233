import type { BoardEvent } from '../../../board/events.ts';
import {
  type ArgumentsOf,
  type Call,
  type OperatorActName,
  perform,
  type ResultOf,
  runsWithoutForeignKeys,
} from '../acts/acts.ts';
import type { OperatorTx } from '../acts/transaction.ts';
import type { Executor } from '../executor.ts';
import type { Client } from '../file/connection.ts';
import { asBoardError } from '../file/failure.ts';
import { withoutForeignKeys, writeAtOnce } from '../file/write.ts';
import { lockRetry } from '../serving/batch-writer.ts';
import { expectedTime } from '../serving/clock-watch.ts';
import { type Statements, statementsOnUse } from '../statements/statements.ts';

// Pages of the log: a server copies them into the database at 1000.
const checkpointPages = 250;

/**
 * Runs acts in a process of their own, beside a server or without one. Their events are stored in
 * `outside_changes`, in the transaction of the change, and a server publishes them.
 */
export class OutsideExecutor implements Executor {
  readonly statements: Statements;
  readonly shortestPause = lockRetry + 2;

  /** @param client a connection to a database of the current schema */
  constructor(private readonly client: Client) {
    this.statements = statementsOnUse(client);
  }

  async run<N extends OperatorActName>(act: N, args: ArgumentsOf<N>): Promise<ResultOf<N>> {
    return this.transact({ act, args });
  }

  async read<T>(queries: () => T): Promise<T> {
    try {
      return queries();
    } catch (error) {
      throw asBoardError(error);
    }
  }

  /**
   * A step that is not synced holds the lock only for its own work: on a busy disk, a sync can take most
   * of a second. A checkpoint copies a small part of the log after each step, without the lock.
   */
  async long<T>(steps: () => Promise<T>): Promise<T> {
    this.client.pragma('synchronous = NORMAL');
    this.client.pragma(`wal_autocheckpoint = ${checkpointPages}`);
    try {
      return await steps();
    } finally {
      this.client.pragma('synchronous = FULL');
      // A commit that is synced syncs the whole log. A failure of it is the failure of the steps, too.
      this.transact({ act: 'touch', args: {} });
    }
  }

  close(): void {
    this.client.close();
  }

  private transact<N extends OperatorActName>(call: Call<N>): ResultOf<N> {
    const { statements } = this;
    const emit = (event: BoardEvent) => {
      statements.addOutsideChange.run({ event: JSON.stringify(event) });
    };
    const at = Date.now() * 1000;
    const now = expectedTime(statements.wallClock.get(), at);
    const tx: OperatorTx = { statements, at, now, isOutside: true, emit };
    const write = () => writeAtOnce(this.client, () => perform(tx, call));
    return runsWithoutForeignKeys(call) ? withoutForeignKeys(this.client, write) : write();
  }
}
