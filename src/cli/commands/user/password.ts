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
    databaseCommand('password', "protect a user's name, or change its password"),
    'take the password away: whoever comes first may use the name',
  )
    .argument('<user>')
    .addHelpText(
      'after',
      `
Whoever is connected under the name is told so and has to log in again. The password is asked for,
typed twice and unseen, where there is a terminal.

Examples:
  $ corkboard user password alice
  $ corkboard user password builder --password-file /run/secrets/builder
  $ corkboard user password alice --no-password`,
    )
    .action(changePassword);
}

async function changePassword(name: string, options: PasswordOptions): Promise<void> {
  const user = await administer(options, async (board) => {
    // A user who does not exist is said before a password is asked for.
    await board.user(name);
    return board.setPassword(name, await newPasswordHash(options));
  });
  printDone(options, userDocument(user), () =>
    user.protected
      ? `The password of ${user.name} is changed.`
      : `The name ${user.name} has no password now.`,
  );
}
