import type { Effect } from '../protocol/methods.ts';

// How long the requests of one connection may take of a turn of the event loop, in milliseconds.
const slice = 2;

interface Task {
  readonly effect: Effect;
  readonly run: () => Promise<void>;
}

export interface RequestQueueOwner {
  /** Whether the next request has to wait for the peer to read what it was answered. */
  readonly congested: boolean;
  /** Called when nothing is waiting or under way any more. */
  settle(): void;
}

/**
 * The requests of one connection, which take effect in the order sent. Writes that follow one
 * another are under way together, so that they can share a commit; anything else waits for what
 * was sent before it, and what was sent after it waits for it.
 */
export class RequestQueue {
  private waiting: Task[] = [];
  /** Index of the next task: a queue of a thousand is not moved up at each. */
  private next = 0;
  private underWay = 0;
  private onlyWrites = true;
  private turnBegan: number | undefined;

  constructor(private readonly owner: RequestQueueOwner) {}

  /** Requests that have not begun. */
  get length(): number {
    return this.waiting.length - this.next;
  }

  get idle(): boolean {
    return this.length === 0 && this.underWay === 0;
  }

  /** @param run carries the request out and answers it; never rejects */
  add(effect: Effect, run: () => Promise<void>): void {
    this.waiting.push({ effect, run });
    this.pump();
  }

  /** Forgets what has not begun. */
  clear(): void {
    this.waiting = [];
    this.next = 0;
  }

  /** Begins what can begin; to be called when congestion has ended, too. */
  pump(): void {
    for (;;) {
      const task = this.waiting[this.next];
      if (!task) break;
      if (this.underWay > 0 && !(this.onlyWrites && task.effect === 'write')) return;
      if (this.owner.congested || this.hasHadItsTurn()) return;
      this.next++;
      this.begin(task);
    }
    this.clear();
    if (this.idle) this.owner.settle();
  }

  private readonly done = (): void => {
    this.underWay--;
    this.pump();
  };

  /** What is done at once is done without leaving the turn: the others get theirs in between. */
  private hasHadItsTurn(): boolean {
    const now = performance.now();
    if (this.turnBegan === undefined) {
      this.turnBegan = now;
      setImmediate(() => {
        this.turnBegan = undefined;
        this.pump();
      });
    }
    return now - this.turnBegan > slice;
  }

  private begin(task: Task): void {
    this.onlyWrites = task.effect === 'write';
    this.underWay++;
    task.run().then(this.done);
  }
}
