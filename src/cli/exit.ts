import { type Command, CommanderError } from 'commander';
import { cleanLine } from '../protocol/clean.ts';
import { BoardError } from '../protocol/errors.ts';
import { Expected } from '../protocol/expected.ts';
import { adviceFor, isStorageFailure } from '../storage/sqlite/file/failure.ts';
import { systemFailure } from '../storage/sqlite/file/system-errors.ts';
import { Interrupted, UserError } from './errors.ts';
import { refuseBrokenWords } from './parsing/arguments.ts';
import { whatIsDone } from './printing/done.ts';

/**
 * Runs the program and gives its exit code: 0 done, 1 failed, 2 wrong usage, 130 ended by
 * Ctrl-C, 143 by SIGTERM.
 * The one place that tells of failures: one line each, and a stack trace for a bug alone.
 */
export async function run(program: Command, argv: readonly string[]): Promise<number> {
  process.stdout.on('error', outputFailed);
  try {
    refuseBrokenWords([...argv.slice(2), ...settingsOfEnvironment()]);
    await program.parseAsync(argv);
    return 0;
  } catch (error) {
    // Commander has written its own line, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof Interrupted) return error.exitCode;
    process.stderr.write(`corkboard: ${sentence(error)}\n`);
    return error instanceof UserError ? error.exitCode : 1;
  }
}

function settingsOfEnvironment(): string[] {
  return Object.entries(process.env).flatMap(([name, value = '']) =>
    name.startsWith('CORKBOARD_') ? [value] : [],
  );
}

/**
 * Who closes the pipe, as `head` does, has read enough: nothing has failed. With any other failure, as of a
 * full disk, whoever reads the output would take a part of it for the whole.
 */
function outputFailed(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') return;
  const done = whatIsDone();
  const rest = done === undefined ? '' : ` Nothing else failed. ${cleanLine(done)}`;
  process.stderr.write(`corkboard: Cannot write to standard output: ${error.message}.${rest}\n`);
  process.exit(1);
}

function sentence(error: unknown): string {
  if (error instanceof BoardError) return cleanLine(error.message + reason(error.cause));
  if (isStorageFailure(error)) {
    return `The database cannot be used: ${error.message} (${error.code}). ${adviceFor(error)}`;
  }
  const failure = systemFailure(error);
  if (failure !== undefined) return cleanLine(`The system refused this: ${failure}.`);
  return error instanceof Expected ? cleanLine(error.message) : bug(error);
}

/** What the disk said; an operator can do something about it. */
function reason(cause: unknown): string {
  return cause instanceof Error ? ` (${cause.message})` : '';
}

function bug(error: unknown): string {
  const trace = error instanceof Error ? error.stack : String(error);
  return `This is a bug in corkboard; please report it.\n${trace}`;
}
