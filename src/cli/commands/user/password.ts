import type { Command } from 'commander';
import {
  type NewPasswordOptions,
  newPasswordHash,
  withNewPassword,
} from '../../asking/password.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { userDocument } from '../../printing/documents.ts';
import { printDone } from '../../printing/output.ts';

type PasswordOptions = CommonOptions & NewPasswordOptions;

export function userPasswordCommand(): Command {
  return withNewPassword(
    databaseCommand('password', 'set, change or remove the password of a user'),
    'remove the password: anyone can use the name, unless it has an SSH key',
  )
    .argument('<user>')
    .addHelpText(
      'after',
      `
The sessions of the user end, and the user has to log in again. At a terminal, the command asks for
the password twice and does not show it.

Examples:
  $ corkboard user password alice
  $ corkboard user password builder --password-file /run/secrets/builder
  $ corkboard user password alice --no-password`,
    )
    .action(changePassword);
}

async function changePassword(name: string, options: PasswordOptions): Promise<void> {
  const user = await administer(options, async (board) => {
    // Reports a missing user before it asks for a password.
    await board.user(name);
    return board.setPassword(name, await newPasswordHash(options));
  });
  printDone(options, userDocument(user), () =>
    user.hasPassword
      ? `The password of ${user.name} is changed.`
      : `The name ${user.name} has no password now.${user.protected ? ' Its SSH keys protect it.' : ''}`,
  );
}
