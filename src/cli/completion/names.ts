import type { Command } from 'commander';
import type { Administration } from '../../board/ports/administration.ts';
import { administer, configuredData } from '../operating/administer.ts';
import { profileNames } from '../reaching/profiles.ts';

/** Where the names for an argument or a value come from, by its placeholder in the help. */
export const nameSources: Readonly<Record<string, 'groups' | 'users' | 'profiles'>> = {
  group: 'groups',
  user: 'users',
  host: 'profiles',
  profile: 'profiles',
};

/** Placeholders that nothing completes: texts, numbers, times and names that do not exist yet. */
export const freeValues: ReadonlySet<string> = new Set([
  'name',
  'text',
  'subject',
  'content',
  'query',
  'key',
  'type',
  'fingerprint',
  'number',
  'n',
  'count',
  'size',
  'rate',
  'time',
  'when',
  'age',
  'duration',
  'address',
  'network',
  'url',
  'milliseconds',
  'host:port',
  'port',
  'words',
  'true or false',
]);

/**
 * The names that fit an argument: groups and users of the database that the command works on, or
 * profiles for a command that connects. Empty if they cannot be read.
 * @param placeholder the name of the argument in the help, without brackets
 */
export async function namesFor(
  placeholder: string,
  command: Command,
  words: readonly string[],
): Promise<string[]> {
  const source = Object.hasOwn(nameSources, placeholder) ? nameSources[placeholder] : undefined;
  try {
    if (source === undefined) return [];
    if (source === 'profiles') return profileNames();
    const data = dataFolder(command, words);
    if (data === undefined) return [];
    return await administer({ data }, async (board) =>
      source === 'groups' ? groupNames(board) : userNames(board),
    );
  } catch {
    // The user is still typing. The command itself reports what is wrong.
    return [];
  }
}

/** Names by which the operator can refer to groups: a secret group is given with its number. */
async function groupNames(board: Administration): Promise<string[]> {
  const groups = await board.groups();
  return groups.map(({ id, name, access }) => (access === 'secret' ? `${name}#${id}` : name));
}

async function userNames(board: Administration): Promise<string[]> {
  return (await board.users()).map(({ name }) => name);
}

/** The folder of the database, for a command that works on one. */
function dataFolder(command: Command, words: readonly string[]): string | undefined {
  const option = command.options.find(({ long }) => long === '--data');
  if (!option) return undefined;
  const at = words.lastIndexOf('--data');
  const typed = at === -1 ? undefined : words[at + 1];
  return typed ?? (process.env.CORKBOARD_DATA || configuredData() || String(option.defaultValue));
}
