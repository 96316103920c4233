import { boardError, shortened } from '../errors.ts';
import type { TextContext } from './command.ts';
import { firstVisible } from './first-visible.ts';
import { groupCommand, mainGroup } from './group-command.ts';
import { messageNumber } from './message-command.ts';
import { frameStart, info, listEnd } from './render.ts';
import { renderHeaders, renderThreads } from './render-messages.ts';

// Headers of a thread that are asked for at a time: see `pieceOfAll` of the lists.
const headersAtOnce = 20;

export const [groupThreads, threads] = groupCommand(
  {
    named: '%groupthreads',
    short: '%threads',
    form: '[before <number>]',
    summary: 'the threads, the newest first',
    details: [
      'A thread is a message with its replies. Those with the newest messages come',
      'first. With "before", those without a message from that number on.',
    ],
    example: 'before 140',
    topic: 'more',
    takes: ['joined', 'range'],
  },
  async function* (group, args, { call, style }) {
    let before: number | undefined;
    if (!args.empty) {
      const word = args.word('"before"');
      if (word.toLowerCase() !== 'before') {
        throw boardError(
          'INVALID_PARAMS',
          `"before" was expected in place of "${shortened(word)}"`,
        );
      }
      before = await messageNumber(args.messageNumber('number after "before"'), group, call);
    }
    args.end();
    const list = await call('thread.list', { group, before });
    yield frameStart(`Group: ${list.group} Threads`, style);
    yield renderThreads(list.threads, style) || '(no messages)\n';
    yield listEnd(style);
    if (list.next !== undefined) {
      const word = group === mainGroup ? '%threads' : `%groupthreads ${list.group}`;
      yield info(`There are more: type ${word} before ${list.next}.`, style);
    }
  },
);

export const [groupThread, thread] = groupCommand(
  {
    named: '%groupthread',
    short: '%thread',
    form: '<number>',
    summary: 'the messages of one thread',
    details: [
      'The number of any message in it will do. The messages stay unread until you',
      'open them.',
    ],
    example: '17',
    topic: 'more',
    takes: ['joined', 'number'],
  },
  async function* (group, args, context) {
    const number = await messageNumber(args.messageNumber('number'), group, context.call);
    args.end();
    yield* listThread(group, number, context);
  },
);

/** Lists the visible messages of the thread of a message. */
export async function* listThread(
  group: string,
  number: number,
  { call, reading, style, listPiece = headersAtOnce }: TextContext,
): AsyncGenerator<string> {
  let after = 0;
  let first = 0;
  for (let more = true; more; ) {
    const page = await call('thread.get', { group, thread: number, after, limit: listPiece });
    if (after === 0) reading.enter(page.groupId, page.thread);
    if (after === 0) yield frameStart(`Group: ${page.group} Thread: ${page.thread}`, style);
    first ||= await firstVisible(page.messages, page.groupId, call);
    yield renderHeaders(page.messages, style, first);
    after = page.messages.at(-1)?.number ?? after;
    more = page.more;
  }
  yield listEnd(style);
}
