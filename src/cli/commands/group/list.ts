import type { Command } from 'commander';
import { nameKey } from '../../../board/name-key.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { groupDocument } from '../../printing/documents.ts';
import { printResult, shownTime, table } from '../../printing/output.ts';

const head = ['id', 'name', 'access', 'owner', 'members', 'messages', 'created', 'description'];

interface ListOptions extends CommonOptions {
  readonly direct?: true;
}

export function groupListCommand(): Command {
  const command = databaseCommand('list', 'list all groups').option(
    '--direct',
    'list the direct conversations of users instead',
  );
  return command.action(async (options: ListOptions) => {
    const kind = options.direct ? 'direct' : 'group';
    const groups = await administer(options, (board) => board.groups(kind));
    const documents = groups.map(groupDocument);
    printResult(options, documents, () =>
      table(
        head,
        documents.map((group) => [
          group.id,
          wordFor(group, documents),
          group.access,
          group.owner ?? (group.hasLostOwner ? 'none: lost' : ''),
          group.members,
          group.messages,
          shownTime(group.createdAt),
          group.description,
        ]),
      ),
    );
  });
}

type Document = ReturnType<typeof groupDocument>;

/** What other commands accept for a group: for a secret group with the name of another group, `plans#12`. */
function wordFor({ id, name, access }: Document, all: readonly Document[]): string {
  if (access !== 'secret') return name;
  const key = nameKey(name);
  const isAlone = all.every((other) => other.id === id || nameKey(other.name) !== key);
  return isAlone ? name : `${name}#${id}`;
}
