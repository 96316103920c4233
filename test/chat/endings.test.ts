import { execFile } from 'node:child_process';
import { expect, test } from 'vitest';

const endings = new URL('../../src/chat/terminal/endings.ts', import.meta.url).href;

/** How a program ends that has two things to do before: the first fails, and the second prints a text. */
async function ended(by: string) {
  const program = `
    import { writeSync } from 'node:fs';
    import { beforeEnd } from '${endings}';
    beforeEnd(() => { throw new Error('The text could not be written.'); });
    beforeEnd(() => void writeSync(1, 'kept'));
    ${by}`;
  const args = ['--no-warnings', '--input-type=module', '-e', program];
  return new Promise((resolve) => {
    execFile(process.execPath, args, (error, stdout, stderr) => {
      resolve({ stdout, stderr, code: error?.code ?? 0, signal: error?.signal ?? null });
    });
  });
}

const printed = { stdout: 'kept', stderr: 'The text could not be written.\n' };

test('what fails before a program exits is reported, keeps nothing else from being done, and makes it fail', async () => {
  expect(await ended('')).toEqual({ ...printed, code: 1, signal: null });
  expect(await ended('process.exit(0)')).toEqual({ ...printed, code: 1, signal: null });
  expect(await ended('process.exit(3)')).toEqual({ ...printed, code: 3, signal: null });
});

test('what fails before a signal ends a program is reported, and the signal ends it', async () => {
  const waits = "setInterval(() => {}, 1000); process.kill(process.pid, 'SIGTERM');";
  expect(await ended(waits)).toMatchObject({ ...printed, signal: 'SIGTERM' });
});
