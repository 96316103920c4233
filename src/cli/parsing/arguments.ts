import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { UserError } from '../errors.ts';

const replacement = '\ufffd';

/**
 * Node puts U+FFFD in place of bytes that are not UTF-8, which would then be posted, or be another
 * name than was meant.
 * @param words the arguments and the settings of the environment
 * @throws UserError for the first one that was not UTF-8
 */
export function refuseBrokenWords(words: readonly string[]): void {
  const broken = words.find((word) => word.includes(replacement));
  if (broken === undefined || wereUtf8()) return;
  throw new UserError(
    `"${broken}" is not valid UTF-8: set your terminal, or what made it, to UTF-8. Nothing was done.`,
    2,
  );
}

/** Whether all that the system handed to this process was UTF-8, U+FFFD among it; false where that is not known. */
function wereUtf8(): boolean {
  try {
    return ['cmdline', 'environ'].every((name) => isUtf8(readFileSync(`/proc/self/${name}`)));
  } catch {
    return false;
  }
}
