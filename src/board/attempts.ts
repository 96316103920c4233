import { BoardError, boardError } from '../protocol/errors.ts';
import type { Throttle } from './throttle.ts';

/** A throttle and the key under which an attempt counts there. An attempt begins only when all of its gates are open. */
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

// Maximum number of attempts that wait at one gate (people can share an address), and at all gates together.
const mostAtGate = 200;
const mostWaiting = 1000;

/**
 * Delays attempts until all of their gates are open, in the order of arrival. An attempt that would have to
 * wait longer than half a minute is refused, and does not count. An attempt whose gates are open never
 * waits for attempts at other gates.
 */
export class Attempts {
  private waiting = new Set<Waiting>();
  /** How many attempts wait at each gate. */
  private atGates: Counts = new Map();
  private timer: NodeJS.Timeout | undefined;
  private timerAt = Number.POSITIVE_INFINITY;

  /**
   * Runs `attempt` once its gates are open.
   * @param attempt resolves with its result and with whether it failed; only a failed attempt counts
   * @param ended aborted when the connection that waits for the result has ended
   * @throws BoardError `RATE_LIMITED`, `CONNECTION_ENDED`, and the errors of `attempt`, which do not count
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

  /** Checks only the gates of the new attempt: attempts that wait were checked earlier. */
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

  /** Begins the attempts whose gates are open, refuses those that would wait too long, and sets a timer for the next. */
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

  /** @param wait in milliseconds; Infinity if another attempt has to end first, which calls this again */
  private pumpAfter(wait: number): void {
    const at = performance.now() + wait;
    if (at >= this.timerAt) return;
    clearTimeout(this.timer);
    this.timerAt = at;
    this.timer = setTimeout(() => this.pump(), wait);
  }

  /**
   * @param ahead how many attempts wait before this one at each gate
   * @returns 0 if the attempt has begun, else the milliseconds until it may begin
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

/** Adds a waiting attempt to the counts of its gates, or removes it. */
function count(counts: Counts, gates: readonly Gate[], by: 1 | -1): void {
  for (const { throttle, key } of gates) {
    const ofThrottle = counts.get(throttle) ?? new Map<string, number>();
    counts.set(throttle, ofThrottle);
    const left = (ofThrottle.get(key) ?? 0) + by;
    if (left > 0) ofThrottle.set(key, left);
    else ofThrottle.delete(key);
  }
}
