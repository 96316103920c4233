import { once } from 'node:events';
import { createReadStream, type ReadStream } from 'node:fs';
import { addAbortSignal, type Readable } from 'node:stream';
import type { Command } from 'commander';
import { ExportError } from '../../board/export-format.ts';
import { count } from '../../protocol/text/render.ts';
import { requireOther } from '../../storage/sqlite/file/board-files.ts';
import { clockCheck, problemsOf } from '../../storage/sqlite/file/health.ts';
import { databaseFile, openShared } from '../../storage/sqlite/file/open.ts';
import { type Imported, importBoard } from '../../storage/sqlite/moving/import.ts';
import { ImportDatabase } from '../../storage/sqlite/moving/import-database.ts';
import { similarNames } from '../../storage/sqlite/moving/similar-names.ts';
import { notEmpty } from '../../tasks/parse.ts';
import { UserError } from '../errors.ts';
import { type CommonOptions, databaseCommand } from '../operating/administer.ts';
import { isAbort, untilStopped } from '../operating/steps.ts';
import { printDone } from '../printing/output.ts';
import { Progress } from '../printing/progress.ts';
import { interruptedCode } from '../running/interrupt.ts';

// How many bytes are read at once.
const chunkSize = 256 * 1024;

interface Summary {
  readonly file: string;
  readonly users: number;
  readonly groups: number;
  readonly messages: number;
  /** How many lines an earlier import of the same file had read when it was interrupted. */
  readonly resumedAt: number;
}

interface ImportOptions extends CommonOptions {
  readonly restart?: true;
}

export function importCommand(): Command {
  return databaseCommand('import', 'make a board from an export; not while a server runs')
    .argument(
      '<file>',
      'the file that corkboard export has written; - for standard input',
      notEmpty,
    )
    .option('--restart', 'discard an interrupted import and begin at the first line')
    .addHelpText(
      'after',
      `
The board must be missing or empty. It does not change until the whole file was read and checked.
Then the imported board replaces it. If Ctrl-C or a crash interrupts an import, run the same command
again with the same file: it continues where it was.

Examples:
  $ corkboard import board.jsonl --data /var/lib/corkboard
  $ gunzip < board.jsonl.gz | corkboard import -`,
    )
    .action((file: string, options: ImportOptions) => run(file, options));
}

async function run(file: string, options: ImportOptions): Promise<void> {
  const database = databaseFile(options.data);
  if (file !== '-') requireOther(file, ImportDatabase.path(database));
  const source = file === '-' ? process.stdin : await openSource(file);
  const { header, resumedAt } = await followed(database, source, file, options).catch((error) => {
    throw asUserError(error, file === '-' ? 'Standard input' : file);
  });
  const { users, groups, memberships, messages } = header;
  const document = { file: database, users, groups, memberships, messages, resumedAt };
  printDone(options, document, () => described(document));
  warn(database);
}

// How many pairs of similar names are printed.
const pairsShown = 20;

/**
 * Warns of dates in the future, because the board would date every later message after them, and of names that look alike, because
 * one user could pass for the other.
 */
function warn(database: string): void {
  const client = openShared(database);
  try {
    for (const problem of problemsOf(clockCheck, client)) {
      process.stderr.write(`corkboard: ${problem}\n`);
    }
    for (const { of, one, other } of similarNames(client, pairsShown)) {
      process.stderr.write(
        `corkboard: The ${of}s ${one} and ${other} look alike. To rename one: corkboard ${of} rename\n`,
      );
    }
  } finally {
    client.close();
  }
}

/** @throws UserError */
async function openSource(file: string): Promise<ReadStream> {
  const source = createReadStream(file, { highWaterMark: chunkSize });
  try {
    await once(source, 'open');
    return source;
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** @throws UserError if reading fails, which cannot be confused with an error of the database */
async function* bytesOf(source: Readable, file: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of source) yield chunk as Buffer;
  } catch (error) {
    throw isAbort(error) ? error : unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): UserError {
  return new UserError(`Cannot read ${file}: ${(error as Error).message}.`);
}

function followed(
  database: string,
  source: Readable,
  file: string,
  { restart = false }: { restart?: boolean },
): Promise<Imported> {
  return untilStopped(async (signal) => {
    let shown: Progress | undefined;
    const progress = (done: number, total: number, from: number) => {
      shown ??= new Progress(total, 'lines', from);
      shown.update(done);
    };
    // Ctrl-C ends the import at once, even if a pipe has not delivered its data yet.
    const chunks = bytesOf(addAbortSignal(signal, source), file);
    try {
      return await importBoard(database, chunks, { signal, progress, restart });
    } finally {
      shown?.stop();
    }
  });
}

function asUserError(error: unknown, source: string): unknown {
  if (error instanceof ExportError) {
    return new UserError(
      `${source} cannot be imported. ${error.message} The board was not changed.`,
    );
  }
  if (isAbort(error)) {
    return new UserError('Interrupted. Run the same command again to continue.', interruptedCode());
  }
  return error;
}

function described({ file, resumedAt, ...counts }: Summary): string {
  const { users, groups, messages } = counts;
  const what = [count(groups, 'group'), count(users, 'user'), count(messages, 'message')];
  const from = resumedAt > 0 ? `, continuing after line ${resumedAt}` : '';
  return `Imported ${what.join(', ')} into ${file}${from}.`;
}
