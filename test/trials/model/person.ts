import { once } from 'node:events';
import { hints } from '../../../src/protocol/hints.ts';
import type { TextPeer } from '../../helpers/text-peer.ts';
import { rule, undated } from '../../server/support.ts';
import type { Actor, Request, SignIn, Told } from './actor.ts';
import type { Answer } from './oracle.ts';

// biome-ignore lint/suspicious/noExplicitAny: each caller knows the result of its method.
type Any = any;

/** A person who types: every line is compared, but for dates and for who is online. */
export class Person implements Actor {
  private constructor(private readonly peer: TextPeer) {}

  static async login({ board, name, password }: SignIn) {
    const peer = await board.connect();
    // A board that closes waits a while for those who do not end their side.
    peer.socket.once('end', () => peer.socket.end());
    await peer.expect('What is your username? ');
    peer.send(name, password);
    await peer.expect(`[INFO] Welcome ${name}\n`);
    const welcome = await peer.expect('%help for every command.\n');
    return { actor: new Person(peer), welcome: welcome.replace(/\[INFO\] Type.*\n$/, '') };
  }

  static welcome(memberships: readonly Any[]): string {
    const unread = memberships.filter((membership) => membership.unread > 0);
    return unread
      .map((each) => info(`${each.group}: ${count(each.unread, each.mentions)}`))
      .join('');
  }

  async ask(requests: readonly Request[]): Promise<string[]> {
    const lines = requests.map((request) => commands[request.method]?.line(request.params) ?? '');
    const text = plain(await this.peer.ask(lines.join('\n')));
    if (requests.length === 1) return [text];
    return text.split(/(?<=\n)/);
  }

  shown({ method, params }: Request, answer: Answer): string {
    if ('error' in answer) {
      const [code = '', ...sentence] = answer.error.split(': ');
      const hint = hints[code as keyof typeof hints].typing;
      return `[ERROR] ${sentence.join(': ')}${hint ? ` ${hint}` : ''}\n`;
    }
    return commands[method]?.shown(answer.result, params) ?? '';
  }

  async notices(): Promise<string[]> {
    const lines = plain(await this.peer.receivedSoFar()).split('\n');
    return lines.filter((line) => line !== '' && !/\[NOTIFY\] (Online|Offline): /.test(line));
  }

  shownNotice({ method, params }: Told): string | undefined {
    const { group, message, user, number, by, was, count, first, last } = params as Any;
    const place = group.startsWith('@') ? `DIRECT:${group.slice(1)}` : `GROUP:${group}`;
    const notify = (text: string) => `[${place}] [NOTIFY] ${text}`;
    switch (method) {
      case 'message.posted': {
        const { sender, subject, replyTo } = message;
        const text = `New message from ${sender} (ID: ${message.number}, Date: DATE, Subject: ${subject})`;
        return notify(`${text}${replyTo ? ` | Reply to: ${replyTo}` : ''}`);
      }
      case 'message.edited': {
        const what = `ID: ${message.number}, Subject: ${message.subject}`;
        return notify(`${message.sender} edited a message (${what})`);
      }
      case 'message.deleted':
        return notify(
          by === null
            ? `Message ${number} was removed by the operator.`
            : `Message ${number} was deleted by ${by}.`,
        );
      case 'member.joined':
        return notify(`User ${user} joined the group.`);
      case 'member.left':
        return notify(`User ${user} left the group.`);
      case 'member.renamed':
        return notify(`User ${was} is now called ${user}.`);
      case 'group.changed':
        return was.startsWith('@')
          ? `[DIRECT:${was.slice(1)}] [NOTIFY] This conversation is now called ${group}.`
          : `[GROUP:${was}] [NOTIFY] The group is now called ${group}.`;
      case 'messages.purged':
        return notify(
          first === last
            ? `Message ${first} was removed by the operator.`
            : first === undefined
              ? `Messages up to ${last} were removed by the operator.`
              : `${count} message${count === 1 ? '' : 's'} between ${first} and ${last} were removed by the operator.`,
        );
    }
    return undefined;
  }

  async exit(): Promise<void> {
    this.peer.send('%exit');
    await this.peer.toEnd();
    this.peer.socket.destroy();
  }

  async vanish(): Promise<void> {
    this.peer.socket.destroy();
    if (!this.peer.socket.closed) await once(this.peer.socket, 'close');
  }
}

function plain(text: string): string {
  return undated(text)
    .replaceAll(' (online)', '')
    .replace(/^(\[INFO\] Members of .*: )(.*)$/m, (_, start: string, names: string) => {
      return `${start}${names.split(', ').sort().join(', ')}`;
    });
}

interface Command {
  line(params: Any): string;
  shown(result: Any, params: Any): string;
}

const info = (text: string) => `[INFO] ${text}\n`;
const success = (text: string) => `[SUCCESS] ${text}\n`;

/** @param first the first visible number: a reply to an earlier message is marked */
function entry({ number, sender, subject, replyTo, editedAt }: Any, first = 0): string {
  return [
    ...[`ID: ${number}`, `Sender: ${sender}`, 'Date: DATE', `Subject: ${subject}`],
    ...(replyTo ? [reply(replyTo, first)] : []),
    ...(editedAt ? ['Edited'] : []),
  ].join(' | ');
}

function reply(to: number, first: number): string {
  return to < first ? `↩ ${to} (from before you joined)` : `Reply to: ${to}`;
}

function framed(title: string, lines: readonly string[]): string {
  return [`--- ${title} ---`, ...lines, rule, ''].join('\n');
}

function history(group: string, messages: Any[], first = 0): string {
  const lines = messages.map((message) => entry(message, first));
  return framed(`Group: ${group} History`, lines.length > 0 ? lines : ['(no messages)']);
}

function members({ group, members, total }: Any): string {
  return info(`Members of ${group} (${total}): ${members.join(', ')}`);
}

function whole({ group, number, sender, subject, content, replyTo, editedAt }: Any, first = 0) {
  return [
    `--- Message ID: ${number} (Group: ${group}) ---`,
    ...[`Sender: ${sender}`, 'Date: DATE', `Subject: ${subject}`],
    ...(replyTo ? [reply(replyTo, first)] : []),
    ...(editedAt ? ['Edited: DATE'] : []),
    ...[rule, content, rule, ''],
  ].join('\n');
}

const posted = ({ number, group, subject }: Any) =>
  success(`Message ${number} posted in ${group}. Subject: ${subject}`);

/** How a person asks for the same as a program by a method, and what the person is shown. */
const commands: Record<string, Command> = {
  'group.join': {
    line: ({ group }) => `%groupjoin ${group}`,
    shown: (joined) =>
      success(`You joined ${joined.group}.`) +
      members(joined) +
      history(joined.group, joined.messages),
  },
  'group.leave': {
    line: ({ group }) => `%groupleave ${group}`,
    shown: ({ group }) => success(`You left ${group}.`),
  },
  'group.members': { line: ({ group }) => `%groupusers ${group}`, shown: members },
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
      const names = users.map(({ user }: Any) => user).join(', ');
      return info(names ? `You block ${names}.` : 'You block nobody.');
    },
  },
  'direct.list': {
    line: () => '%tell',
    shown: ({ conversations }) =>
      conversations.map(({ group, unread }: Any) => info(`${group}: ${unread} unread`)).join('') ||
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
    line: ({ group, number }) => `%groupdelete ${group} ${number}`,
    shown: ({ group, number }) => success(`Message ${number} in ${group} is deleted.`),
  },
  'message.history': {
    line: ({ group, number }) => `%grouphistory ${group} ${number}`,
    shown: ({ group, number, revisions }) =>
      revisions
        .map(({ revision, subject, content }: Any) => {
          const which = revision === 0 ? 'as posted' : `edit ${revision}`;
          const title = `Message ID: ${number} (Group: ${group}), ${which}`;
          return framed(title, ['Date: DATE', `Subject: ${subject}`, rule, content]);
        })
        .join(''),
  },
  'message.list': {
    line: ({ group, limit, before }) =>
      `%grouplist ${group} ${limit}${before === undefined ? '' : ` before ${before}`}`,
    shown: ({ group, messages, more }, { first, limit }) => {
      const text = history(group, messages, first);
      if (!more) return text;
      const older = messages[0].number - first;
      const word = group === 'main' ? '%list' : `%grouplist ${group}`;
      return (
        text +
        info(
          `Up to ${older} older message${older === 1 ? '' : 's'} (from ID ${first}): ` +
            `type ${word} ${limit} before ${messages[0].number}, or ${word} all.`,
        )
      );
    },
  },
  'thread.list': {
    line: ({ group }) => `%groupthreads ${group}`,
    shown: ({ group, threads }) => {
      const lines = threads.map(
        ({ thread, startedBy, lastNumber, replies, unread, subject }: Any) =>
          [
            `ID: ${thread}`,
            ...(startedBy ? [`Started by: ${startedBy}`] : []),
            ...[`Last: ${lastNumber}, DATE`, `Replies: ${replies}`],
            ...(unread > 0 ? [`Unread: ${unread}`] : []),
            `Subject: ${subject}`,
          ].join(' | '),
      );
      return framed(`Group: ${group} Threads`, lines.length > 0 ? lines : ['(no messages)']);
    },
  },
  'thread.get': {
    line: ({ group, thread }) => `%groupthread ${group} ${thread}`,
    shown: ({ group, thread, messages }, { first }) =>
      framed(
        `Group: ${group} Thread: ${thread}`,
        messages.map((message: Any) => entry(message, first)),
      ),
  },
  'message.search': {
    line: ({ query }) => `%search ${query}`,
    shown: ({ messages }, { query }) => {
      const lines = messages.map((found: Any) => `Group: ${found.group} | ${entry(found)}`);
      return framed(`Search: ${query}`, lines.length > 0 ? lines : ['(no messages)']);
    },
  },
  'mention.list': {
    line: () => '%mentions',
    shown: ({ messages }) => {
      const lines = messages.map((found: Any) => `Group: ${found.group} | ${entry(found)}`);
      return framed('Mentions', lines.length > 0 ? lines : ['(no messages)']);
    },
  },
  'group.markRead': {
    line: ({ group }) => `%catchup ${group}`,
    shown: ({ group, was }) => {
      const count = was.unreadNumbers.length;
      return count === 0
        ? info('Nothing unread.')
        : success(`Marked as read: ${group} (${count}). Type %undo to take it back.`);
    },
  },
  /** `undone` are groups with what is unread in them. */
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
        .map((each: Any) => info(`${each.group}: ${count(each.count, each.mentions)}`))
        .join('') || info('Nothing unread.'),
  },
  next: {
    line: () => '%next',
    shown: ({ message, left }, { first }) => {
      if (!message) return info('Nothing unread.');
      const total = left.reduce((sum: number, { count }: Any) => sum + count, 0);
      const where = left.map(({ group, count }: Any) => `${group} ${count}`).join(', ');
      return (
        whole(message, first) +
        info(total === 0 ? 'That was the last one.' : `${total} left: ${where}.`)
      );
    },
  },
};

function count(unread: number, mentions: number): string {
  if (mentions === 0) return `${unread} unread`;
  return `${unread} unread, ${mentions} ${mentions === 1 ? 'mentions' : 'mention'} you`;
}

function counted(groups: { group: string; count: number }[]): string {
  return groups.map(({ group, count }) => `${group} (${count})`).join(', ');
}
