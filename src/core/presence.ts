import type { Channel, PresenceNotice } from './channel.ts';

// Milliseconds in which presence is collected.
const interval = 1000;
// Members that are sent a notice of presence in one turn: 1 ms of work.
const membersAtOnce = 100;

interface Piece extends PresenceNotice {
  readonly channel: Channel;
}

/** Sends who came and went, once a second, so that many reconnects are a few notices. */
export class PresenceNotices {
  private timer: NodeJS.Timeout | undefined;
  /** What is being sent. */
  private readonly pieces: Piece[] = [];

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
    const isSending = this.pieces.length > 0;
    for (const channel of this.channels.values()) {
      const notice = channel.takePresence();
      if (!notice) continue;
      const { announcement, members } = notice;
      for (let at = 0; at < members.length; at += membersAtOnce) {
        const some = members.slice(at, at + membersAtOnce);
        this.pieces.push({ channel, announcement, members: some });
      }
    }
    if (!isSending) this.send();
  }

  /** After a restart of a large board a notice concerns thousands of members, so others have their turn in between. */
  private send(): void {
    for (let sent = 0; sent < membersAtOnce; ) {
      const piece = this.pieces.shift();
      if (!piece) return;
      piece.channel.notifySome(piece);
      sent += piece.members.length;
    }
    setImmediate(() => this.send());
  }
}
