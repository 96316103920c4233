import { BoardError, boardError } from '../protocol/errors.ts';
import type { Throttle } from './throttle.ts';

/** What an attempt counts under: all of its gates have to be open before it begins. */
export interface Gate {
  readonly throttle: Throttle;
  readonly key: string;
}

interface Waiting {
  readonly gates: readonly Gate[];
  begin(): void;
  refuse(error: BoardError): void;
}

// Attempts that may wait at one gate, as of people behind one address, and at all gates together.
const mostAtGate = 200;
const mostWaiting = 1000;

/**
 * Holds attempts back until all of their gates are open; of those that may begin, the first to come
 * is the first to go. One that would have to wait longer than half a minute is refused, and costs
 * nothing. One whose gates are open never waits for others.
 */
export class Attempts {
  private waiting: Waiting[] = [];
  private timer: NodeJS.Timeout | undefined;

  /**
   * Runs `attempt` once its gates are open.
   * @param attempt resolves with whether it failed, and so counts, beside its result
   * @param ended aborted when nobody waits for it any more
   * @throws BoardError `RATE_LIMITED`, `CONNECTION_ENDED`, and what `attempt` throws, which does not count
   */
  async run<T>(
    gates: readonly Gate[],
    ended: AbortSignal,
    attempt: () => Promise<{ result: T; failed: boolean }>,
  ): Promise<T> {
    await this.enter(gates, ended);
    let failed = false;
    try {
      const outcome = await attempt();
      failed = outcome.failed;
      return outcome.result;
    } finally {
      for (const { throttle, key } of gates) throttle.end(key, failed);
      this.pump();
    }
  }

  private enter(gates: readonly Gate[], ended: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const withdraw = () => {
        this.waiting = this.waiting.filter((other) => other !== one);
        reject(boardError('CONNECTION_ENDED'));
        this.pump();
      };
      const one: Waiting = {
        gates,
        begin: () => {
          ended.removeEventListener('abort', withdraw);
          resolve();
        },
        refuse: (error) => {
          ended.removeEventListener('abort', withdraw);
          reject(error);
        },
      };
      if (ended.aborted) return withdraw();
      ended.addEventListener('abort', withdraw, { once: true });
      this.waiting.push(one);
      this.pump();
      if (this.waiting.length <= mostWaiting || this.waiting.at(-1) !== one) return;
      this.waiting.pop();
      one.refuse(boardError('RATE_LIMITED', 30));
    });
  }

  /** Begins what may begin, refuses what would wait too long, and comes again when the next may begin. */
  private pump(): void {
    const ahead = new Map<Throttle, Map<string, number>>();
    const still: Waiting[] = [];
    let soonest = Number.POSITIVE_INFINITY;
    for (const one of this.waiting) {
      try {
        const wait = this.consider(one, ahead);
        if (wait === 0) continue;
        still.push(one);
        soonest = Math.min(soonest, wait);
      } catch (error) {
        if (!(error instanceof BoardError)) throw error;
        one.refuse(error);
      }
    }
    this.waiting = still;
    clearTimeout(this.timer);
    if (soonest < Number.POSITIVE_INFINITY) this.timer = setTimeout(() => this.pump(), soonest);
  }

  /** @returns 0 if it has begun, else the milliseconds until it may */
  private consider(one: Waiting, ahead: Map<Throttle, Map<string, number>>): number {
    const places = one.gates.map(({ throttle, key }) => {
      const counts = ahead.get(throttle) ?? new Map<string, number>();
      ahead.set(throttle, counts);
      const before = counts.get(key) ?? 0;
      if (before >= mostAtGate) throw boardError('RATE_LIMITED', 30);
      throttle.refuseLongWait(key, before);
      return { throttle, key, counts, before };
    });
    const wait = Math.max(...places.map(({ throttle, key }) => throttle.wait(key)));
    if (wait === 0) {
      this.begin(one);
      return 0;
    }
    for (const { counts, key, before } of places) counts.set(key, before + 1);
    return Math.max(1, wait);
  }

  private begin({ gates, begin }: Waiting): void {
    const begun: Gate[] = [];
    try {
      for (const gate of gates) {
        gate.throttle.begin(gate.key);
        begun.push(gate);
      }
    } catch (error) {
      for (const { throttle, key } of begun) throttle.end(key, false);
      throw error;
    }
    begin();
  }
}
