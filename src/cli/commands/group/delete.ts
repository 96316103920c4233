import type { Command } from 'commander';
import type { Administration, GroupDetails } from '../../../board/ports/administration.ts';
import { groupRef } from '../../../board/refs.ts';
import { count } from '../../../protocol/text/render.ts';
import { confirm } from '../../asking/confirm.ts';
import { UserError } from '../../errors.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { runInSteps } from '../../operating/steps.ts';
import { groupDocument } from '../../printing/documents.ts';
import { printDone } from '../../printing/output.ts';
import { interruptedCode } from '../../running/interrupt.ts';

interface DeleteOptions extends CommonOptions {
  readonly yes?: true;
}

export function groupDeleteCommand(): Command {
  return databaseCommand('delete', 'delete a group with its messages and memberships')
    .argument('<group>', 'name or number')
    .option('--yes', 'do not ask')
    .action((name: string, options: DeleteOptions) =>
      administer(options, (board) => deleteGroup(board, name, options)),
    );
}

async function deleteGroup(
  board: Administration,
  name: string,
  options: DeleteOptions,
): Promise<void> {
  const group = await board.deletableGroup(groupRef(name));
  await confirm(`Delete group ${group.name} with ${holdings(group)}`, options);
  const { deleted, complete, hasRest } = await runInSteps(group.messages, (control) =>
    board.deleteGroup({ id: group.id }, control),
  );
  if (!complete) {
    const gone = count(deleted, 'message');
    throw new UserError(
      `Interrupted: ${gone} deleted, and group ${group.name} still exists.`,
      interruptedCode(),
    );
  }
  printDone(
    options,
    groupDocument(group),
    () => `Group ${group.name} is deleted, with ${holdings(group)}.${hasRest ? rest : ''}`,
  );
}

const rest =
  ' Some of its rows are still in the file: a running server deletes them, or the next server that starts.';

function holdings({ messages, members }: GroupDetails): string {
  return `${count(messages, 'message')} and ${count(members, 'membership')}`;
}
