import { type Command, Option } from 'commander';
import { groupRef } from '../../../board/refs.ts';
import { toHeader } from '../../../board/view.ts';
import { limits } from '../../../protocol/limits.ts';
import type { Header } from '../../../protocol/schemas.ts';
import { wholeNumber } from '../../../tasks/parse.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { printResult, shownTime, table } from '../../printing/output.ts';

interface ListOptions extends CommonOptions {
  readonly limit: number;
  readonly before?: number;
  readonly after?: number;
}

export function messageListCommand(): Command {
  return databaseCommand('list', 'list the newest messages without their content, oldest first')
    .argument('<group>', 'name or number')
    .addOption(
      new Option('--limit <n>', `how many messages, at most ${limits.listMost}`)
        .argParser(wholeNumber(1, limits.listMost))
        .default(limits.listDefault),
    )
    .option('--before <number>', 'only messages with a lower number', wholeNumber(1))
    .option(
      '--after <number>',
      'only messages with a higher number, beginning there and not at the newest',
      wholeNumber(0),
    )
    .action(list);
}

async function list(name: string, options: ListOptions): Promise<void> {
  const page = await administer(options, (board) => board.messages(groupRef(name), options));
  const documents = page.messages.map(toHeader);
  printResult(options, documents, () => withReplies(documents));
  if (page.more && !options.json) process.stderr.write(`${nextPage(documents, options)}\n`);
}

/** A column for the replied-to messages exists only if there are replies. */
function withReplies(documents: readonly Header[]): string {
  const hasReplies = documents.some(({ replyTo }) => replyTo !== undefined);
  const head = ['number', 'sender', 'date', 'subject'];
  const rows = documents.map(({ number, sender, postedAt, subject, replyTo }) => {
    const row = [number, sender, shownTime(postedAt), subject];
    return hasReplies ? [...row, replyTo ?? ''] : row;
  });
  return table(hasReplies ? [...head, 'reply to'] : head, rows);
}

function nextPage(shown: { number: number }[], { after }: ListOptions): string {
  return after === undefined
    ? `There are older messages: add --before ${shown[0]?.number}`
    : `There are newer messages: add --after ${shown.at(-1)?.number}`;
}
