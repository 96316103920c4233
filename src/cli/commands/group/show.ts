import type { Command } from 'commander';
import type { NextRemoval } from '../../../board/ports/administration.ts';
import { groupRef } from '../../../board/refs.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import {
  groupDocument,
  memberDocument,
  moderationDocument,
  removalDocument,
} from '../../printing/documents.ts';
import { fields, printResult, shownTime, table } from '../../printing/output.ts';
import { logTable } from './log-table.ts';
import { removalText, ruleText } from './rule.ts';

export function groupShowCommand(): Command {
  return databaseCommand('show', 'show a group, its rules, its members and the end of its log')
    .argument('<group>', 'name or number')
    .action(show);
}

async function show(name: string, options: CommonOptions): Promise<void> {
  const found = await administer(options, (board) => board.group(groupRef(name)));
  const { memberships, nextRemoval, moderation, ...group } = found;
  const document = {
    ...groupDocument(group),
    ...moderationDocument(moderation),
    nextRemoval: nextRemoval && removalDocument(nextRemoval),
    memberships: memberships.map(memberDocument),
  };
  printResult(options, document, () =>
    [groupFields(document, nextRemoval), memberTable(document), ...moderationTables(document)].join(
      '\n\n',
    ),
  );
}

type GroupDocument = ReturnType<typeof groupDocument> & ReturnType<typeof moderationDocument>;

function groupFields(group: GroupDocument, next: NextRemoval | null): string {
  const optional: [label: string, value: string | number, isShown: boolean][] = [
    ['Pinned', group.pins.join(', '), group.pins.length > 0],
    ['Closed', `threads ${group.closedThreads.join(', ')}`, group.closedThreads.length > 0],
    ['Reports', `${group.openReports} open: report list`, group.openReports > 0],
  ];
  return fields([
    ['Name', group.name],
    ['Number', group.id],
    ['Description', group.description],
    ...(group.about === '' ? [] : [['About', group.about] as [string, string]]),
    ...(group.kind === 'group' ? ruleFields(group) : []),
    ['Created', shownTime(group.createdAt)],
    ['Members', group.members],
    ['Messages', group.messages],
    ['Last number', group.lastNumber],
    ['Keeps', ruleText(group)],
    ...optional
      .filter(([, , isShown]) => isShown)
      .map(([label, value]): [string, string | number] => [label, value]),
    ...(next ? [['Removed next', removalText(next)] as [string, string]] : []),
  ]);
}

function ruleFields(group: GroupDocument): [string, string][] {
  const lost = 'none: the last owner is gone, and nobody could follow';
  const operators = 'none: you made the group';
  return [
    ['Access', group.access],
    ['Posting', group.posting],
    ['Replying', group.replying],
    ['Owner', group.owner ?? (group.hasLostOwner ? lost : operators)],
  ];
}

function memberTable(group: { memberships: ReturnType<typeof memberDocument>[] }): string {
  const hasRoles = group.memberships.some(({ role }) => role !== 'member');
  const head = ['member', ...(hasRoles ? ['role'] : []), 'joined', 'read up to'];
  const rows = group.memberships.map(({ user, role, joinedAt, lastRead }) => [
    user,
    ...(hasRoles ? [role] : []),
    shownTime(joinedAt),
    lastRead,
  ]);
  return table(head, rows);
}

/** Who may not write or join, who is invited, and the end of the log. What is empty is left out. */
function moderationTables({ restrictions, invitations, log }: GroupDocument): string[] {
  const barred = restrictions.map(({ user, kind, until, reason }) => [
    user,
    kind,
    until === null ? 'no end' : shownTime(until),
    reason,
  ]);
  const invited = invitations.map(({ user, by, uses, until }) => [
    user ?? 'a code',
    by ?? 'the operator',
    uses === null ? '' : uses,
    until === null ? 'no end' : shownTime(until),
  ]);
  return [
    ...(barred.length === 0 ? [] : [table(['restricted', 'how', 'until', 'reason'], barred)]),
    ...(invited.length === 0 ? [] : [table(['invited', 'by', 'uses', 'until'], invited)]),
    ...(log.length === 0 ? [] : [logTable(log)]),
  ];
}
