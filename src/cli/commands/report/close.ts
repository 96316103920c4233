import { Argument, type Command } from 'commander';
import { groupRef } from '../../../board/refs.ts';
import { count } from '../../../protocol/text/render.ts';
import { messageNumber } from '../../../tasks/parse.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { knownNumber } from '../../operating/message-number.ts';
import { printDone } from '../../printing/output.ts';

export function reportCloseCommand(): Command {
  return databaseCommand('close', 'close the reports of a message, which stays')
    .argument('<group>', 'name or number')
    .addArgument(new Argument('<number>').argParser(messageNumber))
    .action(close);
}

async function close(name: string, written: number | 'last', options: CommonOptions) {
  const ref = groupRef(name);
  const { group, number, closed } = await administer(options, async (board) => {
    const number = await knownNumber(board, ref, written);
    return { ...(await board.moderation.closeReports(ref, number)), number };
  });
  const document = { group: group.name, groupId: group.id, number, closed };
  printDone(
    options,
    document,
    () => `${count(closed, 'report')} of message ${number} of ${group.name} closed.`,
  );
}
