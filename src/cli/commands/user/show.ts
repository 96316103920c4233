import type { Command } from 'commander';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { membershipDocument, userDocument } from '../../printing/documents.ts';
import { fields, printResult, shownTime, table } from '../../printing/output.ts';

export function userShowCommand(): Command {
  return databaseCommand('show', 'show a user and their groups').argument('<user>').action(show);
}

async function show(name: string, options: CommonOptions): Promise<void> {
  const { memberships, ...user } = await administer(options, (board) => board.user(name));
  const document = { ...userDocument(user), memberships: memberships.map(membershipDocument) };
  printResult(options, document, () =>
    [userFields(document), '', membershipTable(document)].join('\n'),
  );
}

function userFields(user: ReturnType<typeof userDocument>): string {
  return fields([
    ['Name', user.name],
    ['Number', user.id],
    ['Created', shownTime(user.createdAt)],
    ['Last seen', shownTime(user.lastSeenAt)],
    ['Password', user.protected ? 'yes' : 'no'],
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
  const rows = user.memberships.map(({ group, joinedAt, lastRead, lastNumber }) => [
    group,
    shownTime(joinedAt),
    lastRead,
    lastNumber,
  ]);
  return table(['group', 'joined', 'read up to', 'last number'], rows);
}
