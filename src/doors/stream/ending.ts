import type { Duplex } from 'node:stream';
import type { ClosingNotice } from '../../core/session.ts';
import type { Ending } from '../../metrics/counts.ts';

// How long a peer that got a closing notice has to read it, and one that has read everything to end its
// own side, in milliseconds.
const closingTime = 1000;

// How often a peer that was sent all that it will get must have read some of it, in milliseconds,
// and how much, in bytes. What it sends meanwhile counts for nothing.
const stuckTime = 60_000;
const leastRead = 16 * 1024;

/**
 * The states of a connection, in the order in which it goes through them; it may skip some.
 *
 * | state    | reads | begins requests      | is notified | goes on                                      |
 * | -------- | ----- | -------------------- | ----------- | -------------------------------------------- |
 * | open     | yes   | yes                  | yes         | to draining or ending, as `Cause` says       |
 * | draining | no    | those it has taken   | yes         | to ending, once each of them is answered     |
 * | ending   | no    | no                   | no          | to closed: see `closeWhenRead`               |
 * | closed   | no    | no                   | no          |                                              |
 */
export type State = 'open' | 'draining' | 'ending' | 'closed';

/** Why a connection ends, and what becomes of it until then. */
export interface Cause {
  readonly ending: Ending;
  /** Whether requests that it has taken are answered first: it goes to `draining`. */
  readonly drains: boolean;
  /** The peer is sent this last. */
  readonly notice?: ClosingNotice;
  /** Of two causes that drain, the one with the higher rank decides how it ends. */
  readonly rank: number;
}

/** The causes: a lost socket has none of them, because it is closed at once. */
export const causes = {
  /** The peer has ended its side; it may still read. */
  ended: { ending: 'ended', drains: true, rank: 1 } as Cause,
  /** The session has logged out, or is not welcome: what it sent after that is forgotten. */
  left: { ending: 'left', drains: true, rank: 2 } as Cause,
  /** The server shuts down. */
  retired: (notice: ClosingNotice): Cause => ({ ...causes.closed(notice), drains: true, rank: 3 }),
  /** The server closes it now: too slow, expelled, taken over, not logged in in time. */
  closed: (notice: ClosingNotice): Cause => ({
    ending: notice.params.code,
    drains: false,
    notice,
    rank: 4,
  }),
};

/** Destroys a stream that the server has ended, once the peer has read everything or stops reading. */
export function closeWhenRead(stream: Duplex): void {
  stream.once('finish', () => closeSoon(stream));
  let left = stream.writableLength;
  const watch = setInterval(() => {
    const { writableLength } = stream;
    if (writableLength > left - leastRead) stream.destroy();
    left = writableLength;
  }, stuckTime);
  stream.once('close', () => clearInterval(watch));
  // What the peer still sends is read and dropped: its end would not be seen otherwise.
  stream.resume();
}

/** Destroys a stream unless it closes by itself within `closingTime`. */
export function closeSoon(stream: Duplex): void {
  const timer = setTimeout(() => stream.destroy(), closingTime);
  stream.once('close', () => clearTimeout(timer));
}
