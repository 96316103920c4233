#!/usr/bin/env node
import { oldestNode, tooOld } from './node-version.ts';
import { holdHangUps } from './running/hangup.ts';
import { importQuickly } from './running/quick-imports.ts';
import { ignoreMeaninglessSignals } from './running/signals.ts';

// Whatever is imported statically is loaded before this check. better-sqlite3 ends an older Node with
// a segmentation fault, so the program itself is loaded only after it.
if (tooOld(process.versions.node)) {
  console.error(
    `corkboard: Node ${process.versions.node} is too old: install Node ${oldestNode} or newer, or put it first in PATH.`,
  );
  process.exitCode = 1;
} else {
  if (process.argv[2] === 'serve') {
    holdHangUps();
    ignoreMeaninglessSignals();
  }
  // Without a listener, Node opens its debugger at SIGUSR1, through which any user of the machine controls the process.
  process.on('SIGUSR1', () => {});
  importQuickly();
  const { run } = await import('./exit.ts');
  const { buildProgram } = await import('./program.ts');
  process.exitCode = await run(await buildProgram(process.argv[2]), process.argv);
  // After a signal, the program does not wait until its output is read.
  if (process.exitCode > 128) process.exit();
}
