import { directName } from '../direct.ts';
import type { Arguments } from './arguments.ts';
import type { TextCommand, TextContext } from './command.ts';
import { conversations } from './conversations.ts';
import { readDraft } from './draft.ts';
import { firstWords } from './first-words.ts';
import { postMessage, postWritten } from './post-commands.ts';
import { info, namesShown, success, unreadCount } from './render.ts';
import { piecesOf } from './table.ts';

export const tell: TextCommand = {
  words: ['%tell'],
  form: '[user] [content]',
  topic: 'more',
  summary: 'write to one user alone',
  details: [
    'Both names have to be protected. The subject is the first words.',
    'Without content, you write several lines, as with %post. The conversation is',
    'the group @<user> for both of you: %grouplist @dave, %groupmessage @dave 3.',
    'Without a user, it lists your conversations.',
  ],
  example: 'dave Are you coming on Friday?',
  takes: ['user', 'content'],
  async *run(args, context) {
    if (args.empty) {
      yield* listConversations(context);
      return;
    }
    const user = userArgument(args);
    const group = directName(user);
    if (!args.empty) {
      const content = args.remainder('content');
      yield* postMessage({ group, subject: firstWords(content), content }, context);
      return;
    }
    const { group: name } = await context.call('direct.open', { user });
    const how = `Write to ${name}. A line with a single dot ends it, ${context.givingUp}.`;
    yield info(how, context.style);
    const draft = yield* readDraft(context);
    yield* postWritten({ group: name, subject: firstWords(draft.text) }, draft, context);
  },
};

export const block: TextCommand = {
  words: ['%block'],
  form: '[user]',
  topic: 'more',
  summary: 'get no direct messages from a user',
  details: [
    'Neither of you can write to the other directly until you type %unblock. In',
    'groups you still see their messages. Without a user, lists whom you block.',
  ],
  example: 'dave',
  takes: ['user'],
  async *run(args, context) {
    if (args.empty) {
      yield* blockedUsers(context);
      return;
    }
    const named = userArgument(args);
    args.end();
    const { user } = await context.call('user.block', { user: named });
    const { style } = context;
    yield success(`You block ${style.user(user)}: no direct messages between you.`, style);
  },
};

export const unblock: TextCommand = {
  words: ['%unblock'],
  form: '<user>',
  topic: 'more',
  summary: 'undo %block',
  example: 'dave',
  takes: ['user'],
  async *run(args, { call, style }) {
    const named = userArgument(args);
    args.end();
    const { user } = await call('user.unblock', { user: named });
    yield success(`You do not block ${style.user(user)}.`, style);
  },
};

/** The name of a user, with or without `@`. */
export function userArgument(args: Arguments): string {
  const word = args.word('name of the user');
  return word.startsWith('@') ? word.slice(1) : word;
}

async function* listConversations({ call, style }: TextContext): AsyncGenerator<string> {
  let count = 0;
  for await (const page of conversations(call)) {
    count += page.length;
    for (const { group, unread } of page) {
      yield info(`${style.group(group)}: ${unreadCount(unread)}`, style);
    }
  }
  if (count > 0) return;
  yield info('You have no direct conversation: %tell <user> <content> begins one.', style);
}

async function* blockedUsers({ call, style }: TextContext): AsyncGenerator<string> {
  const { users } = await call('user.blocked', {});
  if (users.length === 0) yield info('You block nobody.', style);
  for (const piece of piecesOf(users, namesShown)) {
    const names = piece.map(({ user }) => style.user(user)).join(', ');
    yield info(`You block ${names}.`, style);
  }
}
