import { KeyTable, readBindings } from '../../screen/keys/key-table.ts';
import { readText } from '../asking/text-file.ts';
import { UserError } from '../errors.ts';
import { readToml } from '../parsing/toml.ts';
import { configFile } from '../reaching/config-file.ts';

/**
 * The keys of the screen: the usual ones, and those of `keys.toml` in the folder of the profiles.
 * @throws UserError with the line of everything that is wrong in the file
 */
export function readKeys(): KeyTable {
  const file = configFile('keys.toml');
  const entries = file === undefined ? undefined : readToml(file, 'The keys');
  if (file === undefined || !entries) return new KeyTable();
  const { bindings, problems } = readBindings(entries);
  if (problems.length === 0) return new KeyTable(bindings);
  const lines = readText(file).split('\n');
  const sentences = problems.map(({ entry, problem }) => {
    const line = lines.findIndex((text) => nameIn(text) === entry);
    return line === -1 ? problem : `line ${line + 1}: ${problem}`;
  });
  throw new UserError(`${file}: ${sentences.join(' ')}`);
}

/** The name that a line gives a value to, or the name of the table that it begins. */
function nameIn(line: string): string | undefined {
  const [, name, table] = /^\s*(?:"?([^"=\s]+)"?\s*=|\[+\s*"?([^"\]]+?)"?\s*\])/.exec(line) ?? [];
  return name ?? table;
}
