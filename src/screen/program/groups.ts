import type { BoardClient } from '../../client/board-client.ts';
import { isDirectName } from '../../protocol/direct.ts';
import { limits } from '../../protocol/limits.ts';
import { alone, type Marks, readsOthers, withRead } from '../../protocol/marks.ts';
import { MutedNotices, mutedNotices } from '../../protocol/muted.ts';
import type { Header, Membership, Notice, Result } from '../../protocol/schemas.ts';
import {
  changed,
  entryOf,
  type GroupEntry,
  inOrder,
  isUnread,
  mentionsReader,
  type Reader,
  withPosted,
} from '../model/group-entry.ts';
import { Joinable } from './joinable.ts';
import { Permissions } from './permissions.ts';
import { Recount } from './recount.ts';
import { UnstoredReads } from './unstored-reads.ts';

type Counts = Pick<GroupEntry, 'unread' | 'mentions'>;

interface GroupsOptions {
  /** Whether the groups that can be joined are on the screen. */
  readonly showsJoinable: () => boolean;
  readonly board: BoardClient;
  /** Called when what the screen shows may have changed. */
  readonly changed: () => void;
  /** Called when groups of the user have other names: the new one of each old one. */
  readonly renamed: (names: ReadonlyMap<string, string>) => void;
  /** Called with an error of a call that nobody waits for. */
  readonly failed: (error: unknown) => void;
}

/**
 * The groups and direct conversations of the user, with what is unread. The counts follow notices and what is read here. When
 * they cannot, the board counts again.
 */
export class Groups implements Reader {
  private entries: readonly GroupEntry[];
  private muted = new MutedNotices();
  private readonly unstored: UnstoredReads;
  readonly permissions: Permissions;
  /** The groups of the board that the user is not in. */
  readonly joinable: Joinable;
  /** Counts the changes made here, so that an older count of the board is not believed. */
  private changes = 0;
  private readonly counting: Recount;

  constructor(private readonly options: GroupsOptions) {
    this.joinable = new Joinable({ ...options, isShown: options.showsJoinable });
    this.permissions = new Permissions(options);
    this.unstored = new UnstoredReads({
      ...options,
      stored: (group, { lastRead, ranges }) => this.change(group, { lastRead, ranges }),
      isMember: (group) => this.find(group) !== undefined,
    });
    this.counting = new Recount({ ...options, begin: () => this.beginCount() });
    this.entries = inOrder(options.board.memberships.map(entryOf));
    if (options.board.hasMutes) this.loadMutes();
  }

  get all(): readonly GroupEntry[] {
    return this.entries;
  }

  get userId(): number {
    return this.options.board.userId;
  }

  get user(): string {
    return this.options.board.user;
  }

  get unread(): number {
    return this.entries.reduce((sum, { unread }) => sum + unread, 0);
  }

  get mentions(): number {
    return this.entries.reduce((sum, { mentions }) => sum + mentions, 0);
  }

  find(group: number): GroupEntry | undefined {
    return this.entries.find(({ id }) => id === group);
  }

  nameOf(group: number): string {
    return this.find(group)?.name ?? '';
  }

  isMuted(group: number, { senderId, thread }: Pick<Header, 'senderId' | 'thread'>): boolean {
    return this.muted.mutes(group, { senderId, thread });
  }

  isMutedThread(group: number, thread: number): boolean {
    return this.muted.mutes(group, { senderId: null, thread });
  }

  isUnread(group: number, message: Header): boolean {
    return isUnread(this.find(group), message, this);
  }

  isMention(message: Header): boolean {
    return mentionsReader(message, this);
  }

  /** Messages of a group have been read. They are stored on the board a little later. */
  read(group: number, messages: readonly Header[]): void {
    const entry = this.find(group);
    const unread = messages.filter((message) => isUnread(entry, message, this));
    if (!entry || unread.length === 0) return;
    const numbers = unread.map(({ number }) => number);
    const ranges = numbers.map(alone);
    const marks = withRead(entry, ranges);
    const mentions = unread.filter((message) => this.isMention(message)).length;
    this.add(entry, marks, { unread: -unread.length, mentions: -mentions });
    if (readsOthers(entry, ranges, marks)) this.recount();
    this.unstored.add(group, numbers);
  }

  /** Sets the marks of a group as the board has them, or as a call that was just answered made them. */
  setMarks(group: number, { lastRead, ranges }: Marks): void {
    this.change(group, { lastRead, ranges });
    this.recount();
  }

  /** Sets the marks of a group after a call from here, and adds to its counts what the call has changed, so that the next frame shows it. */
  marked(group: number, { lastRead, ranges }: Marks, added: Counts): void {
    const entry = this.find(group);
    if (!entry) return;
    this.add(entry, { lastRead, ranges }, added);
    this.options.changed();
  }

  /** Resolves when the board has stored what was read in a group so far. */
  stored(group: number): Promise<void> {
    return this.unstored.stored(group);
  }

  /** Sets the counts of a group that was marked as read as a whole. */
  caughtUp(group: number, lastRead: number): void {
    this.change(group, { lastRead, ranges: [], unread: 0, mentions: 0 });
    this.options.changed();
    // Messages that have arrived meanwhile are not counted.
    this.recount();
  }

  /** The board says that nothing of a group is unread. */
  nothingUnread(group: number): void {
    this.change(group, { unread: 0, mentions: 0 });
    this.recount();
  }

  joined(membership: Membership): void {
    this.changes++;
    const others = this.entries.filter(({ id }) => id !== membership.id);
    this.replace([...others, entryOf(membership)]);
  }

  left(group: number): void {
    this.changes++;
    this.muted.leave(group);
    this.joinable.change();
    this.entries = this.entries.filter(({ id }) => id !== group);
  }

  posted(group: number, message: Header): void {
    const entry = this.find(group);
    if (entry) this.change(group, withPosted(entry, message, this));
  }

  muteThread(group: number, thread: number, muted: boolean): void {
    this.muted.apply({ muted, group, thread });
    this.recount();
  }

  /** The connection is back: the memberships have what is unread now. */
  resumed(): void {
    this.changes++;
    this.permissions.forget();
    this.joinable.change();
    const entries = this.options.board.memberships.map(entryOf);
    this.replace(entries.map((entry) => this.unstored.over(entry)));
    // Which of the messages that are not stored yet mention the user is not known any more.
    if (!this.unstored.isEmpty) this.recount();
    this.loadMutes();
  }

  take(notice: Notice): void {
    const { board } = this.options;
    const { method, params } = notice;
    this.permissions.take(notice);
    this.joinable.take(notice);
    switch (method) {
      case 'message.posted':
        if (!this.find(params.groupId)) this.sync();
        this.posted(params.groupId, params.message);
        break;
      case 'message.edited':
        // An edit may add or remove a mention.
        if (this.find(params.groupId)?.mentions || this.isMention(params.message)) this.recount();
        break;
      case 'message.deleted':
      case 'messages.purged':
        this.recount();
        break;
      case 'marks.changed':
        this.setMarks(params.groupId, params);
        break;
      case 'member.joined':
        if (params.userId === board.userId) this.sync();
        break;
      case 'direct.opened':
      case 'group.changed':
        this.sync();
        break;
      case 'member.left':
        if (params.userId === board.userId) this.left(params.groupId);
        break;
      case 'group.removed':
      case 'membership.ended':
        this.left(params.groupId);
        break;
      case 'membership.changed':
        this.change(params.groupId, { notify: params.notify });
        this.recount();
        break;
      case 'mutes.changed':
        this.loadMutes();
        this.recount();
        break;
      default:
    }
  }

  /** Takes over groups that the client knows and that are not here yet, or not any more. */
  sync(): void {
    const known = new Map(this.entries.map((entry) => [entry.id, entry]));
    this.changes++;
    this.joinable.change();
    this.replace(
      this.options.board.memberships.map((membership) => {
        const entry = known.get(membership.id);
        const { notify, role, group: name } = membership;
        return entry ? { ...entry, name, notify, role } : entryOf(membership);
      }),
    );
    this.recount();
  }

  /** Asks the board what is unread, soon. */
  recount(): void {
    this.counting.soon();
  }

  stop(): void {
    this.counting.stop();
    this.joinable.stop();
  }

  /** Begins a count by the board, which is not believed if something has changed here until it is there. */
  private beginCount(): (counted: Result<'session.show'>) => boolean {
    const { changes } = this;
    return ({ memberships, more }) => {
      if (changes !== this.changes || !this.unstored.isEmpty) return false;
      const counted = new Set(memberships.map(({ id }) => id));
      const leftOut = ({ id, name }: GroupEntry) => isDirectName(name) && !counted.has(id);
      const kept = more ? this.entries.filter(leftOut) : [];
      this.replace([...kept, ...memberships.map(entryOf)]);
      this.options.changed();
      return true;
    };
  }

  /** Sets the marks of a group, and adds to its counts. A count at its limit can mean more: the board counts it again. */
  private add({ id, unread, mentions }: GroupEntry, marks: Marks, added: Counts): void {
    const isKnown = unread < limits.unread || added.unread >= 0;
    const sum = isKnown ? unread + added.unread : unread;
    this.change(id, {
      ...marks,
      unread: Math.max(0, Math.min(limits.unread, sum)),
      mentions: Math.max(0, mentions + added.mentions),
    });
    if (!isKnown) this.recount();
  }

  private loadMutes(): void {
    const load = async () => {
      this.muted = mutedNotices(await this.options.board.call('mute.list', {}));
      this.options.changed();
    };
    load().catch(this.options.failed);
  }

  private change(group: number, change: Parameters<typeof changed>[2]): void {
    this.changes++;
    this.entries = changed(this.entries, group, change);
  }

  /** Drafts are kept under the names of groups, so each new name is passed on, however it was learned. */
  private replace(entries: readonly GroupEntry[]): void {
    const before = new Map(this.entries.map(({ id, name }) => [id, name]));
    this.entries = inOrder(entries);
    const renamed = entries.map(({ id, name }) => [before.get(id) ?? name, name] as const);
    this.options.renamed(new Map(renamed.filter(([was, now]) => was !== now)));
  }
}
