import { setTimeout as pause } from 'node:timers/promises';

/** Closes one part. @param reason in words, for the peers */
export type Closer = (reason: string) => Promise<void> | void | undefined;

/** What has to be closed, in stages: the last stage first, and all of one stage at the same time. */
export class Closers {
  private readonly stages: Closer[][] = [];

  /** @param limit milliseconds that one stage may take; what is not closed by then is left */
  constructor(private readonly limit: number) {}

  add(...stage: Closer[]): void {
    this.stages.push(stage);
  }

  /** A second call closes what was added since the first. */
  async close(reason: string): Promise<void> {
    for (const stage of this.stages.splice(0).reverse()) {
      const all = Promise.all(stage.map((closer) => closer(reason)));
      await Promise.race([all, pause(this.limit, undefined, { ref: false })]);
    }
  }
}
