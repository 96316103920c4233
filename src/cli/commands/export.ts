import type { Command } from 'commander';
import { groupRef } from '../../board/refs.ts';
import { count } from '../../protocol/text/render.ts';
import { databaseFile } from '../../storage/sqlite/file/open.ts';
import { exportLines } from '../../storage/sqlite/moving/export-lines.ts';
import { Snapshot } from '../../storage/sqlite/moving/export-snapshot.ts';
import { notEmpty } from '../../tasks/parse.ts';
import { UserError } from '../errors.ts';
import { administer, type CommonOptions, databaseCommand } from '../operating/administer.ts';
import { isAbort, showSteps, untilStopped } from '../operating/steps.ts';
import { ExportEncoder, type Written } from '../printing/export-encoder.ts';
import { printDone } from '../printing/output.ts';
import { OutputFile, type OutputTarget, StandardOutput } from '../printing/output-target.ts';
import { interruptedCode } from '../running/interrupt.ts';

interface ExportOptions extends CommonOptions {
  readonly group?: string[];
  readonly withoutPasswords?: true;
  readonly force?: true;
}

export function exportCommand(): Command {
  return databaseCommand('export', 'write the board, or some groups, as JSON Lines')
    .argument('[file]', 'the file to write; standard output if left out, or for -', notEmpty)
    .option('--group <group>', 'export only this group and its members; may be repeated', collect)
    .option(
      '--without-passwords',
      'leave out the hashes of passwords and the SSH keys, so that anyone can use the names',
    )
    .option('--force', 'overwrite the file')
    .addHelpText(
      'after',
      `
The export is a snapshot of the board, also beside a running server. It contains every message and
the hashes of the passwords, so it is as secret as the database. Only the owner can read the file. An
export that is interrupted or fails leaves no file. docs/export-format.md describes the format.

Examples:
  $ corkboard export board.jsonl
  $ corkboard export --group news --group help --without-passwords news.jsonl
  $ corkboard export | gzip > board.jsonl.gz`,
    )
    .action((file: string | undefined, options: ExportOptions, command: Command) => {
      const named = file === '-' ? undefined : file;
      if (options.json && !named)
        command.error('error: --json describes the file of the export: name a file');
      return untilStopped((signal) => writeExport(named, options, signal));
    });
}

function collect(group: string, groups: string[] = []): string[] {
  return [...groups, notEmpty(group)];
}

async function writeExport(
  file: string | undefined,
  options: ExportOptions,
  signal: AbortSignal,
): Promise<void> {
  const database = databaseFile(options.data);
  const target =
    file === undefined
      ? new StandardOutput(database, signal)
      : await OutputFile.create(file, database, options);
  let snapshot: Snapshot | undefined;
  try {
    snapshot = await takeSnapshot(options, signal);
    const written = await writeLines(snapshot, options, target, signal);
    await target.finish();
    if (file === undefined) return;
    const document = { file, ...snapshot.counts, ...written };
    printDone(options, document, () => described(document));
  } catch (error) {
    await target.discard();
    throw isAbort(error)
      ? new UserError('Interrupted; nothing was exported.', interruptedCode())
      : error;
  } finally {
    snapshot?.close();
  }
}

async function takeSnapshot(options: ExportOptions, signal: AbortSignal): Promise<Snapshot> {
  const only = options.group?.map(groupRef);
  const groups = await administer(options, (board) =>
    only ? Promise.all(only.map((ref) => board.group(ref))) : board.groups(),
  );
  const total = groups.reduce((sum, { messages }) => sum + messages, 0);
  const file = databaseFile(options.data);
  return showSteps(total, signal, (control) => Snapshot.take(file, only, control));
}

/** @returns undefined if the reader of the output has closed it before the end */
function writeLines(
  snapshot: Snapshot,
  { group, withoutPasswords }: ExportOptions,
  target: OutputTarget,
  signal: AbortSignal,
): Promise<Written | undefined> {
  const scope = { whole: group === undefined, passwords: withoutPasswords === undefined };
  return showSteps(snapshot.counts.messages, signal, async ({ progress }) => {
    const encoder = new ExportEncoder();
    for (const text of encoder.encode(exportLines(snapshot, scope))) {
      if (!(await target.write(text))) return undefined;
      signal.throwIfAborted();
      progress(encoder.messages);
    }
    return encoder.written;
  });
}

function described({ file, ...document }: { file: string } & Snapshot['counts']): string {
  const { users, groups, messages } = document;
  const what = [count(groups, 'group'), count(users, 'user'), count(messages, 'message')];
  return `Exported ${what.join(', ')} to ${file}.`;
}
