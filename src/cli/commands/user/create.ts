import type { Command } from 'commander';
import { userName } from '../../../board/names.ts';
import {
  type NewPasswordOptions,
  newPasswordHash,
  withNewPassword,
} from '../../asking/password.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { userDocument } from '../../printing/documents.ts';
import { printDone } from '../../printing/output.ts';

type CreateOptions = CommonOptions & NewPasswordOptions;

export function userCreateCommand(): Command {
  return withNewPassword(
    databaseCommand('create', 'make a user, who can log in at once'),
    'the name has none: whoever comes first may use it',
  )
    .argument('<name>')
    .addHelpText(
      'after',
      `
The password is asked for, typed twice and unseen, where there is a terminal.

Examples:
  $ corkboard user create alice
  $ corkboard user create builder --password-file /run/secrets/builder
  $ pass show board/builder | corkboard user create builder --password-file -
  $ corkboard user create guest --no-password`,
    )
    .action(create);
}

async function create(name: string, options: CreateOptions): Promise<void> {
  const checked = userName(name);
  const user = await administer(options, async (board) => {
    // A database that is missing is said before a password is asked for.
    const hash = await newPasswordHash(options);
    return board.createUser(checked, hash);
  });
  printDone(options, userDocument(user), () =>
    user.protected
      ? `User ${user.name} is made, with a password.`
      : `User ${user.name} is made, without a password.`,
  );
}
