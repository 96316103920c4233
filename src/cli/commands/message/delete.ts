import { Argument, type Command } from 'commander';
import type { Administration } from '../../../board/ports/administration.ts';
import { groupRef } from '../../../board/refs.ts';
import { checkedReason } from '../../../board/texts.ts';
import { limits } from '../../../protocol/limits.ts';
import { count } from '../../../protocol/text/render.ts';
import { anyText, messageNumber } from '../../../tasks/parse.ts';
import { confirm } from '../../asking/confirm.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { knownNumber } from '../../operating/message-number.ts';
import { printDone } from '../../printing/output.ts';

interface DeleteOptions extends CommonOptions {
  readonly reason: string;
  readonly yes?: true;
}

export function messageDeleteCommand(): Command {
  return databaseCommand('delete', 'delete messages; either all of the given numbers or none')
    .argument('<group>', 'name or number')
    .addArgument(
      new Argument('<number...>').argParser((text, before: (number | 'last')[] = []) => [
        ...before,
        messageNumber(text),
      ]),
    )
    .option('--reason <text>', 'a line for the members who could see the messages', anyText, '')
    .option('--yes', 'do not ask')
    .action(
      (name: string, numbers: (number | 'last')[], options: DeleteOptions, command: Command) => {
        const wanted = [...new Set(numbers)];
        if (wanted.length > limits.listMost) {
          command.error(
            `error: at most ${limits.listMost} at a time; group purge takes any number`,
          );
        }
        return administer(options, (board) => deleteMessages(board, name, wanted, options));
      },
    );
}

async function deleteMessages(
  board: Administration,
  name: string,
  written: (number | 'last')[],
  options: DeleteOptions,
): Promise<void> {
  const { id, name: group } = await board.group(groupRef(name));
  // While the command waits for an answer, the group may be renamed, and another group may get its name.
  const ref = { id };
  const reason = checkedReason(options.reason);
  const known = await Promise.all(written.map((number) => knownNumber(board, ref, number)));
  const numbers = [...new Set(known)].sort((a, b) => a - b);
  // A message that does not exist is reported before the user is asked.
  for (const number of numbers) await board.message(ref, number);
  await confirm(`Delete ${described(numbers)} of ${group}`, options);
  await board.deleteMessages(ref, numbers, reason);
  printDone(options, { group, numbers }, () => `Deleted ${described(numbers)} of ${group}.`);
}

function described(numbers: number[]): string {
  return `${count(numbers.length, 'message')} (${numbers.join(', ')})`;
}
