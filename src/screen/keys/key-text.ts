import { parse, TomlError } from 'smol-toml';
import { KeyTable, readBindings } from './key-table.ts';

/**
 * Reads a `keys.toml`.
 * @returns the keys, and everything that is wrong as sentences with the line in front. With something wrong, the usual keys
 */
export function readKeyText(text: string): { keys: KeyTable; problems: string[] } {
  let entries: Record<string, unknown>;
  try {
    entries = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [reason = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n');
    return {
      keys: new KeyTable(),
      problems: [`line ${error.line}, column ${error.column}: ${reason}.`],
    };
  }
  const { bindings, problems } = readBindings(entries);
  if (problems.length === 0) return { keys: new KeyTable(bindings), problems: [] };
  const lines = text.split('\n');
  const sentences = problems.map(({ entry, problem }) => {
    const line = lines.findIndex((one) => nameIn(one) === entry);
    return line === -1 ? problem : `line ${line + 1}: ${problem}`;
  });
  return { keys: new KeyTable(), problems: sentences };
}

/** The name that a line gives a value to, or the name of the table that it begins. */
function nameIn(line: string): string | undefined {
  const [, name, table] = /^\s*(?:"?([^"=\s]+)"?\s*=|\[+\s*"?([^"\]]+?)"?\s*\])/.exec(line) ?? [];
  return name ?? table;
}
