import type { Command } from 'commander';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import {
  keyDocument,
  membershipDocument,
  restrictionDocument,
  userDocument,
} from '../../printing/documents.ts';
import { fields, printResult, shownTime, table } from '../../printing/output.ts';
import { keyTable } from './key-table.ts';

export function userShowCommand(): Command {
  return databaseCommand('show', 'show a user and their groups').argument('<user>').action(show);
}

async function show(name: string, options: CommonOptions): Promise<void> {
  const found = await administer(options, (board) => board.user(name));
  const { memberships, invitations, restrictions, sshKeys, ...user } = found;
  const document = {
    ...userDocument(user),
    memberships: memberships.map(membershipDocument),
    invitations: invitations.map(({ id, name: group, by }) => ({ group, groupId: id, by })),
    restrictions: restrictions.map(restrictionDocument),
    sshKeys: sshKeys.map(keyDocument),
  };
  printResult(options, document, () =>
    [
      userFields(document),
      ...(document.sshKeys.length === 0 ? [] : [keyTable(document.sshKeys)]),
      membershipTable(document),
      ...moderationTables(document),
    ].join('\n\n'),
  );
}

function userFields(user: ReturnType<typeof userDocument>): string {
  return fields([
    ['Name', user.name],
    ['Number', user.id],
    ['Created', shownTime(user.createdAt)],
    ['Last seen', shownTime(user.lastSeenAt)],
    ['Password', user.hasPassword ? 'yes' : 'no'],
    ['SSH keys', user.keys],
    ...(user.bannedAt === null ? [] : banFields(user.bannedAt, user.banReason)),
  ]);
}

function banFields(bannedAt: string, reason: string | null): [string, string][] {
  return [
    ['Banned', shownTime(bannedAt)],
    ['Reason', reason ?? 'none was given'],
  ];
}

function membershipTable(user: { memberships: ReturnType<typeof membershipDocument>[] }): string {
  const hasRoles = user.memberships.some(({ role }) => role !== 'member');
  const head = ['group', ...(hasRoles ? ['role'] : []), 'joined', 'read up to', 'last number'];
  const rows = user.memberships.map(({ group, role, joinedAt, lastRead, lastNumber }) => [
    group,
    ...(hasRoles ? [role] : []),
    shownTime(joinedAt),
    lastRead,
    lastNumber,
  ]);
  return table(head, rows);
}

/** Where the user is invited, and where they may not join or write. What is empty is left out. */
function moderationTables(user: {
  invitations: readonly { group: string; by: string | null }[];
  restrictions: readonly {
    group: string;
    kind: string;
    until: string | null;
    reason: string;
  }[];
}): string[] {
  const invited = user.invitations.map(({ group, by }) => [group, by ?? 'the operator']);
  const restricted = user.restrictions.map(({ group, kind, until, reason }) => [
    group,
    kind,
    until === null ? 'no end' : shownTime(until),
    reason,
  ]);
  return [
    ...(invited.length === 0 ? [] : [table(['invited to', 'by'], invited)]),
    ...(restricted.length === 0 ? [] : [table(['in', 'how', 'until', 'reason'], restricted)]),
  ];
}
