import { stringify } from 'smol-toml';
import { readConfigFile } from './file.ts';
import { usesHost } from './listening.ts';
import type { Given } from './options.ts';
import {
  type Config,
  keyOf,
  type Setting,
  type SettingName,
  settingNames,
  settings,
} from './settings.ts';

/** The settings in force. Flags override variables, which override the file, which overrides defaults. */
export interface Configuration {
  readonly config: Config;
  /** Where each value comes from: a flag, a variable, the path of the file, or `default`. */
  readonly sources: Readonly<Record<SettingName, string>>;
}

/** @throws UserError if the file cannot be read, or something in it is wrong */
export function readConfiguration(given: Given, file: string | undefined): Configuration {
  const fromFile = file === undefined ? {} : readConfigFile(file);
  const defaults = eachSetting((name) => settings[name].default);
  return {
    config: { ...defaults, ...fromFile, ...given.values } as Config,
    sources: eachSetting((name) => {
      return given.sources[name] ?? (file !== undefined && name in fromFile ? file : 'default');
    }),
  };
}

/** A configuration file with the same values. A comment after each value says where it comes from. */
export function printedConfiguration(configuration: Configuration): string {
  const { config, sources } = configuration;
  // Written down, the defaults of `host` and `port` would be listened on beside `listen`.
  const unused: readonly SettingName[] = usesHost(configuration) ? [] : ['host', 'port'];
  const lines = settingNames.map((name) =>
    line(name, unused.includes(name) ? undefined : config[name]),
  );
  const width = Math.max(...lines.map(({ length }) => length));
  return settingNames
    .map((name, at) => `${(lines[at] ?? '').padEnd(width)}  # ${sources[name]}\n`)
    .join('');
}

/** TOML has no null, so a setting without a value becomes a comment. */
function line(name: SettingName, value: unknown): string {
  const { takes }: Setting = settings[name];
  if (value === undefined) return `# ${keyOf(name)}`;
  return stringify({ [keyOf(name)]: takes.write?.(value) ?? value }).trimEnd();
}

function eachSetting<T>(of: (name: SettingName) => T): Record<SettingName, T> {
  const entries = settingNames.map((name) => [name, of(name)]);
  return Object.fromEntries(entries) as Record<SettingName, T>;
}
