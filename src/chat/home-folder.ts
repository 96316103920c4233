import { homedir } from 'node:os';

/**
 * The home folder of the user who runs the program; undefined if there is none, as for a user id
 * without an entry in the list of users and without HOME.
 */
export function homeFolder(): string | undefined {
  try {
    return homedir() || undefined;
  } catch {
    return undefined;
  }
}
