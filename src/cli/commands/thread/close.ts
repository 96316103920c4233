import { Argument, type Command } from 'commander';
import { groupRef } from '../../../board/refs.ts';
import { messageNumber } from '../../../tasks/parse.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { knownNumber } from '../../operating/message-number.ts';
import { printDone } from '../../printing/output.ts';

export function threadCommands(): Command[] {
  return [
    command('close', 'let only moderators reply in a thread', true),
    command('reopen', 'let all members reply in a thread again', false),
  ];
}

function command(name: string, description: string, closed: boolean): Command {
  return databaseCommand(name, description)
    .argument('<group>', 'name or number')
    .addArgument(new Argument('<number>').argParser(messageNumber))
    .action((group: string, number: number | 'last', options: CommonOptions) =>
      closeThread(group, number, closed, options),
    );
}

async function closeThread(
  name: string,
  written: number | 'last',
  closed: boolean,
  options: CommonOptions,
): Promise<void> {
  const ref = groupRef(name);
  const { group, thread } = await administer(options, async (board) => {
    const number = await knownNumber(board, ref, written);
    return board.moderation.closeThread(ref, number, closed);
  });
  const document = { group: group.name, groupId: group.id, thread, closed };
  const state = closed ? 'closed' : 'open';
  printDone(options, document, () => `Thread ${thread} of ${group.name} is ${state}.`);
}
