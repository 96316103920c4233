import type { Command } from 'commander';
import { groupRef } from '../../../board/board.ts';
import { administer, type CommonOptions, databaseCommand } from '../../administer.ts';
import { groupDocument, memberDocument } from '../../documents.ts';
import { fields, printResult, shownTime, table } from '../../output.ts';

export function groupShowCommand(): Command {
  return databaseCommand('show', 'one group and its members')
    .argument('<group>', 'name or number')
    .action(show);
}

async function show(name: string, options: CommonOptions): Promise<void> {
  const found = await administer(options, (board) => board.group(groupRef(name)));
  const { memberships, ...group } = found;
  const document = { ...groupDocument(group), memberships: memberships.map(memberDocument) };
  printResult(options, document, () =>
    [groupFields(document), '', memberTable(document)].join('\n'),
  );
}

function groupFields(group: ReturnType<typeof groupDocument>): string {
  return fields([
    ['Name', group.name],
    ['Number', group.id],
    ['Description', group.description],
    ['Created', shownTime(group.createdAt)],
    ['Members', group.members],
    ['Messages', group.messages],
    ['Last number', group.lastNumber],
  ]);
}

function memberTable(group: { memberships: ReturnType<typeof memberDocument>[] }): string {
  const rows = group.memberships.map(({ user, joinedAt, lastRead }) => [
    user,
    shownTime(joinedAt),
    lastRead,
  ]);
  return table(['member', 'joined', 'read up to'], rows);
}
