import { type Command, Option } from 'commander';
import { keyLike, looksLikeKey, parseKeyLine } from '../../../protocol/ssh-key.ts';
import { readSmallInput, readText } from '../../asking/text-file.ts';
import { UserError } from '../../errors.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { keyDocument } from '../../printing/documents.ts';
import { printDone, printResult } from '../../printing/output.ts';
import { keyTable } from './key-table.ts';

interface KeysOptions extends CommonOptions {
  /** A line with a key, a file that has one, or `-` for standard input. */
  readonly add?: string;
  /** A fingerprint, or its beginning. */
  readonly remove?: string;
}

export function userKeysCommand(): Command {
  return databaseCommand('keys', 'list, add or remove the SSH keys of a user')
    .argument('<user>')
    .addOption(
      new Option(
        '--add <file>',
        'add the public key in a file, on standard input (-), or given as a line',
      ).conflicts('remove'),
    )
    .option('--remove <fingerprint>', 'remove the key whose fingerprint is or begins like this')
    .addHelpText(
      'after',
      `
A name with a key is protected, as one with a password is. The sessions that came by a key end when
it is removed. Without a key and a password, anyone can use the name, and its roles are lost. A key that
the user has added, and has not come by, is not confirmed, and protects nothing. One that you add is.

Examples:
  $ corkboard user keys alice
  $ corkboard user keys alice --add ~alice/.ssh/id_ed25519.pub
  $ corkboard user keys alice --add "ssh-ed25519 AAAAC3Nza... alice@laptop"
  $ corkboard user keys alice --remove SHA256:tNDvYFv2`,
    )
    .action(keys);
}

async function keys(name: string, options: KeysOptions): Promise<void> {
  if (options.add !== undefined) await add(name, options.add, options);
  else if (options.remove !== undefined) await remove(name, options.remove, options);
  else await list(name, options);
}

async function list(name: string, options: CommonOptions): Promise<void> {
  const { sshKeys, ...user } = await administer(options, (board) => board.user(name));
  const documents = sshKeys.map(keyDocument);
  printResult(options, documents, () =>
    documents.length === 0 ? `User ${user.name} has no SSH key.` : keyTable(documents),
  );
}

async function add(name: string, given: string, options: CommonOptions): Promise<void> {
  const key = parseKeyLine(await lineOf(given));
  const { user, key: added } = await administer(options, (board) => board.addUserKey(name, key));
  printDone(
    options,
    { ...keyDocument(added), protected: true },
    () => `The name ${user.name} is protected by the SSH key ${added.fingerprint}.`,
  );
}

async function remove(name: string, beginning: string, options: CommonOptions): Promise<void> {
  const { user, key, isProtected } = await administer(options, async (board) => {
    const { sshKeys, ...found } = await board.user(name);
    const { fingerprint } = keyLike(beginning, sshKeys, `${found.name} has`);
    return board.removeUserKey(name, fingerprint);
  });
  const left = isProtected ? '' : ' Nothing protects the name now: anyone can use it.';
  printDone(
    options,
    { ...keyDocument(key), protected: isProtected },
    () => `The SSH key ${key.fingerprint} of ${user.name} is removed.${left}`,
  );
}

/** @throws UserError if the file cannot be read */
async function lineOf(given: string): Promise<string> {
  if (looksLikeKey(given)) return given;
  try {
    return given === '-' ? (await readSmallInput()).toString() : readText(given);
  } catch (error) {
    throw new UserError(`The key could not be read: ${(error as Error).message}`);
  }
}
