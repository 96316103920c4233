import type { Command } from 'commander';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { userDocument } from '../../printing/documents.ts';
import { printResult, shownTime, table } from '../../printing/output.ts';
import { userState } from './state.ts';

export function userListCommand(): Command {
  return databaseCommand('list', 'list all users').action(async (options: CommonOptions) => {
    const users = await administer(options, (board) => board.users());
    const documents = users.map(userDocument);
    printResult(options, documents, () =>
      table(
        ['id', 'name', 'groups', 'created', 'last seen', 'state'],
        documents.map((user) => [
          user.id,
          user.name,
          user.groups,
          shownTime(user.createdAt),
          shownTime(user.lastSeenAt),
          userState(user),
        ]),
      ),
    );
  });
}
