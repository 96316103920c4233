import { limits } from '../../../../src/protocol/limits.ts';
import type { NumberRange } from '../../../../src/protocol/marks.ts';
import { mentions } from '../../../contract/model-group.ts';
import type { Access } from './access.ts';
import type { Answer, Result } from './answer.ts';

/** A catch-up: the group, what was read before, and up to which number all was read then. */
export interface CaughtUp {
  readonly key: string;
  readonly was: ReadonlySet<number>;
  readonly upTo: number;
}

/** What the methods about unread messages, read marks and searches have to answer. */
export class Reading {
  constructor(private readonly access: Access) {}

  /** The numbers of unread messages; none of a group that the user is not in. */
  unread(user: string, key: string): number[] {
    return this.access.isIn(user, key) ? this.access.model.group(key).unread(user) : [];
  }

  unreadMentions(user: string, key: string): number {
    const unread = this.unread(user, key);
    return this.access
      .visible(user, key)
      .filter(({ number, mentioned }) => mentions(mentioned, user) && unread.includes(number))
      .length;
  }

  /** The numbers that the marks of a user leave unread, also of messages that are muted. */
  unmarked(user: string, key: string): number[] {
    if (!this.access.isIn(user, key)) return [];
    return this.access.model
      .group(key)
      .unmarked(user)
      .map(({ number }) => number);
  }

  /** What a membership says of unread messages. */
  counts(user: string, key: string): Result {
    const group = this.access.model.group(key);
    const isIn = this.access.isIn(user, key);
    return {
      unread: this.unread(user, key).length,
      mentions: this.unreadMentions(user, key),
      unreadNumbers: this.unmarked(user, key),
      lastNumber: isIn ? group.lastNumber : 0,
      notify: group.members.get(user)?.notify ?? 'all',
    };
  }

  /** The answer to `message.next`. */
  next(user: string, key: string, thread?: number): Answer {
    return this.access.in(user, key, (group) => {
      const unread = group.unread(user);
      const visible = group.visible(user).filter(({ number }) => unread.includes(number));
      const inThread = visible.find((each) => each.thread === thread);
      const message = inThread ?? visible[0];
      if (!message) return {};
      return { message: { ...this.access.header(message), content: message.texts.at(-1) } };
    });
  }

  markRead(user: string, key: string, ...ranges: readonly NumberRange[]): Answer {
    return this.marked(user, key, () => {
      for (const [first, last] of ranges) this.access.model.markRead(user, key, first, last);
    });
  }

  catchUp(user: string, key: string): Answer {
    return this.access.in(user, key, () => {
      const was = { unreadNumbers: this.unmarked(user, key) };
      this.access.model.catchUp(user, key);
      return { was, unreadNumbers: [] };
    });
  }

  /** Sets what is read, as a program does. */
  restoreMarks(user: string, key: string, lastRead: number, ranges: NumberRange[]): Answer {
    return this.marked(user, key, () =>
      this.access.model.restoreMarks(user, key, { lastRead, ranges }),
    );
  }

  /** Sets what is read to what it was before a catch-up. */
  restore(user: string, { key, was }: CaughtUp): Answer {
    return this.marked(user, key, () => {
      const member = this.access.model.group(key).members.get(user);
      if (member) member.read = was;
    });
  }

  /** Undoes a catch-up: what was read after it stays read. */
  undo(user: string, { key, ...caughtUp }: CaughtUp): void {
    const member = this.access.model.group(key).members.get(user);
    if (member) member.caughtUp = caughtUp;
    this.access.model.undo(user, key);
  }

  private marked(user: string, key: string, mark: () => void): Answer {
    const answer = this.access.in(user, key, () => {
      mark();
      return {};
    });
    return 'error' in answer ? answer : { result: { unreadNumbers: this.unmarked(user, key) } };
  }

  search(user: string, query: string): Answer {
    const isUnread = (name: string, number: number) => this.unread(user, name).includes(number);
    return this.found(user, ({ name, number, subject, texts, mentioned }) => {
      if (query === 'is:unread') return isUnread(name, number);
      if (query === 'is:mention') return mentions(mentioned, user);
      return `${subject} ${texts.at(-1)}`.split(/\W+/).includes(query);
    });
  }

  mentions(user: string): Answer {
    return this.found(user, ({ mentioned }) => mentions(mentioned, user));
  }

  private found(
    user: string,
    isWanted: (message: ReturnType<Access['model']['visible']>[number]) => boolean,
  ): Answer {
    const found = this.access.model.visible(user).filter(isWanted);
    const messages = found.slice(0, limits.searchDefault).map(({ name, ...message }) => ({
      group: this.access.names.ofGroup(user, name),
      ...this.access.header(message),
    }));
    return { result: { messages, more: found.length > limits.searchDefault } };
  }
}
