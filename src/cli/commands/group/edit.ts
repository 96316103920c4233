import { type Command, Option } from 'commander';
import { checkedDescription, groupRef } from '../../../board/board.ts';
import type { GroupChanges } from '../../../board/ports/administration.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { anyText, orOff, wholeDays, wholeNumber } from '../../parsing/parse.ts';
import { groupDocument } from '../../printing/documents.ts';
import { printDone } from '../../printing/output.ts';
import { ruleText } from './rule.ts';

interface EditOptions extends CommonOptions {
  readonly description?: string;
  readonly keep?: number | 'off';
  readonly maxAge?: number | 'off';
}

export function groupEditCommand(): Command {
  return databaseCommand('edit', 'change the description or the retention of a group')
    .argument('<group>', 'name or number')
    .option('--description <text>', 'what the group is about, on one line', anyText)
    .addOption(
      new Option(
        '--keep <n>',
        'the server keeps only the newest n messages; off to keep all',
      ).argParser(orOff(wholeNumber(1))),
    )
    .addOption(
      new Option(
        '--max-age <age>',
        'the server removes older messages, such as 90d, 12w or 1y; off to keep all',
      ).argParser(orOff(wholeDays)),
    )
    .addHelpText(
      'after',
      `
A running server applies a new rule within a second, in small steps, and then checks once a minute. If
both --keep and --max-age are set, a message has to satisfy both. group show says which messages are
removed next.

Examples:
  $ corkboard group edit news --description "What is new"
  $ corkboard group edit builds --keep 1000 --max-age 90d
  $ corkboard group edit builds --keep off`,
    )
    .action((name: string, options: EditOptions, command: Command) => {
      const changes = changesOf(options);
      if (Object.keys(changes).length > 0) return edit(name, changes, options);
      return command.error('error: give what to change: --description, --keep or --max-age');
    });
}

function changesOf({ description, keep, maxAge }: EditOptions): GroupChanges {
  return {
    ...(description !== undefined && { description: checkedDescription(description) }),
    ...(keep !== undefined && { keepMessages: keep === 'off' ? null : keep }),
    ...(maxAge !== undefined && { keepDays: maxAge === 'off' ? null : maxAge }),
  };
}

async function edit(name: string, changes: GroupChanges, options: EditOptions): Promise<void> {
  const group = await administer(options, (board) => board.editGroup(groupRef(name), changes));
  printDone(options, groupDocument(group), () => {
    const described = group.description
      ? `Group ${group.name} is described as: ${group.description}`
      : `Group ${group.name} has no description now.`;
    const ruled = `Group ${group.name} keeps ${ruleText(group)}.`;
    const hasRule = 'keepMessages' in changes || 'keepDays' in changes;
    return [...('description' in changes ? [described] : []), ...(hasRule ? [ruled] : [])].join(
      '\n',
    );
  });
}
