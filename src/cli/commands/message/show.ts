import { Argument, type Command } from 'commander';
import { groupRef } from '../../../board/refs.ts';
import { toHeader } from '../../../board/view.ts';
import { cleanText } from '../../../protocol/clean.ts';
import { formatTime } from '../../../protocol/time.ts';
import { messageNumber } from '../../../tasks/parse.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { knownNumber } from '../../operating/message-number.ts';
import { fields, printResult, shownTime } from '../../printing/output.ts';

export function messageShowCommand(): Command {
  return databaseCommand('show', 'show a message with its content')
    .argument('<group>', 'name or number')
    .addArgument(new Argument('<number>').argParser(messageNumber))
    .option('--history', 'show what it said before each edit, too')
    .action(show);
}

interface ShowOptions extends CommonOptions {
  readonly history?: true;
}

async function show(name: string, written: number | 'last', options: ShowOptions): Promise<void> {
  const ref = groupRef(name);
  const found = await administer(options, async (board) => {
    const number = await knownNumber(board, ref, written);
    const history = options.history && (await board.history(ref, number));
    return { ...(await board.message(ref, number)), history };
  });
  const { group, message } = found;
  const header = toHeader(message);
  const history = found.history?.map(({ writtenAt, ...text }) => ({
    ...text,
    writtenAt: formatTime(writtenAt),
  }));
  const document = { group: group.name, ...header, content: message.content };
  printResult(options, { ...document, ...(history && { history }) }, () =>
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
      ...(history ?? []).slice(0, -1).flatMap(({ revision, writtenAt, subject, content }) => [
        '',
        fields([
          [revision === 0 ? 'As posted' : `After edit ${revision}`, shownTime(writtenAt)],
          ['Subject', subject],
        ]),
        '',
        cleanText(content),
      ]),
    ].join('\n'),
  );
}

function optional<T>(label: string, value: T | undefined): [label: string, value: T][] {
  return value === undefined ? [] : [[label, value]];
}
