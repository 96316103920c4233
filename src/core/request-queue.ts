import type { Effect } from '../protocol/methods.ts';
import type { Costs } from './costs.ts';
import type { Piecework } from './turns.ts';

// Memory of a waiting request in addition to its text, in bytes.
const overhead = 500;

/** A request in the queue of its connection. */
export abstract class Task {
  /** Memory that it takes, about. */
  readonly bytes: number;
  /** Kept by the queue: the expected cost in milliseconds; 0 unless it is a write. */
  expected = 0;

  /** @param length of its text */
  constructor(
    readonly effect: Effect,
    length: number,
  ) {
    this.bytes = overhead + length;
  }

  /**
   * Carries the request out, answers it, and calls `queue.end(this)`, but not before this method returns. It never
   * throws. The work until it returns is part of reading the request, for which the caller charges.
   */
  abstract run(queue: RequestQueue): void;
}

/** A request that is carried out by an async function. */
class AsyncTask extends Task {
  constructor(
    effect: Effect,
    length: number,
    private readonly work: () => Promise<void>,
  ) {
    super(effect, length);
  }

  run(queue: RequestQueue): void {
    this.work().then(() => queue.end(this));
  }
}

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
   * @param run carries the request out and answers it; never rejects. See `Task.run`.
   */
  add(effect: Effect, length: number, run: () => Promise<void>): void {
    this.enqueue(new AsyncTask(effect, length, run));
  }

  /** Begins a request when those before it allow it. */
  enqueue(task: Task): void {
    this.waitingBytes += task.bytes;
    if (this.length === 0 && this.mayBegin(task.effect)) this.begin(task);
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

  /** To be called once for a task, or for `count` tasks together, with the sums of their numbers. */
  end({ bytes, expected }: Pick<Task, 'bytes' | 'expected'>, count = 1): void {
    if (expected > 0) this.owner.costs.writeEnded(expected);
    this.underWay -= count;
    this.bytesUnderWay -= bytes;
    this.pump();
  }

  private begin(task: Task): void {
    const { effect, bytes } = task;
    this.onlyWrites = effect === 'write';
    this.underWay++;
    this.waitingBytes -= bytes;
    this.bytesUnderWay += bytes;
    if (effect === 'write') task.expected = this.owner.costs.expectWrite();
    task.run(this);
  }
}
