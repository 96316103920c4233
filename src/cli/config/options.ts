import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  type Config,
  flagOf,
  type Setting,
  type SettingName,
  settingNames,
  settings,
  variableOf,
} from './settings.ts';

/** The settings that flags and variables have given, with the name of the flag or the variable. */
export interface Given {
  readonly values: Partial<Config>;
  readonly sources: Partial<Record<SettingName, string>>;
}

/** The option of a setting, with its variable, and its default for the help. */
function settingOption(name: SettingName): Option {
  const { takes, help, default: byDefault }: Setting = settings[name];
  const { placeholder, choices, bare } = takes;
  const argument = bare === undefined ? `<${placeholder}>` : `[${placeholder}]`;
  const option = new Option(`${flagOf(name)} ${argument}`, help).env(variableOf(name));
  if (byDefault !== undefined) option.default(byDefault, takes.write?.(byDefault));
  if (bare !== undefined) option.preset(bare);
  return choices
    ? option.choices(choices)
    : option.argParser((text, before) => {
        const value = parseText(settings[name], text);
        // A repeated flag adds to itself, but not to the default.
        const isRepeated = takes.isList && before !== undefined && before !== byDefault;
        return isRepeated ? [...(before as unknown[]), ...(value as unknown[])] : value;
      });
}

function parseText({ takes }: Setting, text: string): unknown {
  const { success, data } = takes.schema.safeParse(text);
  if (!success) throw new InvalidArgumentError(`It takes ${takes.allowed}.`);
  return data;
}

/** Adds an option for every setting to a command. */
export function addSettings(command: Command): Command {
  for (const name of settingNames) command.addOption(settingOption(name));
  return command;
}

/** The settings that flags and variables have given, after the command line is parsed. */
export function givenSettings(command: Command): Given {
  const values: Partial<Record<SettingName, unknown>> = {};
  const sources: Partial<Record<SettingName, string>> = {};
  for (const name of settingNames) {
    const source = command.getOptionValueSource(name);
    if (source !== 'cli' && source !== 'env') continue;
    values[name] = command.getOptionValue(name);
    sources[name] = source === 'cli' ? flagOf(name) : variableOf(name);
  }
  return { values: values as Partial<Config>, sources };
}
