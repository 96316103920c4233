import { setTimeout as pause } from 'node:timers/promises';
import { runSteps } from './steps.ts';

export interface IndexerOptions {
  /** Indexes some messages, for some milliseconds. @returns whether all are indexed */
  readonly index: () => Promise<boolean>;
  /** Called with an error of a step. The indexer tries again at its next round. */
  readonly failed: (error: unknown) => void;
  /** Milliseconds after which it indexes even a single message. */
  readonly interval?: number;
}

// So many messages are indexed together: fewer, larger pieces of the index cost less. Until then a search reads them.
const enoughMessages = 100;
// Between two steps, in milliseconds. While members post, there are few steps: each is a commit that posts wait for, and
// with a step every 5 ms a busy group got half as many notices. The index catches up when fewer messages are posted.
// If a step was not enough for what is posted meanwhile, the next one comes sooner, so that the index keeps up with 2,000
// posts a second. It does not with several thousand: then the posts go first, and a step takes 3 % of the time.
const shortestPause = { whilePosting: 100, behind: 40, whileBusy: 200, otherwise: 5 };
const aboutOneStep = { from: 250, below: 500 };

/** Keeps the index of words up to date while a board runs. It follows the posts, a little later. */
export class Indexer {
  private readonly closing = new AbortController();
  private rest = new AbortController();
  private waiting = 0;
  /** `waiting` at the last step. */
  private before = 0;
  private readonly working: Promise<void>;

  constructor(private readonly options: IndexerOptions) {
    this.working = this.work();
  }

  /** To be called with the number of messages that were posted. */
  posted(count: number): void {
    const before = this.waiting;
    this.waiting += count;
    // Only once: each call would make an exception, which takes longer than all else that the loop does for a post.
    if (before < enoughMessages && this.waiting >= enoughMessages) this.rest.abort();
  }

  /** Stops after the current step. */
  async close(): Promise<void> {
    this.closing.abort();
    this.rest.abort();
    await this.working;
  }

  private async work(): Promise<void> {
    const { index, failed, interval = 5000 } = this.options;
    const { signal } = this.closing;
    while (!signal.aborted) {
      this.waiting = 0;
      this.before = 0;
      this.rest = new AbortController();
      let hasFailed = false;
      try {
        await runSteps(index, { signal, shortestPause: () => this.nextPause() });
      } catch (error) {
        hasFailed = true;
        failed(error);
      }
      if (signal.aborted) return;
      // Posts do not end the pause after a failure: while the disk fails, each attempt would fail.
      if (!hasFailed && this.waiting >= enoughMessages) continue;
      const until = hasFailed ? signal : this.rest.signal;
      await pause(interval, undefined, { signal: until, ref: false }).catch(() => {});
    }
  }

  private nextPause(): number {
    const posted = this.waiting - this.before;
    this.before = this.waiting;
    if (posted === 0) return shortestPause.otherwise;
    if (posted < aboutOneStep.from) return shortestPause.whilePosting;
    return posted < aboutOneStep.below ? shortestPause.behind : shortestPause.whileBusy;
  }
}
