import type { BoardClient } from '../../client/board-client.ts';
import { directName, isDirectName, userOfDirectName } from '../../protocol/direct.ts';
import { BoardError } from '../../protocol/errors.ts';
import { firstWords } from '../../protocol/text/first-words.ts';
import type { Content } from '../model/contents.ts';
import type { Draft } from '../widgets/drafts.ts';
import type { Groups } from './groups.ts';
import { draftPlace } from './kept-drafts.ts';
import type { Reader } from './reader.ts';
import { inScreen } from './screen-words.ts';

/** A text that is written, and where it goes. */
export interface Letter {
  /** Under which the draft is kept. It follows the name of the group. */
  readonly place: () => string;
  /** What is written and where, the longest form first. */
  readonly titles: () => readonly string[];
  /** Why it cannot be sent, if that is known. */
  readonly refusal?: () => string | undefined;
  /** The message that it replies to, or that it edits. */
  readonly target?: { readonly group: number; readonly number: number };
  readonly begun: Draft;
  readonly hasSubject: boolean;
  /** @returns what the user is told */
  readonly send: (draft: Draft) => Promise<string>;
  /** Whether the draft stays after sending. It does for the text of a command: the command may fail, and removes the draft later. */
  readonly outlivesSending?: true;
}

interface LettersOptions {
  readonly board: BoardClient;
  readonly groups: Groups;
  readonly reader: Reader;
}

/** Where messages that are written go: to threads, groups and users. Titles and refusals follow what happens to them. */
export class Letters {
  constructor(private readonly options: LettersOptions) {}

  /** @param sender who wrote the message, if that is known */
  reply(
    target: { readonly group: number; readonly number: number; readonly thread: number },
    { sender, text }: { readonly sender: string | undefined; readonly text: string },
  ): Letter {
    const { reader, groups, board } = this.options;
    const { group, number, thread } = target;
    const name = this.nameOf(group);
    const of = sender === undefined ? '' : ` of ${sender}`;
    return {
      place: () => `${name()}#${number}`,
      titles: () => [
        `Reply to #${number}${of} in ${name()}`,
        `Reply to #${number} in ${name()}`,
        `#${number} in ${name()}`,
      ],
      refusal: () => groups.permissions.refusalOfReply(group, thread),
      target: { group, number },
      begun: { text },
      hasSubject: false,
      send: async ({ text: content }) => {
        const posted = await board.post(group, undefined, content, { replyTo: number });
        reader.posted(group, posted);
        return `Your reply is message ${posted.number} of ${posted.group}.`;
      },
    };
  }

  /** A new thread, or a message of a direct conversation. */
  thread(group: number): Letter {
    const { reader, groups, board } = this.options;
    const name = this.nameOf(group);
    const isDirect = isDirectName(name());
    return {
      place: name,
      titles: () => [
        isDirect ? `Message to ${userOfDirectName(name())}` : `New thread in ${name()}`,
        name(),
      ],
      refusal: () => groups.permissions.refusalOfThread(group),
      begun: { text: '' },
      hasSubject: !isDirect,
      send: async ({ subject = '', text }) => {
        const posted = await board.post(group, isDirect ? firstWords(text) : subject.trim(), text);
        reader.posted(group, posted);
        return `Posted as message ${posted.number} of ${posted.group}.`;
      },
    };
  }

  /** The first message to a user. The conversation begins when it is sent. */
  direct(user: string): Letter {
    const { reader, groups, board } = this.options;
    const name = directName(user);
    return {
      place: () => name,
      titles: () => [`Message to ${user}`],
      begun: { text: '' },
      hasSubject: false,
      send: async ({ text }) => {
        const posted = await board.post(name, firstWords(text), text);
        groups.sync();
        await reader.enter(posted.groupId, false);
        return `Posted as message ${posted.number} of ${posted.group}.`;
      },
    };
  }

  /** @param message the user's own */
  edit(message: Content): Letter {
    const { reader, groups, board } = this.options;
    const { groupId: group, number, senderId, revision } = message;
    const name = this.nameOf(group);
    return {
      place: () => `${name()}#${number} edit`,
      titles: () => [`Edit #${number} in ${name()}`],
      refusal: () => groups.permissions.refusalOfEdit(group, number, senderId),
      target: { group, number },
      begun: { subject: message.subject, text: message.content },
      hasSubject: true,
      send: async ({ subject = message.subject, text: content }) => {
        const given = { group, number, subject: subject.trim(), content, revision };
        const {
          groupId,
          group: named,
          revision: now,
          ...header
        } = await board.call('message.edit', given);
        reader.edited(groupId, { ...message, ...header, content, revision: now });
        return `Message ${number} of ${named} says that now.`;
      },
    };
  }

  /** Goes on with a draft. If it cannot be sent any more, the letter says why. */
  async from(place: string, draft: Draft): Promise<Letter> {
    const { groups, board } = this.options;
    const where = draftPlace(place);
    if (where.to === 'command')
      return this.nowhere(place, draft, 'This is the text of a command: type the command again.');
    const group = groups.all.find(({ name }) => name === where.group)?.id;
    if (group === undefined) {
      if (where.to === 'group' && isDirectName(where.group))
        return this.direct(userOfDirectName(where.group));
      const why = `You are not in ${where.group}, so this cannot be sent there.`;
      return this.nowhere(place, draft, why);
    }
    if (where.to === 'group') return this.thread(group);
    const { number } = where;
    try {
      const message = await board.call('message.get', { group, number });
      if (where.to === 'edit') return this.edit(message);
      const { thread, sender } = message;
      return this.reply({ group, number, thread }, { sender, text: '' });
    } catch (error) {
      if (!(error instanceof BoardError)) throw error;
      return this.nowhere(place, draft, inScreen(error.message));
    }
  }

  /** A draft that cannot be sent: it can be read and copied. @param refusal why */
  private nowhere(place: string, draft: Draft, refusal: string): Letter {
    return {
      place: () => place,
      titles: () => [place],
      refusal: () => refusal,
      // The draft is the user's text, so closing the box keeps it.
      begun: { text: '' },
      hasSubject: draft.subject !== undefined,
      send: async () => refusal,
    };
  }

  /** The name of a group now. After the user has left it, the last one. */
  private nameOf(group: number): () => string {
    let name = '';
    return () => {
      name = this.options.groups.nameOf(group) || name;
      return name;
    };
  }
}
