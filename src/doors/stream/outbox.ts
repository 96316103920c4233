import type { Socket } from 'node:net';
import { atEndOfTurn, type EndsTurn } from '../../core/turn.ts';

// What a write that the operating system has not taken yet takes in memory beside its bytes.
const overhead = 250;

export interface OutboxOwner {
  /** Called once, when more waits than the limit; nothing is taken after. */
  overflowed(): void;
  /** Called whenever there is room again after a write. */
  drained(): void;
  /** `held` may have changed. */
  heldChanged(): void;
}

/**
 * What waits to go out on one connection. All that a turn of the event loop brings is written at
 * once; what the peer does not read is bounded in bytes.
 */
export class Outbox implements EndsTurn {
  private chunks: (string | Buffer)[] = [];
  private unwritten = 0;
  private scheduled = false;
  private overflowed = false;
  private failed = false;
  private closed = false;
  private waiters: (() => void)[] = [];
  /** Writes that the operating system has not taken yet, and how many of their bytes others hold as well. */
  private writes = 0;
  private shared = 0;
  /** What was pushed before the login was answered. */
  private heldBack: [chunk: string | Buffer, holders: number][] | undefined;
  /** Bytes that may wait: as many as the limit past the last reply, until there is room again. */
  private ceiling: number;

  /**
   * @param limit bytes waiting, beside replies, past which it overflows
   * @param backlog bytes waiting at which `ready` holds callers back
   */
  constructor(
    private readonly socket: Socket,
    private readonly limit: number,
    private backlog: number,
    private readonly owner: OutboxOwner,
  ) {
    this.ceiling = limit;
    socket.on('drain', () => {
      this.release();
      owner.drained();
      owner.heldChanged();
    });
  }

  /**
   * Bytes that this connection keeps in memory: `waiting` but for what others share, and what each
   * write that waits takes beside its bytes.
   */
  get held(): number {
    const { waiting } = this;
    if (waiting === 0) return 0;
    return Math.max(0, waiting - this.shared) + overhead * (this.writes + this.chunks.length);
  }

  /** Bytes that the operating system has not taken yet. */
  get waiting(): number {
    return this.unwritten + this.socket.writableLength;
  }

  /** Whether the operating system has taken all that was pushed. */
  get told(): boolean {
    return !this.overflowed && !this.failed && !this.heldBack?.length && this.waiting === 0;
  }

  get congested(): boolean {
    return this.waiting > this.backlog;
  }

  /** From the login on, more replies may wait. What is pushed is held back until the login is answered. */
  enter(backlog: number): void {
    this.backlog = backlog;
    this.heldBack = [];
  }

  /** What the peer has asked for: it is no overflow, since the next request waits for it. */
  reply(chunk: string | Buffer): void {
    this.add(chunk);
    this.ceiling = this.waiting + this.limit;
    const { heldBack } = this;
    if (!heldBack) return;
    this.heldBack = undefined;
    for (const [pushed, holders] of heldBack) this.push(pushed, holders);
  }

  /**
   * What the peer is told unasked.
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
    this.chunks.push(chunk);
    this.unwritten += typeof chunk === 'string' ? Buffer.byteLength(chunk) : chunk.length;
    if (!this.scheduled) {
      this.scheduled = true;
      atEndOfTurn(this);
    }
  }

  /** Settles once the peer has read enough for more to be sent, or is gone. */
  ready(): Promise<void> {
    if (!this.congested || this.closed) return Promise.resolve();
    return new Promise((resolve) => this.waiters.push(resolve));
  }

  /** Writes what is left, then `last`, and ends the stream. Nothing is taken any more. */
  end(last: string): void {
    if (this.closed) return;
    // What overflowed is not worth keeping: the board has it all.
    if (this.overflowed) this.chunks = [];
    this.chunks.push(last);
    this.endTurn();
    this.socket.end();
    this.close();
  }

  /** The socket is gone, or ending: nothing is taken any more. */
  close(): void {
    this.closed = true;
    this.release();
  }

  endTurn(): void {
    this.scheduled = false;
    const { chunks } = this;
    if (this.closed || chunks.length === 0) return;
    this.chunks = [];
    this.unwritten = 0;
    this.write(chunks);
    if (this.waiting === 0) this.shared = 0;
    this.owner.heldChanged();
    if (this.congested) return;
    this.release();
    // What had to wait for this turn's replies to be written goes on; no drain may come of them.
    this.owner.drained();
  }

  private write(chunks: (string | Buffer)[]): void {
    const runs = joinStrings(chunks);
    // The one buffer that a group shares is written as it is: corking it would cost as much again.
    if (runs.length > 1) this.socket.cork();
    this.writes += runs.length;
    for (const run of runs) this.socket.write(run, this.written);
    if (runs.length > 1) this.socket.uncork();
  }

  private readonly written = (error?: Error | null): void => {
    // Node reports no error for a write that was under way when the socket was destroyed.
    if (error || this.socket.destroyed) this.failed = true;
    this.writes--;
    if (this.writes > 0) return;
    this.shared = 0;
    this.owner.heldChanged();
  };

  private release(): void {
    this.ceiling = this.limit;
    const { waiters } = this;
    this.waiters = [];
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
