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
  return databaseCommand('compact', 'give the space of what was deleted back to the disk')
    .option('--full', 'write the whole file anew; not while a server runs')
    .addHelpText(
      'after',
      `
It goes in small steps beside a running server; Ctrl-C stops it between two of them. A database made
by a version that could not do so is written anew once, while no server runs. That needs free space
of twice its size, and Ctrl-C leaves it as it was.

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
          ? `${file} still has ${shownBytes(after)}: something reads it, such as a backup. It shrinks once that is done.`
          : `There is nothing to give back: ${file} has ${shownBytes(after)}.`,
    );
  } finally {
    client.close();
    if (held instanceof ServerLock) held.release();
  }
}

/** The lock, or what says that a server has it. */
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
  if (!complete) throw new UserError('Interrupted; what was given back is.', interruptedCode());
}

function rewriteAlone(client: Client, file: string, held: ServerLock | LockedError): void {
  if (held instanceof LockedError) {
    throw new UserError(
      `${file} can only be written anew for this, while no server runs; process ${held.pid} does. ` +
        'Stop it and run this again.',
    );
  }
  if (process.stderr.isTTY) {
    process.stderr.write(`Writing ${shownBytes(statSync(file).size)} anew takes a while …\n`);
  }
  rewrite(client);
}
