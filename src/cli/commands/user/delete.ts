import type { Command } from 'commander';
import type { Administration } from '../../../board/ports/administration.ts';
import { count } from '../../../protocol/text/render.ts';
import { confirm } from '../../asking/confirm.ts';
import { UserError } from '../../errors.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { runInSteps } from '../../operating/steps.ts';
import { userDocument } from '../../printing/documents.ts';
import { printDone } from '../../printing/output.ts';
import { interruptedCode } from '../../running/interrupt.ts';

interface DeleteOptions extends CommonOptions {
  readonly purge?: true;
  readonly yes?: true;
}

export function userDeleteCommand(): Command {
  return databaseCommand('delete', 'delete a user with their memberships')
    .argument('<user>')
    .option('--purge', 'delete their messages too; without it they stay, as from [deleted]')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      `
The messages are seen to in small steps beside a running server; Ctrl-C stops it between two of
them, with exit code 130, and the user is not deleted. The name is free again afterwards: to keep someone
out, ban them.

Examples:
  $ corkboard user delete alice
  $ corkboard user delete mallory --purge --yes`,
    )
    .action((name: string, options: DeleteOptions) =>
      administer(options, (board) => deleteUser(board, name, options)),
    );
}

async function deleteUser(
  board: Administration,
  name: string,
  options: DeleteOptions,
): Promise<void> {
  const { user, messages } = await board.deletableUser(name);
  const posted = count(messages, 'message');
  const question = options.purge ? `with ${posted}` : `and show ${posted} as from [deleted]`;
  await confirm(`Delete user ${user.name} ${question}`, options);
  const disposal = options.purge ? 'purge' : 'keep';
  const done = await runInSteps(messages, (control) => board.deleteUser(name, disposal, control));
  const outcome = `${count(done.messages, 'message')} ${options.purge ? 'deleted' : 'shown as from [deleted]'}`;
  if (!done.complete) {
    throw new UserError(
      `Interrupted: ${outcome}, and user ${user.name} stands.`,
      interruptedCode(),
    );
  }
  const document = { ...userDocument(user), messages: done.messages, purged: disposal === 'purge' };
  printDone(options, document, () => `User ${user.name} is deleted; ${outcome}.`);
}
