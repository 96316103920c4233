import { boardError, type catalogue, type ErrorCode } from '../../../src/protocol/errors.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { Model, type ModelGroup } from '../../contract/model.ts';
import { groupNames, type UserName, userNames } from './deeds.ts';

type Kept = ModelGroup['rows'][number];
type Object = Record<string, unknown>;

/** A refusal, with the sentence of the catalogue. */
interface Refusal {
  readonly error: string;
}

interface Answered {
  readonly result: Object;
}

/** A catch-up: the group, what was read before, and up to which number all was read then. */
export interface CaughtUp {
  readonly key: string;
  readonly was: ReadonlySet<number>;
  readonly upTo: number;
}

/** A content, and the users whom it mentions. */
export interface Text {
  readonly content: string;
  readonly mentions: readonly UserName[];
}

export type Answer = Answered | Refusal;

function refusal<C extends ErrorCode>(
  code: C,
  ...args: Parameters<(typeof catalogue)[C]>
): Refusal {
  return { error: `${code}: ${boardError(code, ...args).message}` };
}

/** The groups of a new board. Nobody joins the last three. */
const boardGroups = [...groupNames, 'news', 'help', 'random'];

/** What each method has to answer, by the model alone; the names of users and groups may change. */
export class Oracle {
  readonly model = new Model(boardGroups);
  private readonly names = new Map<string, string>(
    [...userNames, ...groupNames].map((name) => [name, name]),
  );
  private readonly blocks = new Set<string>();

  /** What a user or a group is called now. */
  name(of: string | null): string {
    return of === null ? '' : (this.names.get(of) ?? of);
  }

  rename(of: string, name: string): void {
    this.names.set(of, name);
  }

  /** What a user calls a group of the model. */
  groupName(user: string, key: string): string {
    if (!key.startsWith('@')) return this.name(key);
    return `@${this.name(otherOf(user, key))}`;
  }

  /** The groups of the model that a user is in, as the board lists them. */
  groupsOf(user: string): string[] {
    return [...groupNames, ...this.model.conversations()].filter((key) => this.isIn(user, key));
  }

  isIn(user: string, key: string): boolean {
    return this.model.has(key) && this.model.group(key).members.has(user);
  }

  /** The numbers that can be unread, of the group that a user calls `name`. */
  numbersOf(user: string, name: string): number[] {
    const key = this.groupsOf(user).find((each) => this.groupName(user, each) === name);
    if (key === undefined) return [];
    const visible = this.model.group(key).visible(user);
    return visible.filter(({ sender }) => sender !== user).map(({ number }) => number);
  }

  header({ number, sender, subject, thread, replyTo, texts, mentioned }: Kept): Object {
    return {
      ...{ number, sender: this.name(sender), subject, thread },
      ...(replyTo !== null && { replyTo }),
      ...(texts.length > 1 && { editedAt: 'then' }),
      ...(mentioned.length > 0 && { mentions: mentioned.map((user) => this.name(user)) }),
    };
  }

  private at(user: string, key: string): ModelGroup | Refusal {
    if (!this.model.has(key)) {
      const sentence = `You have no conversation with ${this.name(otherOf(user, key))}.`;
      return { error: `GROUP_NOT_FOUND: ${sentence}` };
    }
    const group = this.model.group(key);
    if (!group.members.has(user)) return refusal('NOT_MEMBER', this.groupName(user, key));
    return group;
  }

  private in(user: string, key: string, answer: (group: ModelGroup) => Object | Refusal): Answer {
    const group = this.at(user, key);
    if ('error' in group) return group;
    const found = answer(group);
    if ('error' in found) return found as unknown as Refusal;
    return { result: { group: this.groupName(user, key), ...found } };
  }

  private of(
    user: string,
    key: string,
    number: number,
    answer: (message: Kept, group: ModelGroup) => Object | Refusal,
  ): Answer {
    return this.in(user, key, (group) => {
      const message = group.visible(user).find((row) => row.number === number);
      if (!message) return refusal('MESSAGE_NOT_FOUND', this.groupName(user, key), number);
      return answer(message, group);
    });
  }

  join(user: string, key: string): Answer {
    const name = this.groupName(user, key);
    if (this.model.join(user, key)) return refusal('ALREADY_MEMBER', name);
    const messages = this.pageOf(user, key, { limit: 2 }).messages;
    return { result: { group: name, ...this.membersOf(key), messages } };
  }

  leave(user: string, key: string): Answer {
    return this.in(user, key, () => {
      this.model.leave(user, key);
      return {};
    });
  }

  members(user: string, key: string): Answer {
    return this.in(user, key, () => this.membersOf(key));
  }

  private membersOf(key: string): Object {
    const members = [...this.model.group(key).members.keys()].map((each) => this.name(each)).sort();
    return { members, total: members.length };
  }

  /** Whether a user may write to another, and if so, the key of their conversation, which is begun. */
  open(user: UserName, other: UserName): { key: string; isNew: boolean } | Refusal {
    const key = conversationOf(user, other);
    const isNew = !this.model.has(key);
    if (isNew) {
      const refused = this.refusesDirect(user, other);
      if (refused) return refused;
      this.model.begin(key, [user, other]);
    }
    return { key, isNew };
  }

  private refusesDirect(user: string, other: string): Refusal | undefined {
    const name = this.name(other);
    if (this.blocks.has(`${user} ${other}`)) {
      return refusal('BLOCKED', `You block ${name}, who could not answer you`);
    }
    if (this.blocks.has(`${other} ${user}`)) {
      return refusal('BLOCKED', `${name} accepts no direct messages from you`);
    }
    return undefined;
  }

  block(user: string, other: string): Answer {
    this.blocks.add(`${user} ${other}`);
    return { result: { user: this.name(other) } };
  }

  unblock(user: string, other: string): Answer {
    this.blocks.delete(`${user} ${other}`);
    return { result: { user: this.name(other) } };
  }

  blocked(user: string): Answer {
    const blocked = userNames.filter((each) => this.blocks.has(`${user} ${each}`));
    return { result: { users: blocked.map((each) => ({ user: this.name(each) })) } };
  }

  post(user: string, key: string, subject: string, text: Text): Answer & { kept?: Kept } {
    return this.keep(user, key, text, () => this.model.post(user, key, subject));
  }

  reply(user: string, key: string, to: number, text: Text): Answer & { kept?: Kept } {
    if (!this.model.has(key)) {
      const refused = this.refusesDirect(user, otherOf(user, key));
      return refused ?? refusal('MESSAGE_NOT_FOUND', this.groupName(user, key), to);
    }
    return this.keep(user, key, text, () => this.model.reply(user, key, to), to);
  }

  private keep(user: string, key: string, text: Text, add: () => Kept | ErrorCode, to = 0) {
    let kept: Kept | undefined;
    const answer = this.in(user, key, (group) => {
      const refused = key.startsWith('@') && this.refusesDirect(user, otherOf(user, key));
      if (refused) return refused;
      const added = add();
      if (typeof added === 'string') {
        return refusal('MESSAGE_NOT_FOUND', this.groupName(user, key), to);
      }
      group.setContent(added.number, text.content);
      group.mention(added.number, text.mentions);
      kept = group.rows.at(-1) as Kept;
      return this.header(kept);
    });
    return { ...answer, ...(kept && { kept }) };
  }

  get(user: string, key: string, number: number): Answer {
    return this.of(user, key, number, (message) => ({
      ...this.header(message),
      content: message.texts.at(-1),
      revision: message.texts.length - 1,
    }));
  }

  edit(user: string, key: string, number: number, { content, mentions }: Text): Answer {
    return this.of(user, key, number, ({ sender, texts }, group) => {
      if (sender !== user) return refusal('NOT_AUTHOR', number, this.groupName(user, key));
      if (texts.length > limits.edits) return refusal('TOO_MANY_EDITS', limits.edits);
      this.model.edit(user, key, number, content);
      group.mention(number, mentions);
      const edited = group.rows.find((row) => row.number === number) as Kept;
      return { ...this.header(edited), revision: edited.texts.length - 1 };
    });
  }

  delete(user: string, key: string, number: number): Answer {
    return this.of(user, key, number, ({ sender }) => {
      if (sender !== user) return refusal('NOT_AUTHOR', number, this.groupName(user, key));
      this.model.deleteOwn(user, key, number);
      return { number };
    });
  }

  history(user: string, key: string, number: number): Answer {
    return this.of(user, key, number, ({ subject, texts }) => ({
      number,
      revisions: texts.map((content, revision) => ({ revision, subject, content })),
      more: false,
    }));
  }

  /** @param since the turn after which changes are asked for */
  changes(user: string, key: string, since: number): Answer {
    return this.in(user, key, (group) => {
      const changes = group.changes(user, since).map(({ number, deleted, by }) => {
        if (deleted) return { number, by: by && this.name(by) };
        return {
          number,
          message: this.header(group.rows.find((row) => row.number === number) as Kept),
        };
      });
      return { changes, more: false };
    });
  }

  list(user: string, key: string, page: { before?: number | undefined; limit: number }): Answer {
    return this.in(user, key, () => this.pageOf(user, key, page));
  }

  private pageOf(
    user: string,
    key: string,
    { before = Number.POSITIVE_INFINITY, limit }: { before?: number | undefined; limit: number },
  ) {
    const within = this.model
      .group(key)
      .visible(user)
      .filter(({ number }) => number < before);
    const messages = within.slice(-limit).map((message) => this.header(message));
    return { messages, more: within.length > limit };
  }

  threads(user: string, key: string): Answer {
    return this.in(user, key, (group) => {
      const threads = group.threads(user).map(({ lastPostedAt: _, startedBy, ...thread }) => ({
        ...thread,
        ...(startedBy !== undefined && { startedBy: this.name(startedBy) }),
      }));
      return { threads: threads.slice(0, limits.threadsDefault) };
    });
  }

  thread(user: string, key: string, number: number): Answer {
    return this.in(user, key, (group) => {
      const numbers = group.thread(user, number).map((message) => message.number);
      const found = group.visible(user).filter((message) => numbers.includes(message.number));
      const [first] = found;
      if (!first) return refusal('MESSAGE_NOT_FOUND', this.groupName(user, key), number);
      const messages = found.map((message) => this.header(message));
      return { thread: first.thread, messages, more: false };
    });
  }

  search(user: string, word: string): Answer {
    const found = this.model
      .visible(user)
      .filter(({ subject, texts }) => `${subject} ${texts.at(-1)}`.split(/\W+/).includes(word));
    const messages = found.slice(0, limits.searchDefault).map(({ name, ...message }) => ({
      group: this.groupName(user, name),
      ...this.header(message),
    }));
    return { result: { messages, more: found.length > limits.searchDefault } };
  }

  mentions(user: string): Answer {
    const found = this.model.visible(user).filter(({ mentioned }) => mentioned.includes(user));
    const messages = found.slice(0, limits.searchDefault).map(({ name, ...message }) => ({
      group: this.groupName(user, name),
      ...this.header(message),
    }));
    return { result: { messages, more: found.length > limits.searchDefault } };
  }

  /** @returns the answer to `message.next` */
  next(user: string, key: string, thread?: number): Answer {
    return this.in(user, key, (group) => {
      const unread = group.unread(user);
      const visible = group.visible(user).filter(({ number }) => unread.includes(number));
      const message = visible.find((each) => each.thread === thread) ?? visible[0];
      if (!message) return {};
      return { message: { ...this.header(message), content: message.texts.at(-1) } };
    });
  }

  markRead(user: string, key: string, first: number, last: number): Answer {
    const answer = this.in(user, key, () => {
      this.model.markRead(user, key, first, last);
      return {};
    });
    return 'error' in answer ? answer : { result: { unreadNumbers: this.unread(user, key) } };
  }

  catchUp(user: string, key: string): Answer {
    return this.in(user, key, (group) => {
      const was = { unreadNumbers: group.unread(user) };
      this.model.catchUp(user, key);
      return { was, unreadNumbers: [] };
    });
  }

  /** Undoes a catch-up: what was read after it stays read. */
  restore(user: string, { key, ...caughtUp }: CaughtUp): void {
    const member = this.model.group(key).members.get(user);
    if (member) member.caughtUp = caughtUp;
    this.model.undo(user, key);
  }

  firstVisible(user: string, key: string): number {
    return this.isIn(user, key) ? (this.model.group(key).visible(user)[0]?.number ?? 0) : 0;
  }

  unread(user: string, key: string): number[] {
    return this.model.group(key).unread(user);
  }

  unreadMentions(user: string, key: string): number {
    const group = this.model.group(key);
    const unread = group.unread(user);
    const mentioning = group.rows.filter(({ mentioned }) => mentioned.includes(user));
    return mentioning.filter(({ number }) => unread.includes(number)).length;
  }

  groups(user: string): Answer {
    const groups = boardGroups.map((key) => {
      const group = this.model.group(key);
      const joined = group.members.has(user);
      return {
        ...{ name: this.name(key), members: group.members.size },
        ...{ messages: group.lastNumber, joined },
        ...this.counts(user, key),
      };
    });
    return { result: { groups } };
  }

  directs(user: string): Answer {
    const keys = this.groupsOf(user).filter((key) => key.startsWith('@'));
    return { result: { conversations: keys.map((key) => this.membership(user, key)) } };
  }

  membership(user: string, key: string): Object {
    return { group: this.groupName(user, key), ...this.counts(user, key) };
  }

  private counts(user: string, key: string) {
    const unreadNumbers = this.unread(user, key);
    const lastNumber = this.isIn(user, key) ? this.model.group(key).lastNumber : 0;
    return {
      ...{ unread: unreadNumbers.length, unreadNumbers, lastNumber },
      mentions: this.unreadMentions(user, key),
    };
  }
}

/** The model's name of a direct conversation. */
export function conversationOf(one: string, other: string): string {
  return `@${[one, other].sort().join(',')}`;
}

export function otherOf(user: string, key: string): string {
  return (
    key
      .slice(1)
      .split(',')
      .find((each) => each !== user) ?? ''
  );
}
