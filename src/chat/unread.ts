import { isGone } from '../client/failure.ts';
import { noneLeft } from '../protocol/exhaustive.ts';
import type { Answer, Call, Header, Method, Notice, Params, Result } from '../protocol/schemas.ts';
import type { UnreadMessage, UnreadMessages } from '../protocol/text/command.ts';
import type { Observer } from './observer.ts';

type Asker = { readonly call: Call };

/** The unread messages of one group, as far as they are known. */
interface Pile {
  readonly id: number;
  /** The name of the group when it was last seen. It may have changed. */
  name: string;
  /** The highest known number. If there are `more`, ask for those above it. */
  reached: number;
  /** Unread messages of other users, the oldest first. */
  messages: Listed[];
  more: boolean;
}

type Listed = Header & { readonly content?: string | undefined };

/**
 * The messages that the user has not opened, by group: those that were unread at the login, and those
 * that were posted since. Messages of the user are left out.
 */
export class Unread implements Observer, UnreadMessages {
  private readonly piles = new Map<number, Pile>();
  private userId = 0;
  /** The group that was read last. */
  private current: number | undefined;

  called<M extends Method>(method: M, params: Params<M>, result: Result<M>): void {
    const happened = { method, params, result } as Answer;
    switch (happened.method) {
      case 'session.login':
        this.start(happened.result);
        break;
      case 'group.join': {
        const { id, group, messages } = happened.result;
        // A join shows all visible messages.
        this.add(id, group, messages.at(-1)?.number ?? 0, false);
        break;
      }
      case 'group.leave':
        this.piles.delete(happened.result.groupId);
        break;
      case 'message.markRead': {
        const { group, number } = happened.params;
        const pile = [...this.piles.values()].find(
          ({ id, name }) => id === group || name === group,
        );
        if (pile) this.read(pile.id, number);
        break;
      }
      case 'message.get':
      case 'message.list':
        this.rename(happened.result.groupId, happened.result.group);
        break;
      case 'server.info':
      case 'session.resume':
      case 'session.logout':
      case 'account.setPassword':
      case 'group.list':
      case 'group.members':
      case 'message.post':
      case 'message.search':
      case 'ping':
      case 'rpc.discover':
        break;
      default:
        noneLeft(happened);
    }
  }

  noticed({ method, params }: Notice): void {
    switch (method) {
      case 'message.posted':
        this.posted(params.groupId, params.message);
        break;
      case 'member.joined':
        // The user has joined over another connection.
        if (params.userId === this.userId) this.add(params.groupId, params.group, 0, false);
        break;
      case 'member.left':
        if (params.userId === this.userId) this.piles.delete(params.groupId);
        break;
      case 'group.changed':
        this.rename(params.groupId, params.group);
        break;
      case 'group.removed':
        this.piles.delete(params.groupId);
        break;
      case 'messages.purged':
        this.purged(params.groupId, params.first, params.last);
        break;
      case 'marks.changed':
        this.read(params.groupId, params.lastRead);
        break;
      case 'member.renamed':
      case 'presence.changed':
      case 'session.closing':
        break;
      default:
        noneLeft(method);
    }
  }

  /** Messages may have been deleted during the gap, so they are asked for again. */
  resumed(): void {
    for (const pile of this.piles.values()) {
      const [first] = pile.messages;
      if (!first) continue;
      pile.messages = [];
      pile.reached = first.number - 1;
      pile.more = true;
    }
  }

  /** The oldest unread message of the group that was read last, or of the next group that has one. */
  async next({ call }: Asker): Promise<UnreadMessage | undefined> {
    for (const pile of this.ordered()) {
      const [first] = await this.known(pile, call);
      if (!first) continue;
      this.current = pile.id;
      return { group: pile.id, number: first.number, message: wholeOf(pile, first) };
    }
    return undefined;
  }

  /** How many are left in each group. `more` means that there are more than were counted. */
  async left({ call }: Asker): Promise<{ group: string; count: number; more: boolean }[]> {
    const left = [];
    for (const pile of this.ordered()) {
      const { length: count } = await this.known(pile, call);
      if (count > 0) left.push({ group: pile.name, count, more: pile.more });
    }
    return left;
  }

  /** Marks a message and all messages before it as read. */
  read(group: number, number: number): void {
    const pile = this.piles.get(group);
    if (!pile) return;
    pile.messages = pile.messages.filter((message) => message.number > number);
    pile.reached = Math.max(pile.reached, number);
  }

  private start({ userId, memberships }: Result<'session.login'>): void {
    this.userId = userId;
    this.piles.clear();
    for (const { id, group, lastRead, unread } of memberships) {
      this.add(id, group, lastRead, unread > 0);
    }
  }

  private add(id: number, name: string, reached: number, more: boolean): void {
    this.piles.set(id, { id, name, reached, messages: [], more });
  }

  private posted(group: number, message: Header): void {
    const pile = this.piles.get(group);
    // If there are more, this message will be part of a later page.
    if (!pile || pile.more || message.number <= pile.reached) return;
    pile.reached = message.number;
    if (message.senderId !== this.userId) pile.messages.push(message);
  }

  private rename(id: number, name: string): void {
    const pile = this.piles.get(id);
    if (pile) pile.name = name;
  }

  private purged(group: number, first: number, last: number): void {
    const pile = this.piles.get(group);
    const kept = pile?.messages.find(({ number }) => number >= first && number <= last);
    if (!pile || !kept) return;
    // Some messages of the range may be left, so messages from there on are asked for again.
    pile.messages = pile.messages.filter(({ number }) => number < kept.number);
    pile.reached = kept.number - 1;
    pile.more = true;
  }

  /** All groups, the group that was read last first. */
  private ordered(): Pile[] {
    const all = [...this.piles.values()];
    const isCurrent = ({ id }: Pile) => id === this.current;
    return [...all.filter(isCurrent), ...all.filter((pile) => !isCurrent(pile))];
  }

  /** The messages of a group. If there are none left, the next page is asked for. */
  private async known(pile: Pile, call: Call): Promise<readonly Listed[]> {
    while (pile.more && pile.messages.length === 0) {
      try {
        const { id: group, reached: after } = pile;
        const page = await call('message.list', { group, after, content: true });
        pile.reached = page.messages.at(-1)?.number ?? pile.reached;
        pile.messages = page.messages.filter(({ senderId }) => senderId !== this.userId);
        pile.more = page.more;
      } catch (error) {
        if (!isGone(error)) throw error;
        this.piles.delete(pile.id);
        return [];
      }
    }
    return pile.messages;
  }
}

function wholeOf({ id, name }: Pile, { content, ...header }: Listed) {
  return content === undefined ? undefined : { group: name, groupId: id, ...header, content };
}
