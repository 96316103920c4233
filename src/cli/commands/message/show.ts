import { Argument, type Command } from 'commander';
import { groupRef } from '../../../board/board.ts';
import { toHeader } from '../../../board/view.ts';
import { cleanText } from '../../../protocol/clean.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { wholeNumber } from '../../parsing/parse.ts';
import { fields, printResult, shownTime } from '../../printing/output.ts';

export function messageShowCommand(): Command {
  return databaseCommand('show', 'one message with its content')
    .argument('<group>', 'name or number')
    .addArgument(new Argument('<number>').argParser(wholeNumber(1)))
    .action(show);
}

async function show(name: string, number: number, options: CommonOptions): Promise<void> {
  const found = await administer(options, (board) => board.message(groupRef(name), number));
  const { group, message } = found;
  const header = toHeader(message);
  printResult(options, { group: group.name, ...header, content: message.content }, () =>
    [
      fields([
        ['Group', group.name],
        ['Number', header.number],
        ['Sender', header.sender],
        ['Date', shownTime(header.postedAt)],
        ['Subject', header.subject],
      ]),
      '',
      cleanText(message.content),
    ].join('\n'),
  );
}
