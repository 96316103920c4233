import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BoardEvent } from '../../../board/events.ts';
import type { Payer } from '../../../board/ports/actor.ts';
import type { Receiver } from '../../../board/ports/posting.ts';
import { asBoardError } from '../file/failure.ts';
import type { Outcome } from './committer.ts';
import type { StorageTrouble } from './trouble.ts';

/** A call that waits for its commit. */
export interface Write<C> {
  readonly call: C;
  /** How many writes it is. */
  readonly size: number;
  readonly bytes: number;
  readonly payer: Payer | undefined;
  /** When it arrived, by `performance.now()`. */
  readonly since: number;
  readonly receiver: Receiver<unknown>;
  /** Whether the receiver settles a promise. */
  readonly isPromise: boolean;
}

/** A write with its outcome. */
export type Settled<C> = readonly [Write<C>, Outcome];

export interface SettlerOptions {
  /** Called for each event after its commit, in the order of the calls. */
  publish: (event: BoardEvent) => void;
  /** Called with an error that `publish` or a receiver throws, which is a bug. The call is committed all the same. */
  failed?: (error: unknown) => void;
  /** Notified of each write that the disk refuses. */
  trouble?: Pick<StorageTrouble, 'failed'>;
}

/** Publishes the events of calls whose commit has ended, and passes their results on. */
export class Settler<C> {
  constructor(private readonly options: SettlerOptions) {}

  /** Publishes the events of a call, and charges for it. */
  announce({ payer }: Write<C>, outcome: Outcome): void {
    const began = payer ? performance.now() : 0;
    if ('events' in outcome) for (const event of outcome.events) this.publish(event);
    payer?.charge(outcome.took + performance.now() - began, outcome.writes);
  }

  /**
   * Settles each write, the writes of one payer in their order. A function that waits for a promise continues some microtasks
   * later. So a receiver after a promise is called in the next turn, and so are the writes of that payer after it.
   * @returns a promise if any write is settled in a later turn
   */
  settleAll(settled: readonly Settled<C>[]): Promise<void> | void {
    const promised = new Set<Payer>();
    const late: Settled<C>[] = [];
    const delayed = new Set<Payer>();
    for (const [write, outcome] of settled) {
      const { payer, isPromise } = write;
      if (payer && (delayed.has(payer) || (!isPromise && promised.has(payer)))) {
        delayed.add(payer);
        late.push([write, outcome]);
        continue;
      }
      if (payer && isPromise) promised.add(payer);
      try {
        this.settle(write, outcome);
      } catch (error) {
        this.options.failed?.(error);
      }
    }
    if (late.length > 0) return nextTurn().then(() => this.settleAll(late));
  }

  /** Passes the result of a write on to its receiver. */
  settle(write: Write<C>, outcome: Outcome): void {
    if ('failure' in outcome) {
      for (let at = 0; at < outcome.writes; at++) this.refuse(write, outcome.failure);
    } else if ('refusal' in outcome) write.receiver.reject(outcome.refusal);
    else write.receiver.resolve(outcome.value);
  }

  /** Passes an error on to the receiver of a write, and notes it if the disk is the cause. */
  refuse({ receiver }: Write<C>, error: unknown): void {
    const refusal = asBoardError(error);
    if (refusal !== error) this.options.trouble?.failed('write', error);
    receiver.reject(refusal);
  }

  private publish(event: BoardEvent): void {
    try {
      this.options.publish(event);
    } catch (error) {
      this.options.failed?.(error);
    }
  }
}

/** The outcomes of the first calls of a batch, each with its call: a call of several writes can have several. */
export function withOutcomes<C>(
  batch: readonly Write<C>[],
  outcomes: readonly Outcome[],
): Settled<C>[] {
  let index = 0;
  let done = 0;
  return outcomes.map((outcome) => {
    const write = batch[index] as Write<C>;
    done += outcome.writes;
    if (done === write.size) {
      index++;
      done = 0;
    }
    return [write, outcome];
  });
}
