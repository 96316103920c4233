import { boardError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Call } from '../schemas.ts';
import { Arguments } from './arguments.ts';
import type { TextCommand, TextContext } from './command.ts';
import {
  count,
  info,
  listEnd,
  listStart,
  renderHeaders,
  renderList,
  renderMembers,
  renderMessage,
  success,
} from './render.ts';

/** The group that the short commands are about. */
const mainGroup = 'main';

type GroupArgument = (args: Arguments) => string;
const namedGroup: GroupArgument = (args) => args.word('group');
const theMainGroup: GroupArgument = () => mainGroup;

/** Both faces of a command about a group: with the group named, and short, for `main`. */
function groupCommand(
  words: { named: string; short: string; form: string; summary: string },
  run: (group: string, args: Arguments, context: TextContext) => AsyncIterable<string>,
): [TextCommand, TextCommand] {
  const face = (
    word: string,
    form: string,
    summary: string,
    group: GroupArgument,
  ): TextCommand => ({
    words: [word],
    form: form.trim(),
    summary,
    run: (args, context) => run(group(args), args, context),
  });
  return [
    face(words.named, `<group> ${words.form}`, words.summary, namedGroup),
    face(words.short, words.form, `the same as ${words.named} ${mainGroup}`, theMainGroup),
  ];
}

export const [groupJoin, join] = groupCommand(
  {
    named: '%groupjoin',
    short: '%join',
    form: '',
    summary: 'join a group; shows its members and the messages you can see',
  },
  async function* (group, args, { call }) {
    args.end();
    const joined = await call('group.join', { group });
    yield success(`You joined ${joined.group}.`) +
      renderMembers(joined.group, joined.members) +
      renderList(joined.group, joined.messages);
  },
);

export const [groupPost, post] = groupCommand(
  {
    named: '%grouppost',
    short: '%post',
    form: '<subject> <content>',
    summary: 'post a message; a subject of several words stands in "double quotes"',
  },
  async function* (group, args, { call }) {
    const subject = args.quoted('subject');
    const content = args.remainder('content');
    const { number, group: name } = await call('message.post', { group, subject, content });
    yield success(`Message ${number} posted in ${name}.`);
  },
);

export const [groupUsers, users] = groupCommand(
  { named: '%groupusers', short: '%users', form: '', summary: 'the members, online or not' },
  async function* (group, args, { call }) {
    args.end();
    const { group: name, members } = await call('group.members', { group });
    yield renderMembers(name, members);
  },
);

export const [groupLeave, leave] = groupCommand(
  { named: '%groupleave', short: '%leave', form: '', summary: 'leave a group' },
  async function* (group, args, { call }) {
    args.end();
    const { group: name } = await call('group.leave', { group });
    yield success(`You left ${name}.`);
  },
);

export const [groupMessage, message] = groupCommand(
  {
    named: '%groupmessage',
    short: '%message',
    form: '<number>',
    summary: 'read one message by its number',
  },
  async function* (group, args, { call }) {
    const number = args.number('number');
    args.end();
    const found = await call('message.get', { group, number });
    yield renderMessage(found);
    await call('message.markRead', { group: found.group, number });
  },
);

export const [groupList, list] = groupCommand(
  {
    named: '%grouplist',
    short: '%list',
    form: '[count or all] [before <number>]',
    summary: `the messages you can see, oldest first: the newest ${limits.listDefault}, as many as you say, or all`,
  },
  async function* (group, args, { call }) {
    const { limit, before } = listArguments(args);
    yield* limit === 'all'
      ? listAll(call, group, before)
      : listNewest(call, group, { limit, ...before });
  },
);

function listArguments(args: Arguments): { limit: number | 'all'; before: { before?: number } } {
  let limit: number | 'all' = limits.listDefault;
  let before = {};
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
      throw boardError('INVALID_PARAMS', `"${word}" stands where "before" was expected`);
    }
    before = { before: args.number('number behind "before"') };
  }
  args.end();
  return { limit, before };
}

async function* listNewest(
  call: Call,
  group: string,
  params: { limit: number; before?: number },
): AsyncGenerator<string> {
  const page = await call('message.list', { group, ...params });
  const [first] = page.messages;
  yield renderList(page.group, page.messages);
  if (page.more && first) {
    const { messages } = await call('message.list', { group, after: 0, limit: 1 });
    const oldest = messages[0]?.number ?? first.number;
    const word = group === mainGroup ? '%list' : `%grouplist ${page.group}`;
    yield info(
      `Up to ${count(first.number - oldest, 'older message')} (from ID ${oldest}): ` +
        `type ${word} ${params.limit} before ${first.number}, or ${word} all.`,
    );
  }
  await markRead(call, page.group, page.messages.at(-1)?.number);
}

async function* listAll(
  call: Call,
  group: string,
  bound: { before?: number },
): AsyncGenerator<string> {
  let last = 0;
  let started = false;
  for (let more = true; more; ) {
    const page = await call('message.list', {
      group,
      after: last,
      limit: limits.listDefault,
      ...bound,
    });
    if (!started) yield listStart(page.group);
    started = true;
    yield renderHeaders(page.messages);
    last = page.messages.at(-1)?.number ?? last;
    more = page.more;
  }
  yield (last === 0 ? '(no messages)\n' : '') + listEnd;
  await markRead(call, group, last || undefined);
}

/** Counts what was shown as seen. */
async function markRead(call: Call, group: string, number: number | undefined): Promise<void> {
  if (number !== undefined) await call('message.markRead', { group, number });
}
