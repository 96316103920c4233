import { parse, TomlError } from 'smol-toml';
import { nearest } from '../../protocol/suggest.ts';
import { readText } from '../asking/text-file.ts';
import { UserError } from '../errors.ts';
import { type Config, keyOf, type Setting, settingNames, settings } from './settings.ts';

const nameOfKey = new Map(settingNames.map((name) => [keyOf(name), name]));

/**
 * The settings of a configuration file.
 * @throws UserError where it cannot be read, is no TOML, or holds what is no setting or not allowed;
 * it tells of all that is wrong
 */
export function readConfigFile(file: string): Partial<Config> {
  const entries = Object.entries(readToml(file));
  const problems = entries.flatMap(([key, value]) => problem(key, value) ?? []);
  if (problems.length > 0) throw new UserError(`${file}: ${problems.join(' ')}`);
  return Object.fromEntries(entries.map(([key, value]) => [nameOfKey.get(key), taken(key, value)]));
}

function readToml(file: string): Record<string, unknown> {
  try {
    return parse(readText(file));
  } catch (error) {
    if (!(error instanceof TomlError)) {
      throw new UserError(`The configuration cannot be read: ${(error as Error).message}.`);
    }
    const [reason = ''] = error.message.split('\n');
    throw new UserError(`${file}, line ${error.line}, column ${error.column}: ${reason}.`);
  }
}

function problem(key: string, value: unknown): string | undefined {
  const name = nameOfKey.get(key);
  if (!name) return unknownKey(key, value);
  const { takes }: Setting = settings[name];
  if (takes.schema.safeParse(value).success) return undefined;
  return `${key} takes ${takes.allowed}, not ${JSON.stringify(value)}.`;
}

function taken(key: string, value: unknown): unknown {
  const name = nameOfKey.get(key);
  return name && settings[name].takes.schema.parse(value);
}

function unknownKey(key: string, value: unknown): string {
  if (typeof value === 'object') return `Settings stand on their own, not in a section [${key}].`;
  const keys = [...nameOfKey.keys()];
  return `There is no setting ${key}. Did you mean ${nearest(key, keys)}?`;
}
