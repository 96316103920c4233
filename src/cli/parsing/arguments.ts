import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { UserError } from '../errors.ts';

const replacement = '\ufffd';

/**
 * Refuses arguments that are not UTF-8. Node replaces their bytes with U+FFFD, which would be posted, or
 * make another name than intended.
 * @param words the arguments and the settings in the environment
 * @throws UserError for the first word that was not UTF-8
 */
export function refuseBrokenWords(words: readonly string[]): void {
  const broken = words.find((word) => word.includes(replacement));
  if (broken === undefined || wereUtf8()) return;
  throw new UserError(
    `"${broken}" is not valid UTF-8: set your terminal, or what made it, to UTF-8. Nothing was done.`,
    2,
  );
}

/** Whether the arguments and the environment of this process are UTF-8, and contain U+FFFD themselves. False if unknown. */
function wereUtf8(): boolean {
  try {
    return ['cmdline', 'environ'].every((name) => isUtf8(readFileSync(`/proc/self/${name}`)));
  } catch {
    return false;
  }
}
