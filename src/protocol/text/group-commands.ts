import { cleanLine } from '../clean.ts';
import { BoardError, boardError, shortened } from '../errors.ts';
import type { Call, Result } from '../schemas.ts';
import type { Arguments } from './arguments.ts';
import { type ArgumentKind, GivenUp, type TextCommand, type TextContext } from './command.ts';
import { type Draft, readDraft } from './draft.ts';
import {
  count,
  info,
  membersShown,
  renderList,
  renderMembers,
  renderMessage,
  renderNames,
  success,
} from './render.ts';
import { countAsSeen } from './seen.ts';

/** The group that the short commands are about. */
export const mainGroup = 'main';

type GroupArgument = (args: Arguments) => string;
const namedGroup: GroupArgument = (args) => args.quoted('group');
const theMainGroup: GroupArgument = () => mainGroup;

interface GroupWords {
  readonly named: string;
  readonly short: string;
  readonly form: string;
  readonly summary: string;
  readonly details?: readonly string[];
  /** What stands behind the word and the group in an example. */
  readonly example?: string;
  /** What stands behind the word: the group, and what follows it. */
  readonly takes: readonly ['group' | 'joined', ...ArgumentKind[]];
  readonly unsuggested?: true;
}

/** Both faces of a command about a group: with the group named, and short, for `main`. */
export function groupCommand(
  words: GroupWords,
  run: (group: string, args: Arguments, context: TextContext) => AsyncIterable<string>,
): [TextCommand, TextCommand] {
  const { named, short, form, summary, details = [], example = '', takes, unsuggested } = words;
  const [, ...behind] = takes;
  const face = (group: GroupArgument, twin: string) => ({
    details,
    twin,
    ...(unsuggested && { unsuggested }),
    run: (args: Arguments, context: TextContext) => run(group(args), args, context),
  });
  return [
    {
      ...face(namedGroup, short),
      words: [named],
      form: `<group> ${form}`.trim(),
      topic: takes[0] === 'group' || form === '' ? 'groups' : 'messages',
      summary,
      example: `news ${example}`.trim(),
      takes,
    },
    {
      ...face(theMainGroup, named),
      words: [short],
      form,
      topic: 'main',
      summary: `the same as ${named} ${mainGroup}`,
      example,
      takes: behind,
    },
  ];
}

export const [groupJoin, join] = groupCommand(
  {
    named: '%groupjoin',
    short: '%join',
    form: '',
    summary: 'join; shows members and messages',
    details: [
      'A group goes by its name or its number. You see the last two messages from',
      'before you joined, and all that come after, until you leave.',
    ],
    takes: ['group'],
  },
  async function* (group, args, { call, style }) {
    args.end();
    const joined = await call('group.join', { group });
    yield success(`You joined ${style.group(joined.group)}.`, style) +
      renderMembers(joined, allUsers(group, joined.group), style) +
      renderList(joined.group, joined.messages, style);
  },
);

export const [groupPost, post] = groupCommand(
  {
    named: '%grouppost',
    short: '%post',
    form: '<subject> [content]',
    summary: 'post a message',
    details: [
      'A subject of several words stands in "double quotes", in which \\" and \\\\ stand',
      "for \" and \\, or in 'single' or “curly” ones. The content is the rest of the line.",
      'Without it, you write several lines: a line with a single dot ends them, and a',
      'line with %cancel gives them up. A line of dots stands for one with a dot less.',
    ],
    example: '"Lunch on Friday" Who is in?',
    takes: ['joined', 'subject', 'content'],
  },
  async function* (group, args, context) {
    const subject = args.quoted('subject');
    if (!args.empty) {
      yield* postMessage({ group, subject, content: args.remainder('content') }, context);
      return;
    }
    await checkMembership(group, context);
    const how = `Write your message. A line with a single dot ends it, ${context.givingUp}.`;
    yield info(how, context.style);
    yield* postWritten({ group, subject }, yield* readDraft(context), context);
  },
);

/**
 * Nobody should write to a group for nothing.
 * @throws BoardError if the user is not in it
 */
export async function checkMembership(group: string, { call }: TextContext): Promise<void> {
  await call('message.list', { group, limit: 1 });
}

/**
 * Posts what someone has written, if that is whole and is a text; else it is kept.
 * @throws GivenUp if it is broken
 */
export async function* postWritten(
  about: { group: string; subject: string },
  { text, state }: Draft,
  context: TextContext,
): AsyncGenerator<string> {
  const isEmpty = text.trim() === '';
  if (state === 'whole' && !isEmpty) {
    yield* postMessage({ ...about, content: text }, context);
    return;
  }
  if (!isEmpty) context.keep?.(text);
  context.writing?.(undefined);
  const why = 'Nothing was posted.';
  if (state === 'broken') throw new GivenUp(why);
  yield info(why, context.style);
}

/** Posts, and says under which number. What the board refuses is kept. */
async function* postMessage(
  message: { group: string; subject: string; content: string },
  context: TextContext,
): AsyncGenerator<string> {
  const { call, style } = context;
  context.writing?.([message.content]);
  try {
    const { number, group, subject } = await call('message.post', message);
    const posted = `Message ${style.strong(String(number))} posted in ${style.group(group)}.`;
    yield success(`${posted} Subject: ${style.strong(cleanLine(subject))}`, style);
  } catch (refusal) {
    context.keep?.(message.content);
    throw refusal;
  } finally {
    context.writing?.(undefined);
  }
}

export const [groupUsers, users] = groupCommand(
  {
    named: '%groupusers',
    short: '%users',
    form: '[all]',
    summary: 'the members, online or not',
    details: [`Of a group of more than ${membersShown}, some of them; or all.`],
    takes: ['joined'],
  },
  async function* (group, args, { call, style }) {
    const word = args.empty ? '' : args.word('"all"').toLowerCase();
    args.end();
    if (word === '') {
      const page = await call('group.members', { group });
      yield renderMembers(page, allUsers(group, page.group), style);
      return;
    }
    if (word !== 'all') throw boardError('INVALID_PARAMS', `"${shortened(word)}" is too much`);
    for (let after: number | undefined = 0; after !== undefined; ) {
      const page: Result<'group.members'> = await call('group.members', { group, after });
      if (after === 0) yield info(`Members of ${style.group(page.group)} (${page.total}):`, style);
      yield `${style.line(renderNames(page.members, style))}\n`;
      after = page.next;
    }
  },
);

/** What shows all members of a group. */
function allUsers(typed: string, group: string): string {
  return typed === mainGroup ? '%users all' : `%groupusers ${group} all`;
}

export const [groupLeave, leave] = groupCommand(
  {
    named: '%groupleave',
    short: '%leave',
    form: '',
    summary: 'leave',
    details: [
      'Who joins again sees the last two messages from before that. At a terminal, the',
      'client asks first if there are more.',
    ],
    takes: ['joined'],
    unsuggested: true,
  },
  async function* (group, args, context) {
    args.end();
    const { call, style } = context;
    if (!(await leavingIsMeant(group, context))) {
      yield info('You are still a member.', style);
      return;
    }
    const { group: name } = await call('group.leave', { group });
    yield success(`You left ${style.group(name)}.`, style);
  },
);

// Messages that a user who joins again still sees, and the most that are counted for the question.
const seenAgain = 2;
const countedToLose = 1000;

async function leavingIsMeant(group: string, { call, confirm }: TextContext): Promise<boolean> {
  if (!confirm) return true;
  const page = await call('message.list', { group, limit: countedToLose });
  const lost = page.messages.length - seenAgain;
  if (lost <= 0) return true;
  const messages = page.more ? `more than ${count(lost, 'message')}` : count(lost, 'message');
  return confirm(`Leave ${page.group}? You would not see ${messages} again. (y/N) `);
}

export const [groupMessage, message] = groupCommand(
  {
    named: '%groupmessage',
    short: '%message',
    form: '<number>',
    summary: 'read one message',
    details: [
      'It, and those before it, count as seen. "last" stands for the newest; a # before',
      'the number does no harm.',
    ],
    example: '7',
    takes: ['joined', 'number'],
  },
  async function* (group, args, { call, style }) {
    const written = args.messageNumber('number');
    args.end();
    const number = await messageNumber(written, group, call);
    const found = await call('message.get', { group, number });
    yield renderMessage(found, style);
    await countAsSeen(call, found.group, number);
  },
);

/**
 * The number of a message as it was typed.
 * @throws BoardError `MESSAGE_NOT_FOUND` for the last of none
 */
export async function messageNumber(
  written: number | 'last',
  group: string,
  call: Call,
): Promise<number> {
  if (written !== 'last') return written;
  const { messages, group: name } = await call('message.list', { group, limit: 1 });
  const [last] = messages;
  if (!last) throw new BoardError('MESSAGE_NOT_FOUND', `There is no message for you in ${name}.`);
  return last.number;
}
