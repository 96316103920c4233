import type { Command } from 'commander';
import { groupRef } from '../../../board/board.ts';
import type { NextRemoval } from '../../../board/ports/administration.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { groupDocument, memberDocument, removalDocument } from '../../printing/documents.ts';
import { fields, printResult, shownTime, table } from '../../printing/output.ts';
import { removalText, ruleText } from './rule.ts';

export function groupShowCommand(): Command {
  return databaseCommand('show', 'show a group, its retention and its members')
    .argument('<group>', 'name or number')
    .action(show);
}

async function show(name: string, options: CommonOptions): Promise<void> {
  const found = await administer(options, (board) => board.group(groupRef(name)));
  const { memberships, nextRemoval, ...group } = found;
  const document = {
    ...groupDocument(group),
    nextRemoval: nextRemoval && removalDocument(nextRemoval),
    memberships: memberships.map(memberDocument),
  };
  printResult(options, document, () =>
    [groupFields(document, nextRemoval), '', memberTable(document)].join('\n'),
  );
}

function groupFields(group: ReturnType<typeof groupDocument>, next: NextRemoval | null): string {
  return fields([
    ['Name', group.name],
    ['Number', group.id],
    ['Description', group.description],
    ['Created', shownTime(group.createdAt)],
    ['Members', group.members],
    ['Messages', group.messages],
    ['Last number', group.lastNumber],
    ['Keeps', ruleText(group)],
    ...(next ? [['Removed next', removalText(next)] as [string, string]] : []),
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
