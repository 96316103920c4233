import type { Argument, Command, Option } from 'commander';
import { namesFor } from './names.ts';

/** A word to which the word being typed can be completed. */
export interface Candidate {
  readonly word: string;
  readonly meaning?: string;
}

/** Kinds of words that the shell completes itself. */
export type Paths = 'file' | 'folder';

/** The place of the word being typed. */
interface Place {
  command: Command;
  /** How many arguments of the command are before the word to complete. */
  position: number;
  /** The option whose value it is. */
  option: Option | undefined;
  /** Whether the word is after `--`, where no word is an option. */
  plain: boolean;
}

/**
 * Possible completions of the last one of `words`.
 * @param words the words of the command line after the name of the program
 */
export async function complete(
  program: Command,
  words: readonly string[],
): Promise<Candidate[] | Paths> {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const place = walk(program, before);
  const found = await candidates(place, before, current);
  return Array.isArray(found) ? found.filter(({ word }) => word.startsWith(current)) : found;
}

function walk(program: Command, words: readonly string[]): Place {
  const place: Place = { command: program, position: 0, option: undefined, plain: false };
  for (const word of words) step(place, word);
  return place;
}

function step(place: Place, word: string): void {
  const { command, option, plain, position } = place;
  if (option) {
    place.option = undefined;
  } else if (!plain && word === '--') {
    place.plain = true;
  } else if (!plain && word.startsWith('-') && word !== '-') {
    place.option = optionsOf(command).find((known) => isCalled(known, word) && takesValue(known));
  } else {
    const next =
      position === 0 ? command.commands.find((known) => known.name() === word) : undefined;
    if (next) place.command = next;
    else place.position++;
  }
}

async function candidates(
  { command, position, option, plain }: Place,
  before: readonly string[],
  current: string,
): Promise<Candidate[] | Paths> {
  if (option) return values(option, command, before);
  if (!plain && current.startsWith('-')) return unusedOptions(command, before);
  if (position === 0 && command.commands.length > 0) {
    return command
      .createHelp()
      .visibleCommands(command)
      .map((known) => ({ word: known.name(), meaning: known.description() }));
  }
  const { registeredArguments: taken } = command;
  const last = taken.at(-1);
  const argument = taken[position] ?? (last?.variadic ? last : undefined);
  return argument ? values(argument, command, before) : [];
}

function unusedOptions(command: Command, before: readonly string[]): Candidate[] {
  return optionsOf(command)
    .filter((option) => !option.hidden && !before.some((word) => isCalled(option, word)))
    .map(({ long, short, description }) => ({ word: long ?? short ?? '', meaning: description }));
}

/** The options of the command, and those of every command. */
function optionsOf(command: Command): readonly Option[] {
  const { parent } = command;
  const help = command.createHelp().visibleOptions(command);
  const shared = parent ? optionsOf(parent).filter(({ long }) => long === '--no-color') : [];
  return [...help, ...shared];
}

function isCalled({ long, short }: Option, word: string): boolean {
  return word === long || word === short;
}

function takesValue(option: Option): boolean {
  return option.required || option.optional;
}

async function values(
  taker: Option | Argument,
  command: Command,
  before: readonly string[],
): Promise<Candidate[] | Paths> {
  if (taker.argChoices) return taker.argChoices.map((word) => ({ word }));
  const what = valueName(taker);
  if (what === 'file' || what === 'folder') return what;
  return (await namesFor(what, command, before)).map((word) => ({ word }));
}

/** The name of an argument or of the value of an option in the help, without brackets. */
export function valueName(taker: Option | Argument): string {
  if (!('flags' in taker)) return taker.name();
  const [, name = ''] = /[<[]([^>\].]+)/.exec(taker.flags) ?? [];
  return taker.long === '--profile' ? 'profile' : name;
}
