import { day, hour } from '../../../board/times.ts';

interface Hour {
  /** When it began, by the clock. */
  began: number;
  /** The last time that was given to an act within it. */
  at: number;
}

/**
 * Remembers which times were given to acts a day ago. After a clock was ahead, the times that acts are given are a microsecond apart until
 * the clock has reached them, so they do not say what was done within a day. Times are microseconds.
 */
export class PastTimes {
  /** Oldest first. The first can have ended more than a day ago. */
  private readonly hours: Hour[] = [];

  /** @param at the time of an act @param now the clock */
  note(at: number, now: number): void {
    const last = this.hours.at(-1);
    if (last && now >= last.began && now < last.began + hour) {
      last.at = at;
      return;
    }
    // An hour that is later than the clock was counted by a clock that was ahead. It was before this moment.
    for (const past of this.hours) past.began = Math.min(past.began, now);
    this.hours.push({ began: now, at });
    this.hours.splice(0, Math.max(0, this.indexOfDayAgo(now)));
  }

  /** The time of the last act that is at least a day ago, or a day before `at` if that is later or if it is not known. */
  dayAgo(at: number, now: number): number {
    return Math.max(at - day, this.hours[this.indexOfDayAgo(now)]?.at ?? 0);
  }

  private indexOfDayAgo(now: number): number {
    return this.hours.findLastIndex(({ began }) => began + hour <= now - day);
  }
}
