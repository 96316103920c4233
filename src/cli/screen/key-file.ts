import { KeyTable } from '../../screen/keys/key-table.ts';
import { readKeyText } from '../../screen/keys/key-text.ts';
import { readText } from '../asking/text-file.ts';
import { UserError } from '../errors.ts';
import { configFile } from '../reaching/config-file.ts';

/**
 * The keys of the screen: the usual ones, and those of `keys.toml` in the folder of the profiles.
 * @throws UserError with the line of everything that is wrong in the file
 */
export function readKeys(): KeyTable {
  const file = configFile('keys.toml');
  const text = file === undefined ? undefined : textOf(file);
  if (text === undefined) return new KeyTable();
  const { keys, problems } = readKeyText(text);
  if (problems.length > 0) throw new UserError(`${file}: ${problems.join(' ')}`);
  return keys;
}

/** @returns undefined if the file does not exist */
function textOf(file: string): string | undefined {
  try {
    return readText(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UserError(`The keys cannot be read: ${(error as Error).message}.`);
  }
}
