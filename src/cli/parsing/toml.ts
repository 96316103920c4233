import { parse, TomlError } from 'smol-toml';
import { readText } from '../asking/text-file.ts';
import { UserError } from '../errors.ts';

/**
 * Reads a file in TOML.
 * @param what names the file in the error for a file that cannot be read, such as `The profiles`
 * @returns undefined if the file does not exist
 * @throws UserError if the file cannot be read or is not TOML, with the line and the column
 */
export function readToml(file: string, what: string): Record<string, unknown> | undefined {
  try {
    return parse(readText(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (!(error instanceof TomlError)) {
      throw new UserError(`${what} cannot be read: ${(error as Error).message}.`);
    }
    const [reason = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n');
    throw new UserError(`${file}: line ${error.line}, column ${error.column}: ${reason}.`);
  }
}
