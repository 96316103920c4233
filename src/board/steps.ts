import { setTimeout as pause } from 'node:timers/promises';

/** Reports the progress of long work, and stops it between two steps. */
export interface StepControl {
  readonly signal: AbortSignal;
  /** Called after each step with how much is done so far. */
  progress(done: number): void;
}

/**
 * Runs long work in steps until `step` says that it is complete, or until `signal` is aborted. After each step it
 * pauses for twice as long as the step took, so that other processes and requests get most of the time.
 * @param step returns whether the work is complete
 * @param shortestPause milliseconds, or a function that is asked before each pause
 * @returns whether the work is complete
 */
export async function runSteps(
  step: () => Promise<boolean>,
  { signal, shortestPause }: { signal: AbortSignal; shortestPause: number | (() => number) },
): Promise<boolean> {
  while (!signal.aborted) {
    const start = performance.now();
    if (await step()) return true;
    const least = typeof shortestPause === 'number' ? shortestPause : shortestPause();
    await pause(Math.max(least, 2 * (performance.now() - start)));
  }
  return false;
}
