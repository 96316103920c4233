import type { Command } from 'commander';
import { administer, type CommonOptions, databaseCommand } from '../../administer.ts';
import { userDocument } from '../../documents.ts';
import { printResult, shownTime, table } from '../../output.ts';

export function userListCommand(): Command {
  return databaseCommand('list', 'all users').action(async (options: CommonOptions) => {
    const users = await administer(options, (board) => board.users());
    const documents = users.map(userDocument);
    printResult(options, documents, () =>
      table(
        ['id', 'name', 'groups', 'created', 'last seen'],
        documents.map(({ id, name, groups, createdAt, lastSeenAt }) => [
          id,
          name,
          groups,
          shownTime(createdAt),
          shownTime(lastSeenAt),
        ]),
      ),
    );
  });
}
