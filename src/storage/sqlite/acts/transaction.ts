import type { BoardEvent, OutsideEvent } from '../../../board/events.ts';
import type { Statements } from '../statements/statements.ts';
import type { PostRun } from './post-run.ts';

/**
 * The transaction of an act, as the act sees it.
 *
 * An act throws a `BoardError` before it has changed anything, or not at all: the commit queue keeps what the
 * other acts of the transaction have done. Any other error rolls the transaction back.
 */
interface Tx<E> {
  readonly statements: Statements;
  /** The time of the act, in microseconds. In a server it is later than every stored time. */
  readonly at: number;
  /**
   * The time by which things end, in microseconds: the wall clock, or what it is expected to be if it is wrong. Unlike `at`,
   * it can go back, and stored times can be later.
   */
  readonly now: number;
  /** Set in the process of a command, whose events a server announces later. */
  readonly isOutside?: true;
  /** Announces a change of the act. The event is published, or given to the server, with the commit only. */
  emit(event: E): void;
}

/** A transaction of a server or of a command: for acts of the operator. */
export type OperatorTx = Tx<OutsideEvent>;

/** A transaction of a server: for acts of members and of the server itself. */
export interface ServerTx extends Tx<BoardEvent> {
  /** What is dated later counts towards the limits of a day. It is a day before `at`, or later if a clock was ahead. */
  readonly dayAgo: number;
  /** State that consecutive posts of the transaction share. */
  readonly posts: PostRun;
  /** To be called if an act stores `count` times: `at`, and each further one a microsecond after the one before it. */
  takeTimes(count: number): void;
}
