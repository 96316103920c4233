import type { SharedAnnouncement } from './announcement.ts';
import type { Channel } from './channel.ts';
import type { Session } from './session.ts';

// Milliseconds in which presence is collected.
const interval = 1000;
// Notices of presence that are sent in one turn: 1 ms of work.
const noticesAtOnce = 100;

interface Told {
  readonly channel: Channel;
  readonly announcement: SharedAnnouncement;
}

/** Sends who came and went, once a second, so that many reconnects are a few notices. */
export class PresenceNotices {
  private timer: NodeJS.Timeout | undefined;
  /** What is still to be sent. The notices of all groups of a session are sent together: that costs one write, not one for each. */
  private readonly waiting = new Map<Session, Told[]>();

  /** @param channels all channels that may have noted presence */
  constructor(private readonly channels: { values(): Iterable<Channel> }) {}

  /** Sends what the channels have noted, a second after the first of it. */
  expect(): void {
    this.timer ??= setTimeout(() => this.collect(), interval);
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private collect(): void {
    this.timer = undefined;
    const isSending = this.waiting.size > 0;
    for (const channel of this.channels.values()) {
      const notice = channel.takePresence();
      if (!notice) continue;
      const told = { channel, announcement: notice.announcement };
      for (const session of notice.members) {
        const before = this.waiting.get(session);
        if (before) before.push(told);
        else this.waiting.set(session, [told]);
      }
    }
    if (!isSending) this.send();
  }

  /** After a restart of a large board a notice concerns thousands of members, so others have their turn in between. */
  private send(): void {
    let sent = 0;
    for (const [session, all] of this.waiting) {
      this.waiting.delete(session);
      for (const { channel, announcement } of all) channel.notifyOne(session, announcement);
      sent += all.length;
      if (sent >= noticesAtOnce) break;
    }
    if (this.waiting.size > 0) setImmediate(() => this.send());
  }
}
