import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { type Command, Option } from 'commander';
import { checkedPassword } from '../board/accounts.ts';
import { Passwords } from '../board/passwords.ts';
import { askUnseen, canAsk } from './ask.ts';
import { UserError } from './errors.ts';

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
  const password = passwordFile === undefined ? await askTwice() : await readPassword(passwordFile);
  return new Passwords().hash(checkedPassword(password));
}

/**
 * The password in a file, or on standard input where it is called `-`: one line, with an ending or
 * without.
 * @throws UserError
 */
export async function readPassword(file: string): Promise<string> {
  const written = file === '-' ? await text(process.stdin) : readSecret(file);
  const password = written.replace(/\r?\n$/, '');
  const source = file === '-' ? 'Standard input' : file;
  if (password === '') throw new UserError(`${source} holds no password.`);
  if (/[\r\n]/.test(password)) {
    throw new UserError(`${source} holds more than one line; a password is one.`);
  }
  return password;
}

function readSecret(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`The password cannot be read: ${(error as Error).message}.`);
  }
}

async function askTwice(): Promise<string> {
  if (!canAsk()) {
    throw new UserError(
      'There is no terminal to ask for a password on; give --password-file <file> (- for ' +
        'standard input) or --no-password.',
    );
  }
  // What cannot be a password is said before it is typed again.
  const password = checkedPassword(await askOnce('New password: '));
  if ((await askOnce('The same again: ')) !== password) {
    throw new UserError('The two are not the same. Nothing was changed.');
  }
  return password;
}

async function askOnce(question: string): Promise<string> {
  const answer = await askUnseen(question);
  if (answer === undefined) throw new UserError('Nothing was changed.', 130);
  return answer;
}
