import type { Duplex } from 'node:stream';
import type { ClosingNotice } from '../../core/session.ts';
import type { Ending } from '../../metrics/counts.ts';

// How long a peer has to read a closing notice, and then to end its own side of the connection, in
// milliseconds.
const closingTime = 1000;

// After the server has sent everything, a peer must read at least so many bytes in each such interval, in
// milliseconds. Bytes that the peer sends do not renew the interval.
const stuckTime = 60_000;
const leastRead = 16 * 1024;

/**
 * The states of a connection, in the order in which it goes through them; it may skip some.
 *
 * | state    | reads | begins requests      | is notified | next state                                   |
 * | -------- | ----- | -------------------- | ----------- | -------------------------------------------- |
 * | open     | yes   | yes                  | yes         | to draining or ending, as `Cause` says       |
 * | draining | no    | accepted ones only   | yes         | to ending, once each of them is answered     |
 * | ending   | no    | no                   | no          | to closed: see `closeWhenRead`               |
 * | closed   | no    | no                   | no          |                                              |
 */
export type State = 'open' | 'draining' | 'ending' | 'closed';

/** Why a connection ends, and how. */
export interface Cause {
  readonly ending: Ending;
  /** Whether accepted requests are answered first, in the state `draining`. */
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
  /** The session ends with the reply to a request, such as a logout. Later requests are dropped. */
  left: { ending: 'left', drains: true, rank: 2 } as Cause,
  /** The server shuts down. */
  retired: (notice: ClosingNotice): Cause => ({ ...causes.closed(notice), drains: true, rank: 3 }),
  /** The server closes it now: too slow, expelled, replaced by a new session, or not logged in in time. */
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
  // Read and drop what the peer still sends. Otherwise Node would not notice that the peer has closed.
  stream.resume();
}

/** Destroys a stream unless it closes by itself within `closingTime`. */
export function closeSoon(stream: Duplex): void {
  const timer = setTimeout(() => stream.destroy(), closingTime);
  stream.once('close', () => clearTimeout(timer));
}
