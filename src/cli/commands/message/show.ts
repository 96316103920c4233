import { Argument, type Command } from 'commander';
import { groupRef } from '../../../board/board.ts';
import { cleanText } from '../../../protocol/clean.ts';
import { toHeader } from '../../../server/wire.ts';
import { administer, type CommonOptions, databaseCommand } from '../../administer.ts';
import { fields, printResult, shownTime } from '../../output.ts';
import { wholeNumber } from '../../parse.ts';

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
