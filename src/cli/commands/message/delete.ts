import { Argument, type Command } from 'commander';
import { groupRef } from '../../../board/board.ts';
import type { Administration } from '../../../board/ports/administration.ts';
import { limits } from '../../../protocol/limits.ts';
import { count } from '../../../protocol/text/render.ts';
import { confirm } from '../../asking/confirm.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { wholeNumber } from '../../parsing/parse.ts';
import { printResult } from '../../printing/output.ts';

interface DeleteOptions extends CommonOptions {
  readonly yes?: true;
}

const parseNumber = wholeNumber(1);

export function messageDeleteCommand(): Command {
  return databaseCommand('delete', 'delete messages; all that are given, or none')
    .argument('<group>', 'name or number')
    .addArgument(
      new Argument('<number...>').argParser((text, before: number[] = []) => [
        ...before,
        parseNumber(text),
      ]),
    )
    .option('--yes', 'do not ask')
    .action((name: string, numbers: number[], options: DeleteOptions, command: Command) => {
      const wanted = [...new Set(numbers)].sort((a, b) => a - b);
      if (wanted.length > limits.listMost) {
        command.error(`error: at most ${limits.listMost} at a time; group purge takes any number`);
      }
      return administer(options, (board) => deleteMessages(board, name, wanted, options));
    });
}

async function deleteMessages(
  board: Administration,
  name: string,
  numbers: number[],
  options: DeleteOptions,
): Promise<void> {
  const ref = groupRef(name);
  // What is not there is said before anything is asked.
  for (const number of numbers) await board.message(ref, number);
  const { name: group } = await board.group(ref);
  await confirm(`Delete ${described(numbers)} of ${group}`, options);
  await board.deleteMessages(ref, numbers);
  printResult(options, { group, numbers }, () => `Deleted ${described(numbers)} of ${group}.`);
}

function described(numbers: number[]): string {
  return `${count(numbers.length, 'message')} (${numbers.join(', ')})`;
}
