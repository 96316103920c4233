import type { ErrorCode } from '../../src/protocol/errors.ts';
import type { Wanted } from './history.ts';
import { type Kept, ModelGroup, newMember, numbersTo } from './model-group.ts';

/**
 * The rules of visibility over plain arrays, as naive as they can be said: the order of events
 * takes the place of times. A change that is refused gives the code and changes nothing.
 */
export class Model {
  /** How many events there were. */
  turn = 0;
  /** How many groups users have made, with their direct conversations. */
  begun = 0;
  private groups: Map<string, ModelGroup>;
  /** By user: the users whom they have muted. */
  private readonly muted = new Map<string, Set<string>>();

  constructor(groupNames: readonly string[]) {
    this.groups = new Map(groupNames.map((name) => [name, this.newGroup()]));
  }

  private newGroup(): ModelGroup {
    return new ModelGroup((user, sender) => sender !== null && this.mutedBy(user).has(sender));
  }

  /** The users whom a user has muted. */
  mutedBy(user: string): Set<string> {
    const known = this.muted.get(user) ?? new Set();
    this.muted.set(user, known);
    return known;
  }

  group(name: string): ModelGroup {
    const found = this.groups.get(name);
    if (!found) throw new Error(`The model has no group ${name}`);
    return found;
  }

  /** Begins a group or a direct conversation, which all `users` see from its beginning, or from its first message. */
  begin(name: string, users: readonly string[], beginner?: string): void {
    const group = this.newGroup();
    group.beginner = beginner;
    const joined = ++this.turn;
    this.begun++;
    for (const user of users) group.members.set(user, newMember(joined));
    this.groups.set(name, group);
  }

  /** The direct conversations, in the order in which they began. */
  conversations(): string[] {
    return this.groupNames().filter((name) => name.startsWith('@'));
  }

  /** All groups and conversations, in the order in which they were made. */
  groupNames(): string[] {
    return [...this.groups.keys()];
  }

  /** A group is deleted with its messages. */
  remove(name: string): void {
    this.groups.delete(name);
  }

  has(name: string): boolean {
    return this.groups.has(name);
  }

  join(user: string, name: string): ErrorCode | undefined {
    const group = this.group(name);
    if (group.members.has(user)) return 'ALREADY_MEMBER';
    group.members.set(user, newMember(++this.turn, numbersTo(group.lastNumber)));
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

  /** Without a subject, it has that of its thread. */
  reply(user: string, name: string, replyTo: number, given?: string): Kept | ErrorCode {
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
      subject: given ?? (isReply ? subject : `Re: ${subject}`),
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

  /** Exactly these numbers are read from now on. */
  restoreMarks(
    user: string,
    name: string,
    marks: { readonly lastRead: number; readonly ranges: readonly (readonly [number, number])[] },
  ): void {
    const { members, lastNumber } = this.group(name);
    const member = members.get(user);
    if (!member) return;
    const ranges = [[1, marks.lastRead] as const, ...marks.ranges];
    const read = ranges.flatMap(([first, last]) => [
      ...numbersTo(Math.min(last, lastNumber), first),
    ]);
    member.read = new Set(read);
  }

  /** What was read after the catch-up stays read, and nothing is marked as read. */
  undo(user: string, name: string): void {
    const member = this.group(name).members.get(user);
    if (!member?.caughtUp) return;
    const { was, upTo } = member.caughtUp;
    member.read = new Set([...member.read].filter((number) => number > upTo || was.has(number)));
    delete member.caughtUp;
  }

  /**
   * Deletes a user, whose messages lose their sender, or are deleted too. A conversation with nobody left is deleted.
   * @returns by group, the numbers of the messages that were deleted
   */
  deleteUser(user: string, messages: 'keep' | 'purge'): Map<string, number[]> {
    const deleted = new Map<string, number[]>();
    for (const [name, group] of this.groups) {
      const own = group.messages().filter(({ sender }) => sender === user);
      const numbers = own.map(({ number }) => number);
      const isLonely = name.startsWith('@') && group.members.has(user) && group.members.size === 1;
      if (isLonely) this.groups.delete(name);
      else if (messages === 'purge' && numbers.length > 0) {
        this.delete(name, numbers);
        deleted.set(name, numbers);
      }
      group.forget(user);
    }
    this.muted.delete(user);
    for (const others of this.muted.values()) others.delete(user);
    return deleted;
  }

  /** Gives a group another name, in its place. */
  rename(was: string, name: string): void {
    this.groups = new Map(
      [...this.groups].map(([key, group]) => [key === was ? name : key, group]),
    );
  }
}
