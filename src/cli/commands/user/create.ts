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
    databaseCommand('create', 'make a user; the user can log in at once'),
    'the name has no password: anyone can use it',
  )
    .argument('<name>')
    .addHelpText(
      'after',
      `
At a terminal, the command asks for the password twice and does not show it.

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
    // A missing database has been reported before this asks for a password.
    const hash = await newPasswordHash(options);
    return board.createUser(checked, hash);
  });
  printDone(options, userDocument(user), () =>
    user.protected
      ? `User ${user.name} is made, with a password.`
      : `User ${user.name} is made, without a password.`,
  );
}
