import type { StepControl } from '../board/administration.ts';
import { Progress } from './progress.ts';

/** Runs work with a signal that Ctrl-C and SIGTERM abort. */
export async function untilStopped<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const abort = () => stop.abort();
  process.on('SIGINT', abort).on('SIGTERM', abort);
  try {
    return await work(stop.signal);
  } finally {
    process.off('SIGINT', abort).off('SIGTERM', abort);
  }
}

/**
 * Runs work on messages that goes in steps: shows how far it is, and lets Ctrl-C and SIGTERM stop
 * it between two steps, which is a matter of milliseconds.
 */
export function runInSteps<T>(
  total: number,
  work: (control: StepControl) => Promise<T>,
): Promise<T> {
  return untilStopped((signal) => showSteps(total, signal, work));
}

/** The same as a part of what `untilStopped` runs. */
export async function showSteps<T>(
  total: number,
  signal: AbortSignal,
  work: (control: StepControl) => Promise<T>,
): Promise<T> {
  const progress = new Progress(total, 'messages');
  try {
    return await work({ signal, progress: (done) => progress.update(done) });
  } finally {
    progress.stop();
  }
}
