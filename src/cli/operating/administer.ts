import { Command, Option } from 'commander';
import type { Administration } from '../../board/ports/administration.ts';
import { databaseFile, openShared } from '../../storage/sqlite/file/open.ts';
import { SqliteAdministration } from '../../storage/sqlite/operator/administration.ts';
import { readConfigFile } from '../config/file.ts';

/** The options of every command on the database. */
export interface CommonOptions {
  readonly data: string;
  readonly json?: true;
}

/** Makes a command that works on the database, with the options of all such commands. */
export function databaseCommand(name: string, description: string): Command {
  return withData(new Command(name).description(description)).option(
    '--json',
    'print one JSON document',
  );
}

/** Adds the folder of the database. Without the option it is the one that the configuration names. */
export function withData(command: Command): Command {
  return command
    .addOption(
      new Option('--data <folder>', 'folder of the database').env('CORKBOARD_DATA').default('data'),
    )
    .hook('preAction', (command) => {
      if (command.getOptionValueSource('data') !== 'default') return;
      const data = configuredData();
      if (data !== undefined) command.setOptionValueWithSource('data', data, 'config');
    });
}

/**
 * The folder that the configuration of the server names, so that commands work on the board that
 * `serve` runs with the same environment; undefined if CORKBOARD_CONFIG names no file, or that file no folder.
 * @throws UserError if the file cannot be read, or something in it is wrong
 */
export function configuredData(): string | undefined {
  const { CORKBOARD_CONFIG: file } = process.env;
  return file ? readConfigFile(file).data : undefined;
}

/**
 * Runs `work` on the board, whether a server runs or not.
 * @throws DatabaseError if there is no database, or one of another version or another program
 */
export async function administer<T>(
  { data }: CommonOptions,
  work: (board: Administration) => Promise<T>,
): Promise<T> {
  const board = SqliteAdministration.outside(openShared(databaseFile(data)));
  try {
    return await work(board);
  } finally {
    board.close();
  }
}
