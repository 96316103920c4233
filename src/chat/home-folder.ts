import { homedir } from 'node:os';

/**
 * The home folder of the user who runs the program. Undefined if HOME is not set and the user id has no
 * entry in the list of users.
 */
export function homeFolder(): string | undefined {
  try {
    return homedir() || undefined;
  } catch {
    return undefined;
  }
}
