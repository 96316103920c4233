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
import { UserError } from '../errors.ts';
import { type CommonOptions, databaseCommand } from '../operating/administer.ts';
import { isAbort, untilStopped } from '../operating/steps.ts';
import { notEmpty } from '../parsing/parse.ts';
import { printDone } from '../printing/output.ts';
import { Progress } from '../printing/progress.ts';
import { interruptedCode } from '../running/interrupt.ts';

// Bytes that are read at once.
const chunkSize = 256 * 1024;

interface Summary {
  readonly file: string;
  readonly users: number;
  readonly groups: number;
  readonly messages: number;
  /** The lines that an interrupted import had read before. */
  readonly resumedAt: number;
}

interface ImportOptions extends CommonOptions {
  readonly restart?: true;
}

export function importCommand(): Command {
  return databaseCommand('import', 'make a board of an export; not while a server runs')
    .argument('<file>', 'what corkboard export has written; standard input for -', notEmpty)
    .option('--restart', 'begin anew, and forget an import that was interrupted')
    .addHelpText(
      'after',
      `
The board must be missing or empty. It stays as it is until all of the file was read and found
right; then the imported one is put in its place. An import that was interrupted, by Ctrl-C or a
crash, goes on where it was when the same file is imported again.

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
  warnOfLaterDates(database);
}

/** Every message that is posted later would be dated after them. */
function warnOfLaterDates(database: string): void {
  const client = openShared(database);
  try {
    for (const problem of problemsOf(clockCheck, client)) {
      process.stderr.write(`corkboard: ${problem}\n`);
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

/** @throws UserError, so that it is told apart from what the database throws */
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
    // Who stops it does not wait for what has yet to come over a pipe.
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
    return new UserError(`${source} cannot be imported. ${error.message} The board is as it was.`);
  }
  if (isAbort(error)) {
    return new UserError('Interrupted. The same command goes on from there.', interruptedCode());
  }
  return error;
}

function described({ file, resumedAt, ...counts }: Summary): string {
  const { users, groups, messages } = counts;
  const what = [count(groups, 'group'), count(users, 'user'), count(messages, 'message')];
  const from = resumedAt > 0 ? `, going on after line ${resumedAt}` : '';
  return `Imported ${what.join(', ')} into ${file}${from}.`;
}
