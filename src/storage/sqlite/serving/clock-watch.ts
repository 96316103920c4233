import { uptime } from 'node:os';
import { day, hour } from '../../../board/times.ts';
import { formatTime } from '../../../protocol/time.ts';
import type { Store } from './store.ts';

/**
 * How far the wall clock may be from the expected time, in microseconds. A clock that is wrong makes
 * retention delete a message at most this much too early.
 */
export const clockTolerance = day;
// How long the clock is compared with the same moment. A clock that drifts a little between checks can gain at
// most the tolerance in this time.
const anchoredFor = day;
// How often the state of the clock is stored while it does not change.
const storedEvery = hour;

/** A result of the check; times are microseconds since the epoch, spans microseconds. */
export type ClockFinding =
  /** The clock is `ahead` of the expected time. Retention by age waits for `wait` more. */
  | { found: 'ahead'; clock: number; expected: number; ahead: number; wait: number }
  | { found: 'behind'; clock: number; expected: number; behind: number }
  | { found: 'trusted'; clock: number }
  /** New messages are dated after the newest stored time until the clock has reached it. */
  | { found: 'future rows'; clock: number; newest: number };

export interface ClockWatchOptions {
  /** Called only when the state has changed, not at every check. */
  report: (finding: ClockFinding) => void;
  /** Milliseconds that have passed, from any origin: no setting of the wall clock moves it. */
  elapsed?: () => number;
}

/** The row of `wall_clock`. */
export interface KnownClock {
  /** The last time at which the clock was trusted, plus the time that the server has run since. */
  readonly trustedAt: number;
  /** For how long the server has run since the clock jumped; null while it is trusted. */
  readonly doubtedFor: number | null;
}

/**
 * Decides whether the wall clock may be used to delete messages by their age. It compares the clock
 * with the last time at which it was trusted, which is stored, and with the time that has passed since:
 *
 * - Up to a day apart, the clock is trusted.
 * - More than that ahead, the clock is not trusted until it has come back, the operator confirms it, or the
 *   server has run for as long as the jump was, without another jump. By then, deleted messages are as old as
 *   their rule says, whichever clock was right. A board that was switched off for a long time looks the same
 *   as one whose clock is wrong.
 * - If it is slower than that, messages may be deleted, because a message that is old by such a clock is at
 *   least that old. The trusted time follows the clock back after the same wait.
 */
export class ClockWatch {
  /** As stored last. Another value means that an administration command has stored it. */
  private stored: KnownClock | undefined;
  private known: KnownClock | undefined;
  private storedAt = Number.NEGATIVE_INFINITY;
  private last: { clock: number; elapsed: number } | undefined;
  /** A moment at which the clock was trusted, from which the time that passes is added up. */
  private anchor: { clock: number; elapsed: number } | undefined;
  private reported: ClockFinding['found'] | undefined;
  private reportedFuture = false;
  private readonly elapsed: () => number;
  /** The newest stored time, before the server gives out any. */
  private readonly firstNewest: number;

  constructor(
    private readonly store: Store,
    private readonly options: ClockWatchOptions,
  ) {
    this.firstNewest = store.clock.newest;
    // Unlike `performance.now()`, `uptime` also counts while the machine is suspended.
    this.elapsed = options.elapsed ?? (() => uptime() * 1000);
    store.expected = () => this.expected;
  }

  /** Whether messages may be deleted by their age now. @throws BoardError `STORAGE_FAILED` */
  async isTrusted(): Promise<boolean> {
    const clock = this.store.now() * 1000;
    const elapsed = this.elapsed() * 1000;
    const passed = this.last ? Math.max(0, elapsed - this.last.elapsed) : 0;
    const before = this.read(clock);
    const hasJumped =
      this.last !== undefined && Math.abs(clock - this.last.clock - passed) > clockTolerance;
    this.last = { clock, elapsed };
    const expected = this.anchor
      ? this.anchor.clock + elapsed - this.anchor.elapsed
      : before.trustedAt + passed;
    this.known = judge(before.doubtedFor, expected, { clock, passed, hasJumped });
    this.setAnchor(this.known.doubtedFor === null, { clock, elapsed });
    await this.keep(elapsed);
    this.announce(this.known, clock, hasJumped);
    return this.known.doubtedFor === null || clock < this.known.trustedAt;
  }

  /**
   * The time by which things end, in microseconds since the epoch: the wall clock, or, while that is
   * further ahead than the tolerance, what it is expected to be. Nothing ends early because the clock is wrong.
   */
  get expected(): number {
    const clock = this.store.now() * 1000;
    // To read the time that has passed costs 10 µs, and it could only make the tolerance end later.
    if (!this.last || !isDoubtful(this.known, clock)) return clock;
    const passed = Math.max(0, this.elapsed() * 1000 - this.last.elapsed);
    const expected = this.known.trustedAt + passed;
    return clock > expected + clockTolerance ? expected : clock;
  }

  private setAnchor(isTrusted: boolean, now: { clock: number; elapsed: number }): void {
    const isOld = !this.anchor || now.elapsed - this.anchor.elapsed >= anchoredFor;
    if (!isTrusted) this.anchor = undefined;
    else if (isOld) this.anchor = now;
  }

  private read(clock: number): KnownClock {
    const row = this.store.statements.wallClock.get();
    const isOwn =
      row?.trustedAt === this.stored?.trustedAt && row?.doubtedFor === this.stored?.doubtedFor;
    if (this.known && isOwn) return this.known;
    this.stored = row;
    this.anchor = undefined;
    // On a board that was never checked, start from its newest message.
    return row ?? { trustedAt: this.firstNewest || clock, doubtedFor: null };
  }

  private async keep(elapsed: number): Promise<void> {
    const { known, stored } = this;
    if (!known) return;
    const changed = (known.doubtedFor === null) !== (stored?.doubtedFor === null) || !stored;
    if (!changed && elapsed - this.storedAt < storedEvery) return;
    await this.store.run('keepWallClock', known);
    this.stored = known;
    this.storedAt = elapsed;
  }

  private announce(known: KnownClock, clock: number, hasJumped: boolean): void {
    const { report } = this.options;
    const found = findingOf(known, clock);
    if (found.found !== (this.reported ?? 'trusted') || hasJumped) report(found);
    this.reported = found.found;
    const { newest } = this.store.clock;
    const isFuture = newest > clock + clockTolerance;
    if (isFuture && (!this.reportedFuture || hasJumped))
      report({ found: 'future rows', clock, newest });
    this.reportedFuture = isFuture;
  }
}

/**
 * The time by which things end, for a command beside a server or without one: the clock, unless it is further ahead of the
 * last trusted time than the tolerance. Times are microseconds since the epoch.
 */
export function expectedTime(known: Pick<KnownClock, 'trustedAt'> | undefined, clock: number) {
  return isDoubtful(known, clock) ? known.trustedAt : clock;
}

/** Whether a clock is further ahead of the last trusted time than the tolerance. */
export function isDoubtful<K extends Pick<KnownClock, 'trustedAt'>>(
  known: K | undefined,
  clock: number,
): known is K {
  return known !== undefined && clock > known.trustedAt + clockTolerance;
}

function judge(
  doubtedFor: number | null,
  expected: number,
  { clock, passed, hasJumped }: { clock: number; passed: number; hasJumped: boolean },
): KnownClock {
  if (Math.abs(clock - expected) <= clockTolerance) return { trustedAt: clock, doubtedFor: null };
  const ranFor = doubtedFor === null || hasJumped ? 0 : doubtedFor + passed;
  if (ranFor >= Math.abs(clock - expected)) return { trustedAt: clock, doubtedFor: null };
  return { trustedAt: expected, doubtedFor: ranFor };
}

function findingOf({ trustedAt: expected, doubtedFor }: KnownClock, clock: number): ClockFinding {
  if (doubtedFor === null) return { found: 'trusted', clock };
  const behind = expected - clock;
  if (behind > 0) return { found: 'behind', clock, expected, behind };
  const wait = Math.abs(clock - expected) - doubtedFor;
  return { found: 'ahead', clock, expected, ahead: -behind, wait };
}

/** The log line of a finding, and its level. */
export function describeFinding(finding: ClockFinding): { level: 'info' | 'warn'; text: string } {
  const clock = formatTime(finding.clock);
  switch (finding.found) {
    case 'trusted':
      return { level: 'info', text: `the clock (${clock}) is trusted again` };
    case 'ahead':
      return {
        level: 'warn',
        text:
          `the clock (${clock}) is ${inDays(finding.ahead)} ahead of the expected time ` +
          `(${formatTime(finding.expected)}): no message is deleted for its age for the next ` +
          `${inDays(finding.wait)} of running. Set the clock if it is wrong; if it is right, say so ` +
          'with: corkboard db clock --trust',
      };
    case 'behind':
      return {
        level: 'warn',
        text:
          `the clock (${clock}) is ${inDays(finding.behind)} behind the expected time ` +
          `(${formatTime(finding.expected)}): set it if it is wrong`,
      };
    case 'future rows':
      return {
        level: 'warn',
        text:
          `what is stored is dated up to ${formatTime(finding.newest)}, after the clock (${clock}), and ` +
          'new messages are dated after that. If the clock is right, mend it without a server: ' +
          'corkboard db clock --mend',
      };
  }
}

/** A span in whole days, or in hours if it is shorter than two days, for the log and the commands. */
function inDays(span: number): string {
  return span < 2 * day ? `${Math.round(span / hour)} hours` : `${Math.round(span / day)} days`;
}
