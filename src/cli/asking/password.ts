import { statSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { checkedPassword } from '../../board/accounts.ts';
import { Passwords } from '../../board/passwords.ts';
import { askTwice } from '../../chat/ask-twice.ts';
import { cleanLine } from '../../protocol/clean.ts';
import { decodeUtf8 } from '../../protocol/utf8.ts';
import { UserError } from '../errors.ts';
import { askUnseen, canAsk } from './ask.ts';
import { readSmallFile, readSmallInput } from './text-file.ts';

// As ssh sees it: neither the group nor anybody else.
const othersCanRead = 0o044;

/** Where a new password comes from: a file, nowhere, or a person at the terminal. */
export interface NewPasswordOptions {
  readonly passwordFile?: string;
  /** False for a name without a password. */
  readonly password: boolean;
}

/** Adds the options that say where a new password comes from; it is never in one itself. */
export function withNewPassword(command: Command, none: string): Command {
  return command
    .addOption(
      new Option('--password-file <file>', 'read it from a file, or from standard input for -'),
    )
    .addOption(new Option('--no-password', none).conflicts('passwordFile'));
}

/**
 * The hash of a new password; null where there is to be none.
 * @throws BoardError `PASSWORD_INVALID`; UserError where there is no password to be had
 */
export async function newPasswordHash(options: NewPasswordOptions): Promise<string | null> {
  if (!options.password) return null;
  const { passwordFile } = options;
  const password =
    passwordFile === undefined ? await askForNew() : await readPassword(passwordFile);
  return new Passwords().hash(checkedPassword(password));
}

/**
 * The password in a file, or on standard input where it is called `-`: one line, with an ending or
 * without, of which a byte order mark is no part. Warns of a file that others can read.
 * @throws UserError
 */
export async function readPassword(file: string): Promise<string> {
  const written = decodeUtf8(await readSecret(file));
  const source = file === '-' ? 'Standard input' : file;
  if (written === undefined) throw new UserError(`${source} is not valid UTF-8.`);
  const password = written.replace(/\r?\n$/, '');
  if (password === '') throw new UserError(`${source} holds no password.`);
  if (/[\r\n]/.test(password)) {
    throw new UserError(`${source} holds more than one line; a password is one.`);
  }
  return password;
}

async function readSecret(file: string): Promise<Buffer> {
  try {
    if (file === '-') return await readSmallInput();
    const secret = readSmallFile(file);
    const status = statSync(file);
    // A pipe, as of <(…), has no permissions that mean anything.
    if (status.isFile() && (status.mode & othersCanRead) !== 0) {
      process.stderr.write(
        `corkboard: Warning: other users can read ${cleanLine(file)}. Keep them out with: chmod 600 ${cleanLine(file)}\n`,
      );
    }
    return secret;
  } catch (error) {
    throw new UserError(`The password cannot be read: ${(error as Error).message}.`);
  }
}

async function askForNew(): Promise<string> {
  if (!canAsk()) {
    throw new UserError(
      'There is no terminal to ask for a password on; give --password-file <file> (- for ' +
        'standard input) or --no-password.',
    );
  }
  return askTwice(
    'New password: ',
    // What cannot be a password is said before it is typed again.
    async (question) => checkedPassword(await askOnce(question)),
    () => process.stderr.write('The two are not the same.\n'),
  );
}

async function askOnce(question: string): Promise<string> {
  const answer = await askUnseen(question);
  if (answer === undefined) throw new UserError('Nothing was changed.', 130);
  return answer;
}
