import type { Effect } from '../protocol/methods.ts';
import type { Costs } from './costs.ts';
import type { Piecework } from './turns.ts';

interface Task {
  readonly effect: Effect;
  readonly run: () => Promise<void>;
  readonly bytes: number;
  /** The expected cost in milliseconds; 0 unless it is a write. */
  expected: number;
}

// Memory of a waiting request in addition to its text, in bytes.
const overhead = 500;

// Idle connections are many, and share their empty list; nothing is added to it.
const noTasks: Task[] = [];

export interface RequestQueueOwner {
  /** Whether the next request has to wait until the peer has read earlier replies. */
  readonly congested: boolean;
  readonly costs: Costs;
  /** Called when no request is waiting or under way any more. */
  settle(): void;
}

/**
 * The requests of one connection, which take effect in the order in which they were sent. Consecutive
 * writes run at the same time, so that they can share a commit. Any other request waits for all before
 * it, and those after it wait for it.
 */
export class RequestQueue implements Piecework {
  private waiting = noTasks;
  /** Index of the next task, so that a queue of a thousand is not shifted at each. */
  private next = 0;
  private underWay = 0;
  private onlyWrites = true;
  /** Whether it waits for `goOn`. */
  private resting = false;
  private waitingBytes = 0;
  private bytesUnderWay = 0;

  constructor(private readonly owner: RequestQueueOwner) {}

  /** Requests that have not begun. */
  get length(): number {
    return this.waiting.length - this.next;
  }

  /** Bytes of the requests that are waiting or under way, about. */
  get bytes(): number {
    return this.waitingBytes + this.bytesUnderWay;
  }

  get idle(): boolean {
    return this.length === 0 && this.underWay === 0;
  }

  /**
   * @param length of its text
   * @param run carries the request out and answers it; never rejects. The work until it first waits is
   * part of reading the request, for which the caller charges.
   */
  add(effect: Effect, length: number, run: () => Promise<void>): void {
    const bytes = overhead + length;
    this.waitingBytes += bytes;
    const task = { effect, run, bytes, expected: 0 };
    if (this.length === 0 && this.mayBegin(effect)) this.begin(task);
    else if (this.waiting === noTasks) this.waiting = [task];
    else this.waiting.push(task);
  }

  /** Drops the next request: its line was the answer to a question of the running request. */
  skip(): void {
    const task = this.waiting[this.next];
    if (!task) return;
    this.next++;
    this.waitingBytes -= task.bytes;
  }

  /** Forgets the requests that have not begun. */
  clear(): void {
    this.waiting = noTasks;
    this.next = 0;
    this.waitingBytes = 0;
  }

  goOn(): void {
    this.resting = false;
    this.pump();
  }

  /** Begins the requests that can begin. The owner calls it when congestion has ended, too. */
  pump(): void {
    if (this.length > 0 && !this.beginAll()) return;
    this.clear();
    if (this.idle) this.owner.settle();
  }

  /** @returns whether no request is left waiting */
  private beginAll(): boolean {
    const { costs } = this.owner;
    const mark = costs.mark();
    for (;;) {
      const task = this.waiting[this.next];
      if (!task) return true;
      if (!this.mayBegin(task.effect)) return false;
      this.next++;
      this.begin(task);
      costs.chargePiece(mark);
    }
  }

  /** Whether the next request, of that effect, can begin. If not, `pump` or `goOn` is called when it can. */
  private mayBegin(effect: Effect): boolean {
    if (this.underWay > 0 && !(this.onlyWrites && effect === 'write')) return false;
    if (this.owner.congested || this.resting) return false;
    this.resting = !this.owner.costs.mayBegin(this);
    return !this.resting;
  }

  private begin(task: Task): void {
    const { effect, run, bytes } = task;
    this.onlyWrites = effect === 'write';
    this.underWay++;
    this.waitingBytes -= bytes;
    this.bytesUnderWay += bytes;
    if (effect === 'write') task.expected = this.owner.costs.expectWrite();
    run().then(() => this.end(task));
  }

  private end({ bytes, expected }: Task): void {
    if (expected > 0) this.owner.costs.writeEnded(expected);
    this.underWay--;
    this.bytesUnderWay -= bytes;
    this.pump();
  }
}
