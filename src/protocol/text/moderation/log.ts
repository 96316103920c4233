import { boardError, shortened } from '../../errors.ts';
import type { TextCommand } from '../command.ts';
import { info } from '../render.ts';
import { groupOrHere } from './group-argument.ts';
import { renderLog } from './render.ts';

// So many lines fit on a screen with the lines around them.
const linesShown = 20;

export const log: TextCommand = {
  words: ['%log'],
  form: '[group] [before <line>]',
  topic: 'moderation',
  summary: 'what was done in a group, and by whom',
  details: [
    `The newest ${linesShown} lines, oldest first; with "before", older ones. Members see`,
    'what was done since they joined.',
  ],
  example: 'news',
  takes: ['joined'],
  async *run(args, context) {
    const isShort = args.ahead[0]?.toLowerCase() === 'before';
    const ref = isShort && context.place ? String(context.place.group) : groupOrHere(args, context);
    let before: number | undefined;
    if (!args.empty) {
      const word = args.word('"before"');
      if (word.toLowerCase() !== 'before') {
        const why = `"before" was expected in place of "${shortened(word)}"`;
        throw boardError('INVALID_PARAMS', why);
      }
      before = args.number('number of the line');
    }
    args.end();
    const { call, style } = context;
    const page = await call('group.log', {
      group: ref,
      limit: linesShown,
      ...(before !== undefined && { before }),
    });
    yield renderLog(page, style);
    const oldest = page.lines.at(-1);
    if (page.more && oldest) {
      yield info(`There are older lines: type %log ${page.group} before ${oldest.id}.`, style);
    }
  },
};
