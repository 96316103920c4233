import { runSteps, type StepControl } from '../../../board/steps.ts';
import type { Client } from '../file/connection.ts';
import { emptyLog, unusedPages } from '../file/space.ts';
import { OutsideExecutor } from '../operator/outside-executor.ts';

/**
 * Returns the unused pages of the file to the disk, in steps between which a server can write.
 * @returns false if it was stopped before the end, or a reader keeps the log from being emptied
 * @throws BoardError `STORAGE_FAILED`; the pages that were returned before stay returned
 */
export async function returnSpaceInSteps(client: Client, control: StepControl): Promise<boolean> {
  const before = unusedPages(client);
  const executor = new OutsideExecutor(client);
  const { shortestPause } = executor;
  const step = async () => {
    await executor.run('returnSpace', {});
    const left = unusedPages(client);
    control.progress(before - left);
    return left === 0;
  };
  if (before > 0) {
    await executor.long(() => runSteps(step, { signal: control.signal, shortestPause }));
  }
  emptyLog(client);
  return unusedPages(client) === 0;
}
