import type { Command } from 'commander';
import { groupName } from '../../../board/names.ts';
import { groupRef } from '../../../board/refs.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { groupDocument } from '../../printing/documents.ts';
import { printDone } from '../../printing/output.ts';

export function groupRenameCommand(): Command {
  return databaseCommand('rename', 'give a group another name; its number does not change')
    .argument('<group>', 'name or number')
    .argument('<name>', 'the new name')
    .action(rename);
}

async function rename(name: string, to: string, options: CommonOptions): Promise<void> {
  const checked = groupName(to);
  const group = await administer(options, (board) => board.renameGroup(groupRef(name), checked));
  printDone(options, groupDocument(group), () => `Group ${name} is called ${group.name} now.`);
}
