import { rule } from '../../../server/support.ts';
import { moderationCommands } from './moderation-commands.ts';
import {
  type Command,
  type Commands,
  counted,
  type Entry,
  entry,
  framed,
  info,
  listed,
  members,
  orNone,
  success,
  succession,
  unreadCount,
  type Whole,
  whole,
} from './rendering.ts';

/** The first visible number of the group. */
interface First {
  readonly first: number;
}

/** That of each group, by its name. */
interface Firsts {
  readonly first: Readonly<Record<string, number>>;
}

interface Added {
  readonly 'group.members': { readonly shown: Readonly<Record<string, string>> };
  readonly 'message.get': First;
  readonly 'message.list': First;
  readonly 'thread.get': First;
  readonly 'message.search': Firsts;
  readonly 'mention.list': Firsts;
  /** How many messages were unread. */
  readonly 'group.markRead': { readonly count: number };
}

type Counts = { readonly group: string; readonly count: number; readonly mentions: number }[];

interface Place {
  readonly group: string;
  readonly thread?: number;
  readonly unread: number;
  readonly where?: 'left' | 'nowhere';
  readonly pins?: readonly Entry[];
}

/** Commands for which a program has no method, or several. */
interface Own {
  /** `undone` are groups with what is unread in them. */
  readonly undo: Command<object, { readonly undone: Counts }>;
  readonly unread: Command<object, { readonly unread: Counts }>;
  readonly next: Command<First, { readonly message?: Whole; readonly left: Counts }>;
  /** `bare`: into a thread of the group where the user is. */
  readonly go: Command<{ group: string; number?: number; bare?: boolean }, Place>;
  readonly say: Command<{ content: string }, Posted>;
}

type Posted = Parameters<typeof posted>[0];

const posted = ({ number, group, subject }: Pick<Whole, 'number' | 'group' | 'subject'>) =>
  success(`Message ${number} posted in ${group}. Subject: ${subject}`);

/** How a person asks for the same as a program by a method, and what the person is shown. */
const commands: Commands<Added> & Own = {
  ...moderationCommands,
  'group.join': {
    line: ({ group, code }) => `%groupjoin ${group}${code === undefined ? '' : ` ${code}`}`,
    shown: (joined) =>
      success(`You joined ${joined.group}.`) +
      members(joined) +
      listed(joined.group, joined.messages),
  },
  'group.leave': {
    line: ({ group }) => `%groupleave ${group}`,
    shown: (left) => success(`You left ${left.group}.`) + succession(left),
  },
  'group.members': {
    line: ({ group }) => `%groupusers ${group}`,
    shown: (result, { shown }) => members(result, shown),
  },
  'user.block': {
    line: ({ user }) => `%block ${user}`,
    shown: ({ user }) => success(`You block ${user}: no direct messages between you.`),
  },
  'user.unblock': {
    line: ({ user }) => `%unblock @${user}`,
    shown: ({ user }) => success(`You do not block ${user}.`),
  },
  'user.blocked': {
    line: () => '%block',
    shown: ({ users }) => {
      const names = users.map(({ user }) => user).join(', ');
      return info(names ? `You block ${names}.` : 'You block nobody.');
    },
  },
  'direct.list': {
    line: () => '%tell',
    shown: ({ conversations }) =>
      conversations.map(({ group, unread }) => info(`${group}: ${unread} unread`)).join('') ||
      info('You have no direct conversation: %tell <user> <content> begins one.'),
  },
  'message.post': {
    line: ({ group, subject, content, replyTo }) =>
      replyTo
        ? `%groupreply ${group} ${replyTo} ${content}`
        : `%grouppost ${group} ${subject} ${content}`,
    shown: posted,
  },
  'message.get': {
    line: ({ group, number }) => `%groupmessage ${group} ${number}`,
    shown: (found, { first }) => whole(found, first),
  },
  'message.edit': {
    line: ({ group, number, content }) => `%groupedit ${group} ${number} ${content}`,
    shown: ({ group, number }) => success(`Message ${number} in ${group} is edited.`),
  },
  'message.delete': {
    line: ({ group, number, reason }) =>
      ['%groupdelete', group, number, ...(reason ? [reason] : [])].join(' '),
    shown: ({ group, number }) => success(`Message ${number} in ${group} is deleted.`),
  },
  'message.history': {
    line: ({ group, number }) => `%grouphistory ${group} ${number}`,
    shown: ({ group, number, revisions }) =>
      revisions
        .map(({ revision, subject, content }) => {
          const which = revision === 0 ? 'as posted' : `edit ${revision}`;
          const title = `Message ID: ${number} (Group: ${group}), ${which}`;
          return framed(title, ['Date: DATE', `Subject: ${subject}`, rule, content]);
        })
        .join(''),
  },
  'message.list': {
    line: ({ group, limit, before }) =>
      `%grouplist ${group} ${limit}${before === undefined ? '' : ` before ${before}`}`,
    shown: ({ group, messages, more }, { first, limit }, isHere) => {
      const text = listed(group, messages, first);
      if (!more) return text;
      const { number: oldest = 0 } = messages[0] ?? {};
      const older = oldest - first;
      const word = group === 'main' && !isHere ? '%list' : `%grouplist ${group}`;
      return (
        text +
        info(
          `Up to ${older} older message${older === 1 ? '' : 's'} (from ID ${first}): ` +
            `type ${word} ${limit} before ${oldest}, or ${word} all.`,
        )
      );
    },
  },
  'thread.list': {
    line: ({ group }) => `%groupthreads ${group}`,
    shown: ({ group, threads }) => {
      const lines = threads.map(({ thread, startedBy, lastNumber, replies, unread, subject }) =>
        [
          `ID: ${thread}`,
          ...(startedBy ? [`Started by: ${startedBy}`] : []),
          ...[`Last: ${lastNumber}, DATE`, `Replies: ${replies}`],
          ...(unread > 0 ? [`Unread: ${unread}`] : []),
          `Subject: ${subject}`,
        ].join(' | '),
      );
      return framed(`Group: ${group} Threads`, orNone(lines));
    },
  },
  'thread.get': {
    line: ({ group, thread }) => `%groupthread ${group} ${thread}`,
    shown: ({ group, thread, messages }, { first }) =>
      framed(
        `Group: ${group} Thread: ${thread}`,
        messages.map((message) => entry(message, first)),
      ),
  },
  'message.search': {
    line: ({ query }) => `%search ${query}`,
    shown: ({ messages }, { query, first }) => {
      const lines = foundLines(messages, first);
      return framed(`Search: ${query}`, orNone(lines));
    },
  },
  'mention.list': {
    line: () => '%mentions',
    shown: ({ messages }, { first }) => {
      const lines = foundLines(messages, first);
      return framed('Mentions', orNone(lines));
    },
  },
  'group.markRead': {
    line: ({ group }) => `%catchup ${group}`,
    shown: ({ group }, { count }) => {
      return count === 0
        ? info('Nothing unread.')
        : success(`Marked as read: ${group} (${count}). Type %undo to take it back.`);
    },
  },
  undo: {
    line: () => '%undo',
    shown: ({ undone }) =>
      undone.length === 0
        ? info('There is no %catchup to take back.')
        : success(`Unread again: ${counted(undone)}.`),
  },
  unread: {
    line: () => '%unread',
    shown: ({ unread }) =>
      unread
        .map((each) => info(`${each.group}: ${unreadCount(each.count, each.mentions)}`))
        .join('') || info('Nothing unread.'),
  },
  next: {
    line: () => '%next',
    shown: ({ message, left }, { first }) => {
      if (!message) return info('Nothing unread.');
      const total = left.reduce((sum: number, { count }) => sum + count, 0);
      const where = left.map(({ group, count }) => `${group} ${count}`).join(', ');
      return (
        whole(message, first) +
        info(total === 0 ? 'That was the last one.' : `${total} left: ${where}.`)
      );
    },
  },
  'membership.set': {
    line: ({ group, notify }) =>
      notify === 'all'
        ? `%unmute ${group}`
        : `%mute ${group}${notify === 'mentions' ? ' mentions' : ''}`,
    shown: ({ group, notify }) =>
      notify === 'all'
        ? success(`${group} is no longer muted.`)
        : success(`You muted ${group}${butMentions(notify)}.`),
  },
  'thread.mute': {
    line: ({ group, thread }) => `%mute thread ${group} ${thread}`,
    shown: ({ group, thread }) => success(`You muted thread ${thread} of ${group}.`),
  },
  'thread.unmute': {
    line: ({ group, thread }) => `%unmute thread ${group} ${thread}`,
    shown: ({ group, thread }) => success(`Thread ${thread} of ${group} is no longer muted.`),
  },
  'user.mute': {
    line: ({ user }) => `%mute @${user}`,
    shown: ({ user }) => success(`You muted ${user}.`),
  },
  'user.unmute': {
    line: ({ user }) => `%unmute @${user}`,
    shown: ({ user }) => success(`${user} is no longer muted.`),
  },
  'mute.list': {
    line: () => '%mute',
    shown: ({ groups, threads, users }) =>
      [
        ...groups.map(({ group, notify }) => `${group}${butMentions(notify)}`),
        ...threads.map(({ group, thread }) => `thread ${thread} of ${group}`),
        ...users.map(({ user }) => `@${user}`),
      ]
        .map((what) => info(`Muted: ${what}`))
        .join('') || info('You have muted nothing.'),
  },
  go: {
    line: ({ group, number, bare }) =>
      ['%go', ...(bare ? [] : [group]), ...(number ? [number] : [])].join(' ').trim(),
    shown: ({ group, thread, unread, where, pins = [] }) => {
      if (where === 'left') return info('You are in no place now.');
      if (where === 'nowhere') {
        return info('You are in no place. %go <group> goes to one; %help go tells more.');
      }
      if (thread) {
        return info(`You are in ${group}/${thread}. Lines without % are replies; %go .. leaves.`);
      }
      const count = unread > 0 ? ` (${unread} unread)` : '';
      const pinned = pins.map(({ number, sender, subject }) => {
        return info(`Pinned: ${number}, ${sender}: ${subject}`);
      });
      const here = info(`You are in ${group}${count}. Lines without % are posted; %go .. leaves.`);
      return here + pinned.join('');
    },
  },
  say: { line: ({ content }) => content, shown: posted },
};

const byMethod = new Map<string, Command | undefined>(Object.entries(commands));

export function commandFor(method: string): Command | undefined {
  return byMethod.get(method);
}

function butMentions(notify: string): string {
  return notify === 'mentions' ? ', except for messages that mention you' : '';
}

const withPlace =
  /^%(catchup|about|pins|log|set|deletegroup|reports|invite|revoke|mod|unmod|owner|remove|bar|unbar|silence|unsilence) \S+/;

/** What a person is told of the form of a command after wrong arguments. */
export function usage(line: string): string {
  const word = line.split(' ')[0] ?? '';
  const form = word === '%silence' ? '<user> <time> [reason]' : '<user> [reason]';
  return info(`Type: ${word} [group] ${form}`);
}

/** A line with the short form of a command on groups, which means the place where the user is. */
export function shortForm(line: string): string {
  return line.replace(/^%group(\w+) \S+/, '%$1').replace(withPlace, '%$1');
}

/** @param firsts the first visible number of each group */
function foundLines(
  messages: readonly (Entry & { group: string })[],
  firsts: Readonly<Record<string, number>>,
): string[] {
  return messages.map((found) => `Group: ${found.group} | ${entry(found, firsts[found.group])}`);
}
