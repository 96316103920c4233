import { statSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { checkedPassword } from '../../board/password-attempts.ts';
import { Passwords } from '../../board/passwords.ts';
import { cleanLine } from '../../protocol/clean.ts';
import { decodeUtf8 } from '../../protocol/utf8.ts';
import { askTwice } from '../../terminal/ask-twice.ts';
import { UserError } from '../errors.ts';
import { askUnseen, canAsk } from './ask.ts';
import { readSmallFile, readSmallInput } from './text-file.ts';

// Like ssh: the file should not be readable for the group or other users.
const othersCanRead = 0o044;

/** Where a new password comes from: a file, or the user at the terminal. */
export interface NewPasswordOptions {
  readonly passwordFile?: string;
  /** False for a name without a password. */
  readonly password: boolean;
}

/** Adds the options for a new password. The password itself is never in an option. */
export function withNewPassword(command: Command, none: string): Command {
  return command
    .addOption(
      new Option('--password-file <file>', 'read it from a file, or from standard input for -'),
    )
    .addOption(new Option('--no-password', none).conflicts('passwordFile'));
}

/**
 * The hash of a new password; null for a name without a password.
 * @throws BoardError `PASSWORD_INVALID`; UserError if the input is no terminal to ask at, or the file cannot be read
 */
export async function newPasswordHash(options: NewPasswordOptions): Promise<string | null> {
  if (!options.password) return null;
  const { passwordFile } = options;
  const password =
    passwordFile === undefined ? await askForNew() : await readPassword(passwordFile);
  return new Passwords().hash(checkedPassword(password));
}

/**
 * Reads a password from a file, or from standard input for `-`. It is one line, with or without a line
 * end. A byte order mark is dropped. Warns of a file that other users can read.
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
    // The permissions of a pipe, as of <(…), mean nothing.
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
    // A password that is not allowed is refused before it has to be typed again.
    async (question) => checkedPassword(await askOnce(question)),
    () => process.stderr.write('The two are not the same.\n'),
  );
}

async function askOnce(question: string): Promise<string> {
  const answer = await askUnseen(question);
  if (answer === undefined) throw new UserError('Nothing was changed.', 130);
  return answer;
}
