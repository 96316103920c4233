import type { Command } from 'commander';
import { administer, configuredData } from '../operating/administer.ts';
import { profileNames } from '../reaching/profiles.ts';

/**
 * The names that there are for an argument: groups and users of the database that a command works
 * on, profiles for one that connects. None where they cannot be had.
 */
export async function namesFor(
  what: string,
  command: Command,
  words: readonly string[],
): Promise<string[]> {
  try {
    if (what === 'host' || what === 'profile') return profileNames();
    const data = dataFolder(command, words);
    if (data === undefined) return [];
    if (what === 'group') return await administer({ data }, async (board) => named(board.groups()));
    if (what === 'user') return await administer({ data }, async (board) => named(board.users()));
    return [];
  } catch {
    // Someone is typing: what is wrong is told when the command is run.
    return [];
  }
}

async function named(things: Promise<readonly { name: string }[]>): Promise<string[]> {
  return (await things).map(({ name }) => name);
}

/** The folder of the database, for a command on one. */
function dataFolder(command: Command, words: readonly string[]): string | undefined {
  const option = command.options.find(({ long }) => long === '--data');
  if (!option) return undefined;
  const at = words.lastIndexOf('--data');
  const typed = at === -1 ? undefined : words[at + 1];
  return typed ?? (process.env.CORKBOARD_DATA || configuredData() || String(option.defaultValue));
}
