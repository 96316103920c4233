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
    .option('--purge', 'also delete their messages; otherwise they are shown as from [deleted]')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      `
The command handles the messages in small steps and may run beside a server. Ctrl-C stops it after the
current step, with exit code 130, and the user is not deleted. After the deletion anyone can use the
name again. To keep a person out, ban the user instead.

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
  const done = await runInSteps(messages, (control) => board.deleteUser(user, disposal, control));
  const outcome = `${count(done.messages, 'message')} ${options.purge ? 'deleted' : 'shown as from [deleted]'}`;
  if (!done.complete) {
    throw new UserError(
      `Interrupted: ${outcome}, and user ${user.name} still exists.`,
      interruptedCode(),
    );
  }
  const document = { ...userDocument(user), messages: done.messages, purged: disposal === 'purge' };
  printDone(options, document, () => `User ${user.name} is deleted; ${outcome}.`);
}
