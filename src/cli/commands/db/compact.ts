import { statSync } from 'node:fs';
import type { Command } from 'commander';
import type { Client } from '../../../storage/sqlite/file/connection.ts';
import { LockedError, ServerLock } from '../../../storage/sqlite/file/lock.ts';
import { databaseFile, openShared } from '../../../storage/sqlite/file/open.ts';
import { givesBack, rewrite, unusedPages } from '../../../storage/sqlite/file/space.ts';
import { returnSpaceInSteps } from '../../../storage/sqlite/steps/compact.ts';
import { UserError } from '../../errors.ts';
import { type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { runInSteps } from '../../operating/steps.ts';
import { printDone, shownBytes } from '../../printing/output.ts';
import { interruptedCode } from '../../running/interrupt.ts';

interface CompactOptions extends CommonOptions {
  readonly full?: true;
}

export function dbCompactCommand(): Command {
  return databaseCommand('compact', 'return unused space of the database file to the disk')
    .option('--full', 'rewrite the whole file; not while a server runs')
    .addHelpText(
      'after',
      `
The command works in small steps and may run beside a server. Ctrl-C stops it after the current step.
A database of a version without this command is rewritten once, while no server runs. That needs free
space of twice its size, and Ctrl-C leaves the database unchanged.

Examples:
  $ corkboard db compact
  $ corkboard db compact --full --data /var/lib/corkboard`,
    )
    .action(compact);
}

async function compact(options: CompactOptions): Promise<void> {
  const file = databaseFile(options.data);
  const client = openShared(file);
  const held = takeLock(file);
  try {
    const before = statSync(file).size;
    const unused = unusedPages(client);
    const full = options.full ?? !givesBack(client);
    if (full) rewriteAlone(client, file, held);
    else await giveBack(client);
    const after = statSync(file).size;
    printDone(options, { file, full, before, after }, () =>
      after < before
        ? `${file} had ${shownBytes(before)} and has ${shownBytes(after)} now.`
        : unused > 0
          ? `${file} still has ${shownBytes(after)}: another process reads it, such as a backup. The file shrinks when that process is done.`
          : `There is no space to return: ${file} has ${shownBytes(after)}.`,
    );
  } finally {
    client.close();
    if (held instanceof ServerLock) held.release();
  }
}

/** The lock, or the error that says which server has it. */
function takeLock(file: string): ServerLock | LockedError {
  try {
    return ServerLock.take(file);
  } catch (error) {
    if (error instanceof LockedError) return error;
    throw error;
  }
}

async function giveBack(client: Client): Promise<void> {
  const complete = await runInSteps(
    unusedPages(client),
    (control) => returnSpaceInSteps(client, control),
    'pages',
  );
  if (!complete)
    throw new UserError('Interrupted. The space returned so far stays free.', interruptedCode());
}

function rewriteAlone(client: Client, file: string, held: ServerLock | LockedError): void {
  if (held instanceof LockedError) {
    throw new UserError(
      `${file} can only be rewritten while no server runs, and process ${held.pid} is its server. ` +
        'Stop the server and run this again.',
    );
  }
  if (process.stderr.isTTY) {
    process.stderr.write(`Rewriting ${shownBytes(statSync(file).size)} takes a while …\n`);
  }
  rewrite(client);
}
