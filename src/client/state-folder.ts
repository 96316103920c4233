import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Where the client keeps what it should remember between runs (XDG Base Directory). */
export function stateFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { XDG_STATE_HOME: given = '' } = environment;
  // The specification wants paths that are not absolute to be ignored.
  const base = isAbsolute(given) ? given : join(homedir(), '.local', 'state');
  return join(base, 'corkboard');
}
