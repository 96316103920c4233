import { type Command, CommanderError } from 'commander';
import { cleanLine, cleanText } from '../protocol/clean.ts';
import { BoardError } from '../protocol/errors.ts';
import { Expected } from '../protocol/expected.ts';
import { adviceFor, isStorageFailure } from '../storage/sqlite/file/failure.ts';
import { systemFailure } from '../storage/sqlite/file/system-errors.ts';
import { Interrupted, UserError, VisitEnded } from './errors.ts';
import { refuseBrokenWords } from './parsing/arguments.ts';
import { whatIsDone } from './printing/done.ts';

/**
 * Runs the program. Failures are reported only here: expected ones in one line, bugs with their stack
 * trace.
 * @returns the exit code: see `exitCodes`
 */
export async function run(program: Command, argv: readonly string[]): Promise<number> {
  process.stdout.on('error', outputFailed);
  try {
    refuseBrokenWords([...argv.slice(2), ...settingsOfEnvironment()]);
    await program.parseAsync(argv);
    return 0;
  } catch (error) {
    // Commander has printed its error or the help already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof Interrupted || error instanceof VisitEnded) return error.exitCode;
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
 * A reader that closes the pipe, such as `head`, has read enough, and nothing has failed. Any other
 * failure, such as a full disk, ends the program: otherwise the output would look complete.
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

/** The error of the disk, which says what the operator has to do. */
function reason(cause: unknown): string {
  return cause instanceof Error ? ` (${cause.message})` : '';
}

function bug(error: unknown): string {
  const trace = error instanceof Error ? error.stack : String(error);
  return `This is a bug in corkboard; please report it.\n${cleanText(trace ?? '')}`;
}
