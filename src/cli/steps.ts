import type { StepControl } from '../board/administration.ts';
import { Progress } from './progress.ts';

/**
 * Runs work on messages that goes in steps: shows how far it is, and lets Ctrl-C and SIGTERM stop
 * it between two steps, which is a matter of milliseconds.
 */
export async function runInSteps<T>(
  total: number,
  work: (control: StepControl) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const abort = () => stop.abort();
  const progress = new Progress(total, 'messages');
  process.on('SIGINT', abort).on('SIGTERM', abort);
  try {
    return await work({ signal: stop.signal, progress: (done) => progress.update(done) });
  } finally {
    process.off('SIGINT', abort).off('SIGTERM', abort);
    progress.stop();
  }
}
