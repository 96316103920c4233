import { setTimeout as pause } from 'node:timers/promises';

/** Closes one part. @param reason in words, for the peers */
export type Closer = (reason: string) => Promise<void> | void | undefined;

/** The parts to close, in stages. The last stage is closed first; the parts of a stage are closed at the same time. */
export class Closers {
  private readonly stages: Closer[][] = [];

  /** @param limit milliseconds for one stage; `close` does not wait longer for a part that is still closing */
  constructor(private readonly limit: number) {}

  add(...stage: Closer[]): void {
    this.stages.push(stage);
  }

  /**
   * A second call closes the parts that were added since the first.
   * @throws the first error of a closer, after all others have been called
   */
  async close(reason: string): Promise<void> {
    const errors: unknown[] = [];
    for (const stage of this.stages.splice(0).reverse()) {
      const all = stage.map(async (closer) => {
        try {
          await closer(reason);
        } catch (error) {
          errors.push(error);
        }
      });
      await Promise.race([Promise.all(all), pause(this.limit, undefined, { ref: false })]);
    }
    if (errors.length > 0) throw errors[0];
  }
}
