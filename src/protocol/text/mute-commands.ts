import { directName } from '../direct.ts';
import { boardError, shortened } from '../errors.ts';
import type { Arguments } from './arguments.ts';
import type { TextCommand, TextContext } from './command.ts';
import { mainGroup } from './group-command.ts';
import { info, success } from './render.ts';

/** What is muted: a group, a thread of a group, or a user. */
type Target =
  | { readonly group: string; readonly mentions: boolean }
  | { readonly group: string; readonly thread: number }
  | { readonly user: string };

export const mute: TextCommand = {
  words: ['%mute'],
  form: '[what]',
  topic: 'more',
  summary: 'silence a group, a thread or a user',
  details: [
    '%mute news: nothing of the group is announced or unread.',
    '%mute news mentions: only what mentions you is.',
    '%mute thread 17, %mute thread news 17: its messages are not unread.',
    '%mute @dave: nor are those of dave. The client does not announce them.',
    'You can still read all of it. %mute alone lists what you have muted.',
  ],
  example: 'news mentions',
  takes: ['muted'],
  async *run(args, context) {
    if (args.empty) {
      yield* listMutes(context);
      return;
    }
    const { call, style } = context;
    const target = parseTarget(args);
    if ('user' in target) {
      const { user } = await call('user.mute', target);
      yield success(`You muted ${style.user(user)}.`, style);
    } else if ('thread' in target) {
      const { group, thread } = await call('thread.mute', target);
      yield success(`You muted thread ${thread} of ${style.group(group)}.`, style);
    } else {
      const notify = target.mentions ? 'mentions' : 'none';
      const { group } = await call('membership.set', { group: target.group, notify });
      const rest = target.mentions ? ', except for messages that mention you' : '';
      yield success(`You muted ${style.group(group)}${rest}.`, style);
    }
  },
};

export const unmute: TextCommand = {
  words: ['%unmute'],
  form: '<what>',
  topic: 'more',
  summary: 'undo %mute',
  example: 'news',
  takes: ['muted'],
  async *run(args, { call, style }) {
    const target = parseTarget(args);
    if ('user' in target) {
      const { user } = await call('user.unmute', target);
      yield success(`${style.user(user)} is no longer muted.`, style);
    } else if ('thread' in target) {
      const { group, thread } = await call('thread.unmute', target);
      yield success(`Thread ${thread} of ${style.group(group)} is no longer muted.`, style);
    } else {
      const { group } = await call('membership.set', { group: target.group, notify: 'all' });
      yield success(`${style.group(group)} is no longer muted.`, style);
    }
  },
};

/** @throws BoardError `INVALID_PARAMS` */
function parseTarget(args: Arguments): Target {
  const word = args.quoted('group, "thread" or user');
  if (word.startsWith('@')) {
    args.end();
    return { user: word.slice(1) };
  }
  const kind = word.toLowerCase();
  if (kind === 'user' && !args.empty) {
    const user = args.word('name of the user');
    args.end();
    return { user: user.startsWith('@') ? user.slice(1) : user };
  }
  if (kind === 'thread' && !args.empty) return threadArgument(args);
  if (args.empty) return { group: word, mentions: false };
  const more = args.word('"mentions"');
  args.end();
  if (more.toLowerCase() !== 'mentions') {
    throw boardError('INVALID_PARAMS', `"${shortened(more)}" is too much`);
  }
  return { group: word, mentions: true };
}

function threadArgument(args: Arguments): Target {
  const first = args.quoted('number of the thread');
  const group = args.empty ? mainGroup : first;
  const written = args.empty ? first : args.word('number of the thread');
  args.end();
  const number = /^#?([1-9]\d{0,14})$/.exec(written)?.[1];
  if (number === undefined) {
    throw boardError(
      'INVALID_PARAMS',
      `the number of the thread is a number from 1 up, not "${shortened(written)}"`,
    );
  }
  return { group, thread: Number(number) };
}

async function* listMutes({ call, style }: TextContext): AsyncGenerator<string> {
  const { groups, threads, users } = await call('mute.list', {});
  for (const { group, notify } of groups) {
    const rest = notify === 'mentions' ? ', except for messages that mention you' : '';
    yield info(`Muted: ${style.group(group)}${rest}`, style);
  }
  for (const { group, thread } of threads) {
    yield info(`Muted: thread ${thread} of ${style.group(group)}`, style);
  }
  for (const { user } of users) yield info(`Muted: ${style.user(directName(user))}`, style);
  if (groups.length + threads.length + users.length > 0) return;
  yield info('You have muted nothing.', style);
}
