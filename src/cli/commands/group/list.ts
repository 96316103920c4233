import type { Command } from 'commander';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { groupDocument } from '../../printing/documents.ts';
import { printResult, shownTime, table } from '../../printing/output.ts';

const head = ['id', 'name', 'members', 'messages', 'created', 'description'];

export function groupListCommand(): Command {
  return databaseCommand('list', 'list all groups').action(async (options: CommonOptions) => {
    const groups = await administer(options, (board) => board.groups());
    const documents = groups.map(groupDocument);
    printResult(options, documents, () =>
      table(
        head,
        documents.map(({ id, name, members, messages, createdAt, description }) => [
          id,
          name,
          members,
          messages,
          shownTime(createdAt),
          description,
        ]),
      ),
    );
  });
}
