import { type Command, Option } from 'commander';
import type { GroupChanges, GroupDetails } from '../../../board/ports/administration.ts';
import { groupRef, userRef } from '../../../board/refs.ts';
import { checkedAbout, checkedDescription } from '../../../board/texts.ts';
import { type Access, accesses, type Policy, policies } from '../../../protocol/rights.ts';
import { anyText, orOff, wholeDays, wholeNumber } from '../../../tasks/parse.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { groupDocument } from '../../printing/documents.ts';
import { printDone } from '../../printing/output.ts';
import { giveRole } from './give-role.ts';
import { ruleText } from './rule.ts';

interface EditOptions extends CommonOptions {
  readonly description?: string;
  readonly about?: string;
  readonly access?: Access;
  readonly posting?: Policy;
  readonly replying?: Policy;
  readonly owner?: string;
  readonly keep?: number | 'off';
  readonly maxAge?: number | 'off';
}

export function groupEditCommand(): Command {
  return databaseCommand('edit', 'change a group, its rules or its retention')
    .argument('<group>', 'name or number')
    .option('--description <text>', 'what the group is about, on one line', anyText)
    .option('--about <text>', 'more about the group, for those who may join', anyText)
    .addOption(
      new Option('--access <access>', 'who can join; only members know of a secret group').choices(
        accesses,
      ),
    )
    .addOption(new Option('--posting <who>', 'who can begin threads').choices(policies))
    .addOption(new Option('--replying <who>', 'who can reply').choices(policies))
    .addOption(
      new Option(
        '--owner <user>',
        'hand the group over to a member; without other options',
      ).conflicts([...changing]),
    )
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
  $ corkboard group edit news --posting moderators
  $ corkboard group edit plans --owner alice
  $ corkboard group edit builds --keep 1000 --max-age 90d
  $ corkboard group edit builds --keep off`,
    )
    .action((name: string, options: EditOptions, command: Command) => {
      if (options.owner !== undefined) return handOver(name, options.owner, options);
      const changes = changesOf(options);
      if (Object.keys(changes).length > 0) return edit(name, changes, options);
      return command.error('error: give what to change, such as --description, --access or --keep');
    });
}

const changing = [
  ...['description', 'about', 'access', 'posting', 'replying', 'keep', 'maxAge'],
] as const;

function changesOf({
  description,
  about,
  access,
  posting,
  replying,
  keep,
  maxAge,
}: EditOptions): GroupChanges {
  return {
    ...(about !== undefined && { about: checkedAbout(about) }),
    ...(access !== undefined && { access }),
    ...(posting !== undefined && { posting }),
    ...(replying !== undefined && { replying }),
    ...(description !== undefined && { description: checkedDescription(description) }),
    ...(keep !== undefined && { keepMessages: keep === 'off' ? null : keep }),
    ...(maxAge !== undefined && { keepDays: maxAge === 'off' ? null : maxAge }),
  };
}

async function handOver(name: string, owner: string, options: EditOptions): Promise<void> {
  const { document, text } = await administer(options, (board) =>
    giveRole(board, groupRef(name), userRef(owner), 'owner'),
  );
  printDone(options, document, () => text);
}

async function edit(name: string, changes: GroupChanges, options: EditOptions): Promise<void> {
  const group = await administer(options, (board) => board.editGroup(groupRef(name), changes));
  printDone(options, groupDocument(group), () => changesText(group, changes));
}

function changesText(group: GroupDetails, changes: GroupChanges): string {
  const { name } = group;
  const described = group.description
    ? `Group ${name} is described as: ${group.description}`
    : `Group ${name} has no description now.`;
  const joined = {
    open: `Everyone can join ${name} now.`,
    invite: `Only users who were invited can join ${name} now.`,
    secret: `Group ${name} is secret now: only its members and users who were invited know of it.`,
  };
  return [
    ...('description' in changes ? [described] : []),
    ...('about' in changes ? [`The text about ${name} is changed.`] : []),
    ...('access' in changes ? [joined[group.access]] : []),
    ...('posting' in changes ? [`${writers(group.posting)} begin threads in ${name} now.`] : []),
    ...('replying' in changes ? [`${writers(group.replying)} reply in ${name} now.`] : []),
    ...('keepMessages' in changes || 'keepDays' in changes
      ? [`Group ${name} keeps ${ruleText(group)}.`]
      : []),
  ].join('\n');
}

function writers(policy: Policy): string {
  return policy === 'members' ? 'All members' : 'Only moderators and the owner';
}
