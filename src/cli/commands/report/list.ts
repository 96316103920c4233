import type { Command } from 'commander';
import { groupRef } from '../../../board/refs.ts';
import { deletedUser } from '../../../protocol/direct.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { reportDocument } from '../../printing/documents.ts';
import { printResult, shownTime, table } from '../../printing/output.ts';

export function reportListCommand(): Command {
  return databaseCommand('list', 'list the open reports of all groups, or of one, oldest first')
    .argument('[group]', 'name or number')
    .action(list);
}

async function list(group: string | undefined, options: CommonOptions): Promise<void> {
  const reports = await administer(options, ({ moderation }) =>
    moderation.reports(group === undefined ? undefined : groupRef(group)),
  );
  const documents = reports.map(reportDocument);
  printResult(options, documents, () =>
    table(
      ['group', 'number', 'reported', 'by', 'reason'],
      documents.map(({ group: name, number, createdAt, user, reason }) => [
        name,
        number,
        shownTime(createdAt),
        user ?? deletedUser,
        reason,
      ]),
    ),
  );
}
