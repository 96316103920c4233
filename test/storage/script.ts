import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { onTestFinished } from 'vitest';

/** Where the built program is, for scripts to import from. */
const dist = join(import.meta.dirname, '../../dist');

/**
 * Runs a script in a process of its own, under another user if asked to, and gives it with the
 * first line that it prints. It is killed when the test has ended. `DIST` in the script is the
 * folder of the built program; `process.argv` from 1 on is `args`.
 */
export async function startScript(
  script: string,
  args: string[],
  as: { uid?: number; gid?: number } = {},
): Promise<{ child: ChildProcess; line: string }> {
  const child = spawn(
    process.execPath,
    ['--input-type=module', '--eval', script.replaceAll('DIST', dist), ...args],
    { stdio: ['pipe', 'pipe', 'inherit'], ...as },
  );
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([once(lines, 'line'), ended.then(() => ['(it has ended)'])]);
  return { child, line: String(line) };
}
