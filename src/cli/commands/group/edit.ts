import type { Command } from 'commander';
import { checkedDescription, groupRef } from '../../../board/board.ts';
import { administer, type CommonOptions, databaseCommand } from '../../administer.ts';
import { groupDocument } from '../../documents.ts';
import { printResult } from '../../output.ts';

interface EditOptions extends CommonOptions {
  readonly description: string;
}

export function groupEditCommand(): Command {
  return databaseCommand('edit', 'change what a group is described as')
    .argument('<group>', 'name or number')
    .requiredOption('--description <text>', 'what it is about, on one line')
    .action(edit);
}

async function edit(name: string, options: EditOptions): Promise<void> {
  const description = checkedDescription(options.description);
  const group = await administer(options, (board) =>
    board.describeGroup(groupRef(name), description),
  );
  printResult(options, groupDocument(group), () =>
    group.description
      ? `Group ${group.name} is described as: ${group.description}`
      : `Group ${group.name} has no description now.`,
  );
}
