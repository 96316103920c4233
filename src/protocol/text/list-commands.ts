import { boardError, shortened } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Header } from '../schemas.ts';
import { Arguments } from './arguments.ts';
import type { TextContext } from './command.ts';
import { firstVisible } from './first-visible.ts';
import { groupCommand, mainGroup } from './group-command.ts';
import { messageNumber } from './message-command.ts';
import { count, info, listEnd } from './render.ts';
import { listStart, renderHeaders } from './render-messages.ts';
import type { Style } from './style.ts';
import { listThread } from './thread-commands.ts';

export const [groupList, list] = groupCommand(
  {
    named: '%grouplist',
    short: '%list',
    form: '[count or all] [before <number>]',
    summary: 'the messages you can see',
    details: [
      `The newest ${limits.listDefault}, oldest first; as many as you say, at most ${limits.listMost}; or all. With`,
      '"before", those older than a number. They stay unread until you open them.',
    ],
    example: '20 before 140',
    takes: ['joined', 'range'],
  },
  async function* (group, args, context, thread) {
    if (thread !== undefined && args.empty) {
      yield* listThread(group, thread, context);
      return;
    }
    const { limit, before: written } = listArguments(args);
    const before =
      written === undefined
        ? undefined
        : { before: await messageNumber(written, group, context.call) };
    yield* limit === 'all'
      ? listAll(context, group, before)
      : listNewest(context, group, { limit, ...before });
  },
);

function listArguments(args: Arguments): {
  limit: number | 'all';
  before: number | 'last' | undefined;
} {
  let limit: number | 'all' = limits.listDefault;
  let before: number | 'last' | undefined;
  let word = args.empty ? '' : args.word('count');
  if (word && word.toLowerCase() !== 'before') {
    limit = word.toLowerCase() === 'all' ? 'all' : new Arguments(word).number('count');
    if (limit !== 'all' && limit > limits.listMost) {
      throw boardError('INVALID_PARAMS', `the count is at most ${limits.listMost}, or "all"`);
    }
    word = args.empty ? '' : args.word('before');
  }
  if (word) {
    if (word.toLowerCase() !== 'before') {
      throw boardError('INVALID_PARAMS', `"before" was expected in place of "${shortened(word)}"`);
    }
    before = args.messageNumber('number after "before"');
  }
  args.end();
  return { limit, before };
}

async function* listNewest(
  { call, style, typed = asItIs }: TextContext,
  group: string,
  params: { limit: number; before?: number },
): AsyncGenerator<string> {
  const page = await call('message.list', { group, ...params });
  const [first] = page.messages;
  yield listStart(page.group, style);
  if (!first) yield '(no messages)\n';
  const visibleFrom = await firstVisible(page.messages, page.groupId, call);
  yield* headersInPieces(page.messages, style, visibleFrom);
  yield listEnd(style);
  if (page.more && first) {
    const { messages } = await call('message.list', { group, after: 0, limit: 1 });
    const oldest = messages[0]?.number ?? first.number;
    const word = group === mainGroup ? '%list' : `%grouplist ${page.group}`;
    yield info(
      `Up to ${count(first.number - oldest, 'older message')} (from ID ${oldest}): ` +
        `type ${typed(`${word} ${params.limit} before ${first.number}`)}, or ${typed(`${word} all`)}.`,
      style,
    );
  }
}

function asItIs(command: string): string {
  return command;
}

/** Between two pieces a server serves others, and a client reads keys. */
function* headersInPieces(messages: Header[], style: Style, first: number): Generator<string> {
  for (let at = 0; at < messages.length; at += pieceOfAll) {
    yield renderHeaders(messages.slice(at, at + pieceOfAll), style, first);
  }
}

// Messages in one piece of a list. Other users wait while a piece is made. With 100 messages, the p99 of their
// replies was 3.7 ms during such a list, and a million messages took 5 s. With 20, it was 1.4 ms and 11.6 s.
const pieceOfAll = 20;

async function* listAll(
  { call, style, listPiece = pieceOfAll }: TextContext,
  group: string,
  bound: { before: number } | undefined,
): AsyncGenerator<string> {
  let last = 0;
  let name = '';
  let visibleFrom = 0;
  for (let more = true; more; ) {
    const page = await call('message.list', {
      group,
      after: last,
      limit: listPiece,
      ...bound,
    });
    if (name === '') yield listStart(page.group, style);
    name = page.group;
    // The list begins with the first visible message.
    visibleFrom ||= page.messages[0]?.number ?? 0;
    yield* headersInPieces(page.messages, style, visibleFrom);
    last = page.messages.at(-1)?.number ?? last;
    more = page.more;
  }
  yield (last === 0 ? '(no messages)\n' : '') + listEnd(style);
}
