import type { Page } from '../../src/board/ports/repository.ts';
import type { Header } from '../../src/board/types.ts';
import type { ErrorCode } from '../../src/protocol/errors.ts';
import type { Wanted } from './history.ts';

/** The model knows users by their names alone. */
type Shown = Omit<Header, 'senderId'>;

/** A message with its place among all events, and what happened to it. */
interface Kept extends Shown, Hidden {}

interface Hidden {
  /** Its place among all events. */
  readonly turn: number;
  readonly deleted: boolean;
  /** Its contents, the present one last. */
  readonly texts: readonly string[];
  /** The users whom the present content mentions. */
  readonly mentioned: readonly string[];
  /** Its place among all events when it was last edited or deleted; 0 if it never was. */
  readonly changed: number;
  /** Who deleted it; null for the operator. */
  readonly by: string | null;
}

/** An edit or a deletion, as each member is told of it. */
interface ModelChange {
  readonly number: number;
  readonly deleted: boolean;
  readonly by: string | null;
}

export interface MemberOf {
  readonly joined: number;
  /** The time that the board gave to the join. */
  joinedAt?: number;
  /** The numbers that count as read. */
  read: ReadonlySet<number>;
  /** What was read before the last catch-up, and the number up to which that went. */
  caughtUp?: { readonly was: ReadonlySet<number>; readonly upTo: number };
}

/**
 * The rules of visibility over plain arrays, as naive as they can be said: the order of events
 * takes the place of times. A change that is refused gives the code and changes nothing.
 */
export class Model {
  /** How many events there were. */
  turn = 0;
  private readonly groups: Map<string, ModelGroup>;

  constructor(groupNames: readonly string[]) {
    this.groups = new Map(groupNames.map((name) => [name, new ModelGroup()]));
  }

  group(name: string): ModelGroup {
    const found = this.groups.get(name);
    if (!found) throw new Error(`The model has no group ${name}`);
    return found;
  }

  /** Begins a direct conversation, which both users see from its beginning. */
  begin(name: string, users: readonly string[]): void {
    const group = new ModelGroup();
    const joined = ++this.turn;
    for (const user of users) group.members.set(user, { joined, read: new Set() });
    this.groups.set(name, group);
  }

  /** The direct conversations, in the order in which they began. */
  conversations(): string[] {
    return [...this.groups.keys()].filter((name) => name.startsWith('@'));
  }

  has(name: string): boolean {
    return this.groups.has(name);
  }

  join(user: string, name: string): ErrorCode | undefined {
    const group = this.group(name);
    if (group.members.has(user)) return 'ALREADY_MEMBER';
    group.members.set(user, { joined: ++this.turn, read: numbersTo(group.lastNumber) });
    return undefined;
  }

  leave(user: string, name: string): ErrorCode | undefined {
    return this.group(name).members.delete(user) ? undefined : 'NOT_MEMBER';
  }

  /** `postedAt` is for `stamp` to fill in. */
  post(user: string, name: string, subject: string): Kept | ErrorCode {
    const group = this.group(name);
    if (!group.members.has(user)) return 'NOT_MEMBER';
    const place = { thread: group.lastNumber + 1, replyTo: null, subject };
    return this.add(user, group, place);
  }

  /** A reply without a subject. */
  reply(user: string, name: string, replyTo: number): Kept | ErrorCode {
    const group = this.group(name);
    if (!group.members.has(user)) return 'NOT_MEMBER';
    const visible = group.visible(user);
    const parent = visible.find(({ number }) => number === replyTo);
    if (!parent) return 'MESSAGE_NOT_FOUND';
    const { thread } = parent;
    const { subject } = visible.find(({ number }) => number === thread) ?? parent;
    const isReply = subject.startsWith('Re: ');
    return this.add(user, group, {
      thread,
      replyTo,
      subject: isReply ? subject : `Re: ${subject}`,
    });
  }

  private add(
    user: string,
    group: ModelGroup,
    place: Pick<Kept, 'thread' | 'replyTo' | 'subject'>,
  ): Kept {
    const message = {
      number: ++group.lastNumber,
      sender: user,
      postedAt: 0,
      editedAt: null,
      mentions: null,
      ...place,
      turn: ++this.turn,
      deleted: false,
      texts: ['in full'],
      mentioned: [],
      changed: 0,
      by: null,
    };
    group.rows.push(message);
    return message;
  }

  /** The found messages, such as `main 3`, the newest first. Undefined for a group that the user is not in. */
  search(user: string, { word = '', without, from, in: only }: Wanted): string[] | undefined {
    if (only !== undefined && !this.group(only).members.has(user)) return undefined;
    const found = this.visible(user).filter(({ name }) => only === undefined || name === only);
    const wanted = word.replace(/["*]/g, '');
    return found
      .filter(({ subject, texts }) => ` ${subject}\n ${texts.at(-1)} `.includes(` ${wanted}`))
      .filter(({ subject }) => without === undefined || !subject.includes(without))
      .filter(({ sender }) => from === undefined || sender === from)
      .map(({ name, number }) => `${name} ${number}`);
  }

  /** All that a user sees, each message with its group, the newest first. */
  visible(user: string): (Kept & { name: string })[] {
    const all = [...this.groups].flatMap(([name, group]) =>
      group.visible(user).map((message) => ({ name, ...message })),
    );
    return all.sort((a, b) => b.turn - a.turn);
  }

  edit(user: string, name: string, number: number, text: string): ErrorCode | undefined {
    const refused = this.refusalOfChange(user, name, number);
    if (!refused) this.group(name).edit(number, text, ++this.turn);
    return refused;
  }

  deleteOwn(user: string, name: string, number: number): ErrorCode | undefined {
    const refused = this.refusalOfChange(user, name, number);
    if (!refused) this.delete(name, [number], user);
    return refused;
  }

  delete(name: string, numbers: readonly number[], by: string | null = null): void {
    this.group(name).delete(numbers, ++this.turn, by);
  }

  private refusalOfChange(user: string, name: string, number: number): ErrorCode | undefined {
    const group = this.group(name);
    if (!group.members.has(user)) return 'NOT_MEMBER';
    const message = group.visible(user).find((row) => row.number === number);
    if (!message) return 'MESSAGE_NOT_FOUND';
    return message.sender === user ? undefined : 'NOT_AUTHOR';
  }

  markRead(user: string, name: string, first: number, last: number): ErrorCode | undefined {
    const member = this.group(name).members.get(user);
    if (!member) return 'NOT_MEMBER';
    const { lastNumber } = this.group(name);
    member.read = new Set([...member.read, ...numbersTo(Math.min(last, lastNumber), first)]);
    return undefined;
  }

  catchUp(user: string, name: string): ErrorCode | undefined {
    const { members, lastNumber: upTo } = this.group(name);
    const member = members.get(user);
    if (!member) return 'NOT_MEMBER';
    member.caughtUp = { was: member.read, upTo };
    member.read = numbersTo(upTo);
    return undefined;
  }

  /** What was read after the last catch-up stays read. */
  undo(user: string, name: string): void {
    const member = this.group(name).members.get(user);
    if (!member?.caughtUp) return;
    const { was, upTo } = member.caughtUp;
    member.read = new Set([...was, ...[...member.read].filter((number) => number > upTo)]);
    delete member.caughtUp;
  }
}

function numbersTo(last: number, first = 1): Set<number> {
  return new Set(Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at));
}

export class ModelGroup {
  lastNumber = 0;
  /** Oldest first; a deleted message keeps its place. */
  rows: Kept[] = [];
  readonly members = new Map<string, MemberOf>();

  /** Takes over the time that the board gave to a message. */
  stamp(number: number, postedAt: number): void {
    this.rows = this.rows.map((row) => (row.number === number ? { ...row, postedAt } : row));
  }

  messages(): Kept[] {
    return this.rows.filter(({ deleted }) => !deleted);
  }

  delete(numbers: readonly number[], changed: number, by: string | null): void {
    this.rows = this.rows.map((row) =>
      numbers.includes(row.number) ? { ...row, deleted: true, changed, by } : row,
    );
  }

  edit(number: number, text: string, changed: number): void {
    this.rows = this.rows.map((row) =>
      row.number === number ? { ...row, texts: [...row.texts, text], changed } : row,
    );
  }

  /** Replaces the content with which a message was posted. */
  setContent(number: number, content: string): void {
    this.rows = this.rows.map((row) =>
      row.number === number ? { ...row, texts: [content] } : row,
    );
  }

  /** Sets the users whom a message mentions, of whom only members count. */
  mention(number: number, users: readonly string[]): void {
    const mentioned = users.filter((user) => this.members.has(user));
    this.rows = this.rows.map((row) => (row.number === number ? { ...row, mentioned } : row));
  }

  /** Takes over the time that the board gave to an edit. */
  stampEdit(number: number, editedAt: number | null): void {
    this.rows = this.rows.map((row) => (row.number === number ? { ...row, editedAt } : row));
  }

  /** Every change after `since` that a member is told of, of each message the last one, in order. */
  changes(user: string, since = 0): ModelChange[] {
    return this.shown(user)
      .filter(({ changed }) => changed > since)
      .sort((a, b) => a.changed - b.changed || a.number - b.number)
      .map(({ number, deleted, by }) => ({ number, deleted, by }));
  }

  /** The members, and whether they see a message. */
  readersOf(number: number): [member: MemberOf, sees: boolean][] {
    return [...this.members].map(([user, member]) => [
      member,
      this.shown(user).some((row) => row.number === number),
    ]);
  }

  /** Removes all but the newest `keep` messages, and what was deleted among those removed. */
  purge(keep: number): void {
    const last = this.messages().at(-1 - keep)?.number ?? 0;
    this.rows = this.rows.filter(({ number }) => number > last);
  }

  /** What is left of the last two messages from before joining, and every one after. */
  visible(user: string): Kept[] {
    return this.shown(user).filter(({ deleted }) => !deleted);
  }

  /** The same with what was deleted. */
  private shown(user: string): Kept[] {
    const member = this.members.get(user);
    if (!member) return [];
    const before = this.rows.filter(({ turn }) => turn < member.joined);
    const after = this.rows.filter(({ turn }) => turn > member.joined);
    return [...before.slice(-2), ...after];
  }

  page(user: string, { before, after, limit }: Page): { messages: Shown[]; more: boolean } {
    const within = this.visible(user).filter(
      ({ number }) => number < (before ?? Number.POSITIVE_INFINITY) && number > (after ?? 0),
    );
    const cut = after === undefined ? within.slice(-limit) : within.slice(0, limit);
    return { messages: cut.map(header), more: within.length > limit };
  }

  /** The threads of a user, the newest activity first. */
  threads(user: string) {
    const visible = this.visible(user);
    const unreadNumbers = this.unread(user);
    const newest = new Map(visible.map((message) => [message.thread, message]));
    const ordered = [...newest.values()].sort((a, b) => b.number - a.number);
    return ordered.map(({ thread, number, postedAt }) => {
      const among = visible.filter((message) => message.thread === thread);
      const root = among.find((message) => message.number === thread);
      const unread = among.filter((one) => unreadNumbers.includes(one.number));
      return {
        thread,
        subject: (root ?? among[0])?.subject,
        ...(root && { startedBy: root.sender }),
        lastNumber: number,
        lastPostedAt: postedAt,
        replies: among.length - (root ? 1 : 0),
        unread: unread.length,
      };
    });
  }

  /** The visible messages of a thread, by its number or by that of a visible message of it. */
  thread(user: string, number: number): Shown[] {
    const visible = this.visible(user);
    const thread = visible.find((message) => message.number === number)?.thread ?? number;
    return visible.filter((message) => message.thread === thread).map(header);
  }

  /** The numbers of what others have posted and the user has not read, oldest first. */
  unread(user: string): number[] {
    const read = this.members.get(user)?.read;
    return this.visible(user)
      .filter(({ sender, number }) => sender !== user && !read?.has(number))
      .map(({ number }) => number);
  }
}

export function header(kept: Kept): Shown {
  const { turn, deleted, texts, mentioned, changed, by, ...shown } = kept;
  return shown;
}
