import { longestTimer } from '../protocol/timers.ts';
import { defaultTimeouts } from './connection.ts';
import type { Timeouts } from './silence.ts';

/** Times that a program can set, in milliseconds. */
export interface Timing extends Timeouts {
  /** The first and the maximum pause before connecting again. */
  readonly firstPause: number;
  readonly longestPause: number;
  /**
   * How long the client keeps trying to log in again while its name is in use. The server may not have noticed
   * yet that the client's own last connection is dead.
   */
  readonly nameInUse: number;
  /** How long a call is sent again that the server refuses for the moment. */
  readonly refused: number;
}

export const defaultTiming: Timing = {
  ...defaultTimeouts,
  firstPause: 250,
  longestPause: 30_000,
  nameInUse: 120_000,
  refused: 60_000,
};

/** Adds the defaults. A time that is longer than a timer can wait, such as `Infinity`, is cut to that. */
export function completeTiming(timing: Partial<Timing> = {}): Timing {
  const entries = Object.entries({ ...defaultTiming, ...timing });
  return Object.fromEntries(
    entries.map(([name, time]) => [name, Math.min(time, longestTimer)]),
  ) as unknown as Timing;
}
