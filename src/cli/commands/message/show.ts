import { Argument, type Command } from 'commander';
import { groupRef } from '../../../board/board.ts';
import { toHeader } from '../../../board/view.ts';
import { cleanText } from '../../../protocol/clean.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { knownNumber } from '../../operating/message-number.ts';
import { messageNumber } from '../../parsing/parse.ts';
import { fields, printResult, shownTime } from '../../printing/output.ts';

export function messageShowCommand(): Command {
  return databaseCommand('show', 'show a message with its content')
    .argument('<group>', 'name or number')
    .addArgument(new Argument('<number>').argParser(messageNumber))
    .action(show);
}

async function show(name: string, written: number | 'last', options: CommonOptions): Promise<void> {
  const ref = groupRef(name);
  const found = await administer(options, async (board) =>
    board.message(ref, await knownNumber(board, ref, written)),
  );
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
        ...optional('Reply to', header.replyTo),
        ...optional('Edited', header.editedAt && shownTime(header.editedAt)),
      ]),
      '',
      cleanText(message.content),
    ].join('\n'),
  );
}

function optional<T>(label: string, value: T | undefined): [label: string, value: T][] {
  return value === undefined ? [] : [[label, value]];
}
