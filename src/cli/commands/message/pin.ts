import { Argument, type Command } from 'commander';
import { groupRef } from '../../../board/refs.ts';
import { limits } from '../../../protocol/limits.ts';
import { messageNumber } from '../../../tasks/parse.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { knownNumber } from '../../operating/message-number.ts';
import { printDone } from '../../printing/output.ts';

export function messagePinCommands(): Command[] {
  return [
    command('pin', `pin a message of a group, which can have ${limits.pins} of them`, true),
    command('unpin', 'unpin a message', false),
  ];
}

function command(name: string, description: string, pinned: boolean): Command {
  return databaseCommand(name, description)
    .argument('<group>', 'name or number')
    .addArgument(new Argument('<number>').argParser(messageNumber))
    .action((group: string, number: number | 'last', options: CommonOptions) =>
      pin(group, number, pinned, options),
    );
}

async function pin(
  name: string,
  written: number | 'last',
  pinned: boolean,
  options: CommonOptions,
): Promise<void> {
  const ref = groupRef(name);
  const { group, number } = await administer(options, async (board) => {
    const number = await knownNumber(board, ref, written);
    return { ...(await board.moderation.pin(ref, number, pinned)), number };
  });
  const document = { group: group.name, groupId: group.id, number, pinned };
  const state = pinned ? 'pinned' : 'not pinned';
  printDone(options, document, () => `Message ${number} of ${group.name} is ${state}.`);
}
