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

type Counts = Map<Throttle, Map<string, number>>;

// Attempts that may wait at one gate, as of people behind one address, and at all gates together.
const mostAtGate = 200;
const mostWaiting = 1000;

/**
 * Holds attempts back until all of their gates are open; of those that may begin, the first to come
 * is the first to go. One that would have to wait longer than half a minute is refused, and costs
 * nothing. One whose gates are open never waits for others.
 */
export class Attempts {
  private waiting = new Set<Waiting>();
  /** How many of them wait at each gate. */
  private atGates: Counts = new Map();
  private timer: NodeJS.Timeout | undefined;
  private timerAt = Number.POSITIVE_INFINITY;

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

  /** Looks at the gates of the attempt that arrives alone: others that wait were looked at before. */
  private enter(gates: readonly Gate[], ended: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (ended.aborted) return reject(boardError('CONNECTION_ENDED'));
      const withdraw = () => {
        this.waiting.delete(one);
        count(this.atGates, gates, -1);
        reject(boardError('CONNECTION_ENDED'));
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
      try {
        const wait = this.consider(one, this.atGates);
        if (wait === 0) return;
        if (this.waiting.size >= mostWaiting) throw boardError('RATE_LIMITED', 30);
        ended.addEventListener('abort', withdraw, { once: true });
        this.waiting.add(one);
        count(this.atGates, gates, 1);
        this.pumpAfter(wait);
      } catch (error) {
        reject(error);
      }
    });
  }

  /** Begins what may begin, refuses what would wait too long, and comes again when the next may begin. */
  private pump(): void {
    clearTimeout(this.timer);
    this.timerAt = Number.POSITIVE_INFINITY;
    const atGates: Counts = new Map();
    const still = new Set<Waiting>();
    let soonest = Number.POSITIVE_INFINITY;
    for (const one of this.waiting) {
      try {
        const wait = this.consider(one, atGates);
        if (wait === 0) continue;
        still.add(one);
        count(atGates, one.gates, 1);
        soonest = Math.min(soonest, wait);
      } catch (error) {
        if (!(error instanceof BoardError)) throw error;
        one.refuse(error);
      }
    }
    this.waiting = still;
    this.atGates = atGates;
    this.pumpAfter(soonest);
  }

  /** @param wait in milliseconds; Infinity if an attempt has to end first, which comes again by itself */
  private pumpAfter(wait: number): void {
    const at = performance.now() + wait;
    if (at >= this.timerAt) return;
    clearTimeout(this.timer);
    this.timerAt = at;
    this.timer = setTimeout(() => this.pump(), wait);
  }

  /**
   * @param ahead how many wait before it at each gate
   * @returns 0 if it has begun, else the milliseconds until it may
   * @throws BoardError `RATE_LIMITED`
   */
  private consider(one: Waiting, ahead: Counts): number {
    for (const { throttle, key } of one.gates) {
      const before = ahead.get(throttle)?.get(key) ?? 0;
      if (before >= mostAtGate) throw boardError('RATE_LIMITED', 30);
      throttle.refuseLongWait(key, before);
    }
    const wait = Math.max(...one.gates.map(({ throttle, key }) => throttle.wait(key)));
    if (wait > 0) return Math.max(1, wait);
    this.begin(one);
    return 0;
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

/** Counts an attempt at its gates, or no longer. */
function count(counts: Counts, gates: readonly Gate[], by: 1 | -1): void {
  for (const { throttle, key } of gates) {
    const ofThrottle = counts.get(throttle) ?? new Map<string, number>();
    counts.set(throttle, ofThrottle);
    const left = (ofThrottle.get(key) ?? 0) + by;
    if (left > 0) ofThrottle.set(key, left);
    else ofThrottle.delete(key);
  }
}
