import { isAbsolute, join } from 'node:path';
import { homeFolder } from './home-folder.ts';

/**
 * The folder for the files that the client keeps between runs (XDG Base Directory Specification).
 * @throws Error if no variable names a folder and the user has no home
 */
export function stateFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { XDG_STATE_HOME: given = '' } = environment;
  // The specification says that relative paths are ignored.
  if (isAbsolute(given)) return join(given, 'corkboard');
  const home = homeFolder();
  if (home === undefined) throw new Error('there is no home folder; set HOME or XDG_STATE_HOME');
  return join(home, '.local', 'state', 'corkboard');
}
