import { didYouMean } from '../../protocol/suggest.ts';
import { UserError } from '../errors.ts';
import { readToml } from '../parsing/toml.ts';
import { type Config, keyOf, type Setting, settingNames, settings } from './settings.ts';

const nameOfKey = new Map(settingNames.map((name) => [keyOf(name), name]));

/**
 * Reads the settings of a configuration file.
 * @throws UserError if the file cannot be read or is not TOML, or with every key and value in it that
 * is wrong
 */
export function readConfigFile(file: string): Partial<Config> {
  const settings = readToml(file, 'The configuration');
  if (!settings) throw new UserError(`The configuration cannot be read: there is no file ${file}.`);
  const entries = Object.entries(settings);
  const problems = entries.flatMap(([key, value]) => problem(key, value) ?? []);
  if (problems.length > 0) throw new UserError(`${file}: ${problems.join(' ')}`);
  return Object.fromEntries(
    entries.map(([key, value]) => [nameOfKey.get(key), parsedValue(key, value)]),
  );
}

function problem(key: string, value: unknown): string | undefined {
  const name = nameOfKey.get(key);
  if (!name) return unknownKey(key, value);
  const { takes }: Setting = settings[name];
  if (takes.schema.safeParse(value).success) return undefined;
  return `${key} takes ${takes.allowed}, not ${JSON.stringify(value)}.`;
}

function parsedValue(key: string, value: unknown): unknown {
  const name = nameOfKey.get(key);
  return name && settings[name].takes.schema.parse(value);
}

function unknownKey(key: string, value: unknown): string {
  if (typeof value === 'object') return `Settings stand on their own, not in a section [${key}].`;
  const keys = [...nameOfKey.keys()];
  return `There is no setting ${key}.${didYouMean(key, keys, Number.POSITIVE_INFINITY)}`;
}
