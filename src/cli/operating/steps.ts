import type { StepControl } from '../../board/steps.ts';
import type { CopyControl } from '../../storage/sqlite/copies/copy.ts';
import { UserError } from '../errors.ts';
import { Progress } from '../printing/progress.ts';
import { type InterruptedCode, interruption } from '../running/interrupt.ts';

/**
 * Runs work with a signal that Ctrl-C and SIGTERM abort.
 * @param reason the reason of the aborted signal
 */
export async function untilStopped<T>(
  work: (signal: AbortSignal) => Promise<T>,
  reason?: (exitCode: InterruptedCode) => UserError,
): Promise<T> {
  const ended = interruption(reason);
  try {
    return await work(ended.signal);
  } finally {
    ended.close();
  }
}

/** Whether work ended because its signal was aborted without a reason. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/**
 * Runs work that is done in steps. Shows its progress. Ctrl-C and SIGTERM stop it after the current step,
 * which takes milliseconds.
 */
export function runInSteps<T>(
  total: number,
  work: (control: StepControl) => Promise<T>,
  unit = 'messages',
): Promise<T> {
  return untilStopped((signal) => showSteps(total, signal, work, unit));
}

/** Like `runInSteps`, inside of work that `untilStopped` runs. */
export async function showSteps<T>(
  total: number,
  signal: AbortSignal,
  work: (control: StepControl) => Promise<T>,
  unit = 'messages',
): Promise<T> {
  const progress = new Progress(total, unit);
  try {
    return await work({ signal, progress: (done) => progress.update(done) });
  } finally {
    progress.stop();
  }
}

/** Copies a database. Shows the progress. Ctrl-C and SIGTERM stop it. */
export async function runCopy<T>(work: (control: CopyControl) => Promise<T>): Promise<T> {
  const progress = new Progress(0, 'MiB');
  const inMebibytes = (bytes: number) => Math.round(bytes / 1024 ** 2);
  try {
    return await untilStopped(
      (signal) =>
        work({
          signal,
          progress: (done, total) => progress.update(inMebibytes(done), inMebibytes(total)),
        }),
      (exitCode) => new UserError('Interrupted; everything is as it was.', exitCode),
    );
  } finally {
    progress.stop();
  }
}
