import { type Command, Option } from 'commander';
import { groupName } from '../../../board/names.ts';
import { checkedDescription } from '../../../board/texts.ts';
import { type Access, accesses } from '../../../protocol/rights.ts';
import { anyText } from '../../../tasks/parse.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { groupDocument } from '../../printing/documents.ts';
import { printDone } from '../../printing/output.ts';

interface CreateOptions extends CommonOptions {
  readonly description: string;
  readonly access: Access;
}

export function groupCreateCommand(): Command {
  return databaseCommand('create', 'make a group')
    .argument('<name>')
    .option('--description <text>', 'what the group is about, on one line', anyText, '')
    .addOption(new Option('--access <access>', 'who can join').choices(accesses).default('open'))
    .action(create);
}

async function create(name: string, options: CreateOptions): Promise<void> {
  const checked = groupName(name);
  const description = checkedDescription(options.description);
  const group = await administer(options, (board) =>
    board.createGroup(checked, description, options.access),
  );
  printDone(
    options,
    groupDocument(group),
    () => `Group ${group.name} is made; its number is ${group.id}.`,
  );
}
