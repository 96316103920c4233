import { boardError, shortened } from '../errors.ts';
import type { Result } from '../schemas.ts';
import type { Arguments } from './arguments.ts';
import type { ArgumentKind, TextCommand, TextContext } from './command.ts';
import {
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
const namedGroup: GroupArgument = (args) => args.word('group');
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
}

/** Both faces of a command about a group: with the group named, and short, for `main`. */
export function groupCommand(
  words: GroupWords,
  run: (group: string, args: Arguments, context: TextContext) => AsyncIterable<string>,
): [TextCommand, TextCommand] {
  const { named, short, form, summary, details = [], example = '', takes } = words;
  const [, ...behind] = takes;
  const face = (group: GroupArgument) => ({
    details,
    run: (args: Arguments, context: TextContext) => run(group(args), args, context),
  });
  return [
    {
      ...face(namedGroup),
      words: [named],
      form: `<group> ${form}`.trim(),
      topic: takes[0] === 'group' || form === '' ? 'groups' : 'messages',
      summary,
      example: `news ${example}`.trim(),
      takes,
    },
    {
      ...face(theMainGroup),
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
    form: '<subject> <content>',
    summary: 'post a message',
    details: [
      'A subject of several words stands in "double quotes", in which \\" and \\\\ stand',
      'for " and \\. The content is the rest of the line.',
    ],
    example: '"Lunch on Friday" Who is in?',
    takes: ['joined', 'subject', 'content'],
  },
  async function* (group, args, context) {
    const subject = args.quoted('subject');
    const content = args.remainder('content');
    yield postMessage({ group, subject, content }, context);
  },
);

/** Posts, and says under which number. */
export async function postMessage(
  message: { group: string; subject: string; content: string },
  { call, style }: TextContext,
): Promise<string> {
  const { number, group } = await call('message.post', message);
  return success(`Message ${style.strong(String(number))} posted in ${style.group(group)}.`, style);
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
    details: ['Who joins again sees the last two messages from before that.'],
    takes: ['joined'],
  },
  async function* (group, args, { call, style }) {
    args.end();
    const { group: name } = await call('group.leave', { group });
    yield success(`You left ${style.group(name)}.`, style);
  },
);

export const [groupMessage, message] = groupCommand(
  {
    named: '%groupmessage',
    short: '%message',
    form: '<number>',
    summary: 'read one message',
    details: ['It, and those before it, count as seen.'],
    example: '7',
    takes: ['joined', 'number'],
  },
  async function* (group, args, { call, style }) {
    const number = args.number('number');
    args.end();
    const found = await call('message.get', { group, number });
    yield renderMessage(found, style);
    await countAsSeen(call, found.group, number);
  },
);
