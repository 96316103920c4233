import { BoardError } from '../protocol/errors.ts';
import type { Call, Header, Method, Notice, Params, Result } from '../protocol/schemas.ts';
import type { Observer } from './observer.ts';

/** What is unread in one group, as far as it is known here. */
interface Pile {
  /** The highest number that is known: those above are still to be asked for, if there are `more`. */
  reached: number;
  /** Messages of others, the oldest first. */
  messages: Header[];
  more: boolean;
}

/** A message that was not opened yet. */
export interface UnreadMessage {
  readonly group: string;
  readonly number: number;
}

/**
 * What its user has not opened yet, group by group: what was unread at the login, and what came
 * since, whether it was announced or not. The user's own messages are left out.
 */
export class Unread implements Observer {
  private readonly piles = new Map<string, Pile>();
  private user = '';
  /** The group last read from. */
  private current: string | undefined;

  called<M extends Method>(method: M, params: Params<M>, result: Result<M>): void {
    const happened = { method, params, result } as Happened;
    switch (happened.method) {
      case 'session.login':
        this.start(happened.result);
        break;
      case 'group.join':
        // What can be seen is shown with the joining.
        this.add(happened.result.group, happened.result.messages.at(-1)?.number ?? 0, false);
        break;
      case 'group.leave':
        this.piles.delete(happened.result.group);
        break;
      case 'message.markRead':
        this.read(String(happened.params.group), happened.params.number);
        break;
    }
  }

  noticed({ method, params }: Notice): void {
    switch (method) {
      case 'message.posted':
        this.posted(params.group, params.message);
        break;
      case 'member.joined':
        // The user did, on another connection of theirs.
        if (params.user === this.user) this.add(params.group, 0, false);
        break;
      case 'member.left':
        if (params.user === this.user) this.piles.delete(params.group);
        break;
      case 'group.changed':
        this.rename(params.was, params.group);
        break;
      case 'group.removed':
        this.piles.delete(params.group);
        break;
      case 'messages.purged':
        this.purged(params.group, params.first, params.last);
        break;
    }
  }

  /** The oldest unread message of the group last read from, else of the next one that has any. */
  async next(call: Call): Promise<UnreadMessage | undefined> {
    for (const group of this.groups()) {
      const [first] = await this.known(group, call);
      if (!first) continue;
      this.current = group;
      return { group, number: first.number };
    }
    return undefined;
  }

  /** How many are left, by group; `more` where there are further ones than were counted. */
  async left(call: Call): Promise<{ group: string; count: number; more: boolean }[]> {
    const left = [];
    for (const group of this.groups()) {
      const { length: count } = await this.known(group, call);
      if (count > 0) left.push({ group, count, more: this.piles.get(group)?.more ?? false });
    }
    return left;
  }

  /** Counts a message, and those before it, as read. */
  read(group: string, number: number): void {
    const pile = this.piles.get(group);
    if (!pile) return;
    pile.messages = pile.messages.filter((message) => message.number > number);
    pile.reached = Math.max(pile.reached, number);
  }

  private start({ user, memberships }: Result<'session.login'>): void {
    this.user = user;
    this.piles.clear();
    for (const { group, lastRead, unread } of memberships) this.add(group, lastRead, unread > 0);
  }

  private add(group: string, reached: number, more: boolean): void {
    this.piles.set(group, { reached, messages: [], more });
  }

  private posted(group: string, message: Header): void {
    const pile = this.piles.get(group);
    // Where there are more, this one will be asked for in its turn.
    if (!pile || pile.more || message.number <= pile.reached) return;
    pile.reached = message.number;
    if (message.sender !== this.user) pile.messages.push(message);
  }

  private rename(was: string, group: string): void {
    const pile = this.piles.get(was);
    if (!pile || was === group) return;
    this.piles.delete(was);
    this.piles.set(group, pile);
    if (this.current === was) this.current = group;
  }

  private purged(group: string, first: number, last: number): void {
    const pile = this.piles.get(group);
    const kept = pile?.messages.find(({ number }) => number >= first && number <= last);
    if (!pile || !kept) return;
    // Some of the range may be left: what is from there on is asked for anew.
    pile.messages = pile.messages.filter(({ number }) => number < kept.number);
    pile.reached = kept.number - 1;
    pile.more = true;
  }

  private groups(): string[] {
    const others = [...this.piles.keys()].filter((group) => group !== this.current);
    return this.current !== undefined && this.piles.has(this.current)
      ? [this.current, ...others]
      : others;
  }

  /** The messages on a pile, the next ones asked for if they have run out. */
  private async known(group: string, call: Call): Promise<readonly Header[]> {
    const pile = this.piles.get(group);
    while (pile?.more && pile.messages.length === 0) {
      try {
        const page = await call('message.list', { group, after: pile.reached });
        pile.reached = page.messages.at(-1)?.number ?? pile.reached;
        pile.messages = page.messages.filter(({ sender }) => sender !== this.user);
        pile.more = page.more;
      } catch (error) {
        if (!(error instanceof BoardError)) throw error;
        // The user is in it no more.
        this.piles.delete(group);
        return [];
      }
    }
    return pile?.messages ?? [];
  }
}

type Happened = {
  [M in Method]: { method: M; params: Params<M>; result: Result<M> };
}[Method];
