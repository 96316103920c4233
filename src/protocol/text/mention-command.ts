import { boardError, shortened } from '../errors.ts';
import { limits } from '../limits.ts';
import type { TextCommand } from './command.ts';
import { firstVisibleIn } from './first-visible.ts';
import { info, listEnd } from './render.ts';
import { renderFound } from './render-messages.ts';

export const mentions: TextCommand = {
  words: ['%mentions'],
  form: '[before <place>]',
  topic: 'messages',
  summary: 'the messages that mention you',
  details: [
    `The newest ${limits.searchDefault} of those that you can see. A message mentions you if it has`,
    '@<your name>, or @all by a moderator, not counting quotes, code and links.',
    'They stay unread.',
  ],
  async *run(args, { call, style }) {
    let before: string | undefined;
    if (!args.empty) {
      const word = args.word('"before"');
      if (word.toLowerCase() !== 'before') {
        throw boardError(
          'INVALID_PARAMS',
          `"before" was expected in place of "${shortened(word)}"`,
        );
      }
      before = args.word('place');
    }
    args.end();
    const found = await call('mention.list', { ...(before !== undefined && { before }) });
    yield `${style.line(style.frame('--- Mentions ---'))}\n`;
    const firsts = await firstVisibleIn(found.messages, call);
    yield renderFound(found.messages, firsts, style) || '(no messages)\n';
    yield listEnd(style);
    if (found.next !== undefined) {
      yield info(`There are older ones: type %mentions before ${found.next}`, style);
    }
  },
};
