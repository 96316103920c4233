import type { ArgumentsOf, OperatorActName, ResultOf } from './acts/acts.ts';
import type { Statements } from './statements/statements.ts';

/** Runs the operator's acts: the store of a server, or the process of a command. */
export interface Executor {
  readonly statements: Statements;
  /**
   * The shortest pause between two steps of a long act, in milliseconds. Commands sleep longer than a server waits
   * between two attempts to take the lock, so that each step lets the server write.
   */
  readonly shortestPause: number;
  /** Runs an act in a transaction. @throws BoardError of the act, and `STORAGE_FAILED` */
  run<N extends OperatorActName>(act: N, args: ArgumentsOf<N>): Promise<ResultOf<N>>;
  /** Runs queries at once. @throws BoardError `STORAGE_FAILED` */
  read<T>(queries: () => T): Promise<T>;
  /** Runs a long act, whose transactions need not be synced one by one: all of them are at its end. */
  long<T>(steps: () => Promise<T>): Promise<T>;
}
