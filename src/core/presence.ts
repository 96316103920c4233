import type { Channel, PresenceNotice } from './channel.ts';
import type { Session } from './session.ts';

// Milliseconds in which presence is collected, at least.
const interval = 1000;
// How many notices are sent for each millisecond in which presence is collected: 2 % of a core at most.
const noticesPerMillisecond = 10;
// Notices of presence that are sent in one turn, and sessions that are looked at: 1 ms of work.
const noticesAtOnce = 100;
const sessionsAtOnce = 1000;

/** Notices that are being sent, by the ids of their groups. */
interface Round {
  readonly notices: ReadonlyMap<number, PresenceNotice>;
  /** The sessions that have not been looked at yet, and those that are connected meanwhile. */
  readonly sessions: Iterator<Session>;
  /** The sessions that were logged in since the round began. The notices are older than they are. */
  readonly newcomers: Set<Session>;
}

interface PresenceOptions {
  /** All channels that may have noted presence, by the ids of their groups. */
  readonly channels: ReadonlyMap<number, Channel>;
  /** All sessions, the oldest first. */
  readonly sessions: () => Iterable<Session>;
}

/**
 * Sends who came and went, once a second, so that many reconnects are a few notices. After very many notices it collects for
 * longer: when thousands of members come back, each of them would be notified of the others every second.
 */
export class PresenceNotices {
  private timer: NodeJS.Timeout | undefined;
  /** Nothing is sent before this time, by `performance.now()`. */
  private notBefore = 0;
  private round: Round | undefined;

  constructor(private readonly options: PresenceOptions) {}

  /** Sends what the channels have noted, a second after the first of it or later. */
  expect(): void {
    if (this.timer) return;
    const pause = Math.max(interval, this.notBefore - performance.now());
    this.timer = setTimeout(() => this.collect(), pause);
  }

  /** To be called with each session that is logged in. */
  enter(session: Session): void {
    this.round?.newcomers.add(session);
  }

  close(): void {
    clearTimeout(this.timer);
    this.round = undefined;
  }

  private collect(): void {
    this.timer = undefined;
    if (this.round) {
      this.expect();
      return;
    }
    const { channels, sessions } = this.options;
    const notices = new Map<number, PresenceNotice>();
    let count = 0;
    for (const [group, channel] of channels) {
      const notice = channel.takePresence();
      if (!notice) continue;
      notices.set(group, notice);
      count += notice.announcement.holders;
    }
    this.notBefore = performance.now() + count / noticesPerMillisecond;
    if (count === 0) return;
    this.round = { notices, sessions: sessions()[Symbol.iterator](), newcomers: new Set() };
    this.send();
  }

  /**
   * After a restart of a large board a notice concerns thousands of members, so others have their turn in between. The notices of
   * all groups of a session are sent together: that costs one write, not one for each.
   */
  private send(): void {
    if (!this.round) return;
    const { notices, sessions, newcomers } = this.round;
    const { channels } = this.options;
    let sent = 0;
    for (let seen = 0; sent < noticesAtOnce && seen < sessionsAtOnce; seen++) {
      const { value: session, done } = sessions.next();
      if (done) {
        this.round = undefined;
        return;
      }
      if (newcomers.has(session)) continue;
      for (const group of session.groups) {
        const notice = notices.get(group);
        if (notice && channels.get(group)?.notifyPresence(session, notice)) sent++;
      }
    }
    setImmediate(() => this.send());
  }
}
