import type { Duplex } from 'node:stream';
import { atEndOfTurn, type EndsTurn } from '../../core/turn.ts';

// Memory of a write in addition to its bytes, until the operating system has accepted it, in bytes.
const overhead = 250;

// Idle connections are many, and share their empty lists; nothing is added to these.
const noChunks: (string | Buffer)[] = [];
const noWaiters: readonly (() => void)[] = [];

export interface OutboxOwner {
  /** Called once, when more bytes wait than the limit allows. Nothing is accepted after that. */
  overflowed(): void;
  /** Called whenever there is room again after a write. */
  drained(): void;
  /** `held` may have changed. */
  heldChanged(): void;
}

/**
 * The bytes that wait to be sent on one connection. Everything that one turn of the event loop adds is written at
 * once. How much may wait for a peer that does not read is limited in bytes.
 */
export class Outbox implements EndsTurn {
  private chunks = noChunks;
  private unwritten = 0;
  private scheduled = false;
  private overflowed = false;
  private closed = false;
  private waiters = noWaiters;
  /** Writes that the operating system has not accepted yet, and how many of their bytes are shared with other connections. */
  private writes = 0;
  private shared = 0;
  /** Whether bytes waited for the operating system at the end of the last turn. */
  private isBehind = false;
  /** Chunks that were pushed before the reply to the login. */
  private heldBack: [chunk: string | Buffer, holders: number][] | undefined;
  /** Bytes that may wait: the limit, and the last reply, until there is room again. */
  private ceiling: number;

  /**
   * @param limit bytes that may wait, beside replies, before it overflows
   * @param backlog bytes past which `ready` makes callers wait
   */
  constructor(
    private readonly socket: Duplex,
    private readonly limit: number,
    private backlog: number,
    private readonly owner: OutboxOwner,
  ) {
    this.ceiling = limit;
  }

  /** To be called when the socket has room again. */
  drain(): void {
    this.release();
    this.owner.drained();
    this.owner.heldChanged();
  }

  /**
   * Bytes that this connection keeps in memory: `waiting` without its part of shared chunks that others keep, plus
   * the overhead of each waiting write.
   */
  get held(): number {
    const { waiting } = this;
    if (waiting === 0) return 0;
    return Math.max(0, waiting - this.shared) + overhead * (this.writes + this.chunks.length);
  }

  /** Bytes that the operating system has not accepted yet. */
  get waiting(): number {
    return this.unwritten + this.socket.writableLength;
  }

  /** Whether nothing waits to be written and nobody waits for it, so that the outbox can be dropped and made again later. */
  get isIdle(): boolean {
    return (
      this.waiting === 0 &&
      this.writes === 0 &&
      !this.scheduled &&
      !this.heldBack &&
      !this.overflowed &&
      !this.closed &&
      this.waiters === noWaiters
    );
  }

  get congested(): boolean {
    return this.waiting > this.backlog;
  }

  /** To be called after a login: from then on more replies may wait. Pushed chunks are held back until the login is answered. */
  enter(backlog: number): void {
    this.backlog = backlog;
    this.heldBack = [];
  }

  /**
   * Adds a whole reply: what was held back until then follows it. It never overflows, because the next request waits until
   * it is read.
   */
  reply(...chunks: (string | Buffer)[]): void {
    for (const chunk of chunks) this.add(chunk);
    this.ceiling = this.waiting + this.limit;
    const { heldBack } = this;
    if (!heldBack) return;
    this.heldBack = undefined;
    for (const [pushed, holders] of heldBack) this.push(pushed, holders);
  }

  /**
   * Adds a chunk that the peer did not ask for.
   * @param holders how many connections keep this chunk in memory together
   */
  push(chunk: string | Buffer, holders = 1): void {
    if (this.heldBack) {
      this.heldBack.push([chunk, holders]);
      return;
    }
    this.add(chunk);
    this.shared += chunk.length - chunk.length / holders;
    if (this.waiting <= this.ceiling || this.overflowed || this.closed) return;
    this.overflowed = true;
    this.owner.overflowed();
  }

  private add(chunk: string | Buffer): void {
    if (this.closed || this.overflowed || chunk.length === 0) return;
    if (this.chunks === noChunks) this.chunks = [chunk];
    else this.chunks.push(chunk);
    this.unwritten += typeof chunk === 'string' ? Buffer.byteLength(chunk) : chunk.length;
    if (!this.scheduled) {
      this.scheduled = true;
      atEndOfTurn(this);
    }
  }

  /** Settles once the peer has read enough for more to be sent, or the connection has ended. */
  ready(): Promise<void> {
    if (!this.congested || this.closed) return Promise.resolve();
    return new Promise((resolve) => {
      this.waiters = [...this.waiters, resolve];
    });
  }

  /** Writes the rest, then `last`, and ends the stream. Nothing is accepted after that. */
  end(last: string): void {
    if (this.closed) return;
    // After an overflow the rest is dropped: the board has stored all of it.
    this.chunks = this.overflowed ? [last] : [...this.chunks, last];
    this.endTurn();
    this.socket.end();
    this.close();
  }

  /** The socket has ended, or is ending. Nothing is accepted after that. */
  close(): void {
    this.closed = true;
    this.release();
  }

  endTurn(): void {
    this.scheduled = false;
    const { chunks } = this;
    if (this.closed || chunks.length === 0) return;
    this.chunks = noChunks;
    this.unwritten = 0;
    this.write(chunks);
    const { waiting } = this;
    if (waiting === 0) this.shared = 0;
    this.isBehind = waiting > 0;
    this.owner.heldChanged();
    if (this.congested) return;
    this.release();
    // Requests that waited for the replies of this turn continue now: these replies may cause no drain event.
    this.owner.drained();
  }

  private write(chunks: (string | Buffer)[]): void {
    const runs = joinStrings(chunks);
    // A single buffer that a group shares is written directly, because corking would copy it.
    if (runs.length > 1) this.socket.cork();
    this.writes += runs.length;
    for (const run of runs) this.socket.write(run, this.written);
    if (runs.length > 1) this.socket.uncork();
  }

  private readonly written = (): void => {
    this.writes--;
    // Bytes that the operating system accepted at once were never counted.
    if (this.writes > 0 || !this.isBehind) return;
    this.shared = 0;
    this.isBehind = false;
    this.owner.heldChanged();
  };

  private release(): void {
    this.ceiling = this.limit;
    const { waiters } = this;
    if (waiters.length === 0) return;
    this.waiters = noWaiters;
    for (const resolve of waiters) resolve();
  }
}

/** Strings that follow one another are joined: one write costs more than one concatenation. */
function joinStrings(chunks: (string | Buffer)[]): (string | Buffer)[] {
  if (chunks.length === 1) return chunks;
  const runs: (string | Buffer)[] = [];
  for (const chunk of chunks) {
    const last = runs.length - 1;
    const before = runs[last];
    if (typeof chunk === 'string' && typeof before === 'string') runs[last] = before + chunk;
    else runs.push(chunk);
  }
  return runs;
}
