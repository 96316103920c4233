import type { Page } from '../../src/board/ports/reading.ts';
import type { Header, Notify } from '../../src/board/types.ts';
import { deletedUser } from '../../src/protocol/direct.ts';
import { everyone } from '../../src/protocol/mentions.ts';

/** The model knows users by their names alone. */
type Shown = Omit<Header, 'senderId'>;

/** A message with its place among all events, and what happened to it. */
export interface Kept extends Shown, Hidden {}

interface Hidden {
  /** Its place among all events. */
  readonly turn: number;
  readonly deleted: boolean;
  /** Its contents, the present one last. */
  readonly texts: readonly string[];
  /** The users whom the present content mentions; `@all` for all members. */
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
  /** Of which messages the member is notified; only these can be unread. */
  notify: Notify;
  /** The threads of the group that the member has muted. */
  readonly mutedThreads: Set<number>;
}

/** A membership that begins now. */
export function newMember(joined: number, read: ReadonlySet<number> = new Set()): MemberOf {
  return { joined, read, notify: 'all', mutedThreads: new Set() };
}

/** The numbers from `first` to `last`. */
export function numbersTo(last: number, first = 1): Set<number> {
  return new Set(Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at));
}

/** A group of the model, with its messages and members. */
export class ModelGroup {
  lastNumber = 0;
  /** Oldest first; a deleted message keeps its place. */
  rows: Kept[] = [];
  readonly members = new Map<string, MemberOf>();
  /** Who has begun a direct conversation; undefined if both users have. */
  beginner: string | undefined;

  /** @param hasMuted whether a user has muted the sender of a message */
  constructor(private readonly hasMuted: (user: string, sender: string | null) => boolean) {}

  /** Takes over the time that the board gave to a message. */
  stamp(number: number, postedAt: number): void {
    this.rows = this.rows.map((row) => (row.number === number ? { ...row, postedAt } : row));
  }

  /** Whether the conversation does not exist for a user: the other one has begun it, and written nothing. */
  isUnknownTo(user: string): boolean {
    return this.beginner !== undefined && this.beginner !== user && this.lastNumber === 0;
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

  /** Sets the users whom a message mentions, of whom only members count, and `@all`. */
  mention(number: number, users: readonly string[]): void {
    const mentioned = users.filter((user) => user === everyone || this.members.has(user));
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
    const thread = this.threadOf(user, number);
    return this.visible(user)
      .filter((message) => message.thread === thread)
      .map(header);
  }

  /** The thread of a visible message; otherwise the number is taken for that of a thread. */
  threadOf(user: string, number: number): number {
    return this.visible(user).find((message) => message.number === number)?.thread ?? number;
  }

  /** The numbers of what others have posted and the user has not read and not muted, oldest first. */
  unread(user: string): number[] {
    const notify = this.members.get(user)?.notify;
    if (notify === 'none') return [];
    return this.unmarked(user)
      .filter((message) => !this.isMuted(user, message))
      .filter(({ mentioned }) => notify === 'all' || mentions(mentioned, user))
      .map(({ number }) => number);
  }

  /** What others have posted and the user has not read, muted or not. */
  unmarked(user: string): Kept[] {
    const read = this.members.get(user)?.read;
    return this.visible(user).filter(({ sender, number }) => sender !== user && !read?.has(number));
  }

  /** Whether a user has muted the sender or the thread of a message. */
  isMuted(user: string, { sender, thread }: Pick<Kept, 'sender' | 'thread'>): boolean {
    return this.hasMuted(user, sender) || !!this.members.get(user)?.mutedThreads.has(thread);
  }

  /** Takes the name of a deleted user off all that is left of theirs. */
  forget(user: string): void {
    this.members.delete(user);
    this.rows = this.rows.map((row) => ({
      ...row,
      sender: row.sender === user ? null : row.sender,
      by: row.by === user ? deletedUser : row.by,
      mentioned: row.mentioned.filter((each) => each !== user),
    }));
  }
}

/** Whether a user is mentioned, or all members are. */
export function mentions(mentioned: readonly string[], user: string): boolean {
  return mentioned.includes(user) || mentioned.includes(everyone);
}

/** What the board shows of a message in lists. */
export function header(kept: Kept): Shown {
  const { turn, deleted, texts, mentioned, changed, by, ...shown } = kept;
  return shown;
}
