import { MessageList } from '../../../board/message-list.ts';
import type { Actor } from '../../../board/ports/actor.ts';
import type { LongRead } from '../../../board/ports/long-read.ts';
import {
  type Edit,
  isRun,
  type NewMessage,
  type NewMessages,
  type Posted,
  type PostedRun,
  type Receiver,
} from '../../../board/ports/posting.ts';
import type { Page, UnreadCount } from '../../../board/ports/reading.ts';
import type { Repository } from '../../../board/ports/repository.ts';
import type { SearchPage } from '../../../board/ports/search.ts';
import type { SearchQuery } from '../../../board/search/query.ts';
import {
  type Group,
  type GroupRef,
  type GroupSummary,
  type Message,
  type Mutes,
  type Notify,
  plainHeader,
  type Standing,
  type User,
} from '../../../board/types.ts';
import { boardError } from '../../../protocol/errors.ts';
import { limits } from '../../../protocol/limits.ts';
import { type Marks, type NumberRange, readMarks, withRead } from '../../../protocol/marks.ts';
import { type Access, effectiveRole } from '../../../protocol/rights.ts';
import { openTo, requireMember } from '../acts/access.ts';
import { requireActiveSession } from '../acts/active-session.ts';
import { besidesMemberships, membershipOf, membershipRows } from '../acts/own-memberships.ts';
import { changePage } from '../statements/change-pages.ts';
import {
  firstMembers,
  headerRows,
  historyPage,
  memberPage,
  messagePage,
  visibleMessage,
} from '../statements/pages.ts';
import { threadList, threadPage } from '../statements/thread-pages.ts';
import { countUnread, findUnread } from '../statements/unread-messages.ts';
import { longRead, longReadOfMember, type Member } from './long-read.ts';
import { listMentions } from './mentions.ts';
import { searchFor } from './search.ts';
import type { Store } from './store.ts';

// To count a group without messages takes as long as to look at so many.
const rowsPerGroup = 100;
const allGroups = { after: 0, limit: Number.MAX_SAFE_INTEGER };

/** Groups and messages in SQLite. Writes are acts in the commit queue; reads run at once. */
export class SqliteRepository implements Repository {
  constructor(private readonly store: Store) {}

  standing(actor: Actor): Promise<Standing> {
    const { statements, trouble } = this.store;
    return this.store.readAtOnce(() => {
      requireActiveSession(statements, actor);
      const { user, proof } = actor;
      const memberships = openTo(actor, membershipRows(statements, user.id)).map(
        membershipOf(proof),
      );
      return {
        ...{ user, since: this.store.publishedUntil(), memberships },
        ...besidesMemberships(statements, user.id),
        ...(trouble.isFailing && { readOnly: true as const }),
      };
    });
  }

  groups(actor: Actor, page = allGroups): Promise<GroupSummary[]> {
    const { statements } = this.store;
    return this.store.read(() => {
      requireActiveSession(statements, actor);
      const until = this.store.publishedUntil();
      const rows = statements.groupsFor.all({ user: actor.user.id, ...page });
      return rows.map(
        ({ joinedAt, lastRead, ranges, lastNumber, notify, role, invitation, ...group }) => ({
          ...group,
          // An invitation shows nothing of the messages of a secret group.
          members: isShown(group.access, joinedAt) ? group.members : 0,
          role: effectiveRole(role, actor.proof.isProtected),
          invited: invitation !== null,
          notify: notify ?? 'all',
          joined: joinedAt !== null,
          ...readMarks({ lastRead, ranges }),
          // How many are left would tell of messages that the user cannot see.
          messages: isShown(group.access, joinedAt) ? lastNumber : 0,
          lastNumber: joinedAt === null ? 0 : lastNumber,
          change: joinedAt === null ? 0 : until,
        }),
      );
    });
  }

  unread(user: User, until: number, groups: readonly number[]): LongRead<UnreadCount[]> {
    const { statements } = this.store;
    function* count(): Generator<number, UnreadCount[]> {
      const counts: UnreadCount[] = [];
      for (const group of groups) {
        const found = yield* countUnread(statements, { user: user.id, group }, until);
        if (found) counts.push(found);
        yield rowsPerGroup;
      }
      return counts;
    }
    return longRead(this.store, count);
  }

  nextUnread(
    actor: Actor,
    ref: GroupRef,
    { thread, read }: { thread?: number | undefined; read: readonly NumberRange[] },
  ): LongRead<{ group: Group; message: Message | undefined }> {
    const { statements } = this.store;
    function* find({ group, joined }: Member) {
      const of = { user: actor.user.id, group: group.id };
      const stored = statements.marksOf.get(of);
      const marks = withRead(readMarks(stored ?? { lastRead: 0, ranges: '' }), read);
      const notify = stored?.notify ?? 'all';
      const number = yield* findUnread(statements, { ...of, joined }, { marks, notify, thread });
      const message = number && visibleMessage(statements, group, joined, number);
      return { group, message: message || undefined };
    }
    return longReadOfMember(this.store, actor, ref, find);
  }

  join(actor: Actor, group: GroupRef, code?: string) {
    return this.store.run('join', { actor: plain(actor), group, code }, actor);
  }

  leave(actor: Actor, group: GroupRef) {
    return this.store.run('leave', { actor: plain(actor), group }, actor);
  }

  members(actor: Actor, ref: GroupRef, page = firstMembers) {
    const { statements } = this.store;
    return this.store.read(() => {
      const { group } = requireMember(statements, actor, ref);
      return { group, ...memberPage(statements, group, page) };
    });
  }

  openDirect(actor: Actor, user: string, check = false) {
    return this.store.run('openDirect', { actor: plain(actor), user, check }, actor);
  }

  directs(actor: Actor, page: { after: number; limit: number }) {
    const { statements } = this.store;
    return this.store.read(() => {
      requireActiveSession(statements, actor);
      const rows = statements.conversationsOf.all({ user: actor.user.id, ...page, counted: 1 });
      return openTo(actor, rows).map(membershipOf(actor.proof));
    });
  }

  block(actor: Actor, user: string) {
    return this.store.run('block', { actor: plain(actor), user }, actor);
  }

  unblock(actor: Actor, user: string) {
    return this.store.run('unblock', { actor: plain(actor), user }, actor);
  }

  blocked(actor: Actor) {
    const { statements } = this.store;
    return this.store.read(() => {
      requireActiveSession(statements, actor);
      return statements.blocksOf.all({ user: actor.user.id, limit: limits.blocks });
    });
  }

  async post(actor: Actor, group: GroupRef, message: NewMessage): Promise<Posted> {
    const messages = new MessageList(message);
    const args = { actor: plain(actor), group, messages };
    const options = { payer: actor.payer, bytes: bytesOf(messages) };
    const posted = await this.store.run('post', args, options);
    return isRun(posted) ? firstOf(posted, actor, messages) : posted;
  }

  enqueuePosts(
    actor: Actor,
    group: GroupRef,
    messages: NewMessages,
    receiver: Receiver<PostedRun | Posted>,
  ): void {
    const args = { actor: plain(actor), group, messages };
    this.store.enqueue('post', args, receiver, { payer: actor.payer, bytes: bytesOf(messages) });
  }

  edit(actor: Actor, group: GroupRef, number: number, edit: Edit, editTime: number) {
    const { subject = '', content = '' } = edit;
    const bytes = Buffer.byteLength(subject) + Buffer.byteLength(content);
    const args = { actor: plain(actor), group, number, edit, editTime };
    return this.store.run('editMessage', args, { payer: actor.payer, bytes });
  }

  delete(actor: Actor, group: GroupRef, number: number, reason = '') {
    return this.store.run('deleteMessage', { actor: plain(actor), group, number, reason }, actor);
  }

  history(actor: Actor, ref: GroupRef, number: number, page: { from: number; bytes: number }) {
    const { statements } = this.store;
    return this.store.read(() => {
      const { group, joined } = requireMember(statements, actor, ref);
      const message = visibleMessage(statements, group, joined, number);
      if (!message) throw boardError('MESSAGE_NOT_FOUND', group.name, number);
      return { group, ...historyPage(statements, group.id, message, page) };
    });
  }

  changes(actor: Actor, ref: GroupRef, after: number) {
    const { statements } = this.store;
    return this.store.read(() => {
      const { group, joined } = requireMember(statements, actor, ref);
      const until = this.store.publishedUntil();
      return { group, ...changePage(statements, group, { joined, after, until }) };
    });
  }

  message(
    actor: Actor,
    ref: GroupRef,
    number: number,
  ): Promise<{ group: Group; message: Message }> {
    const { statements } = this.store;
    return this.store.read(() => {
      const { group, joined } = requireMember(statements, actor, ref);
      const message = visibleMessage(statements, group, joined, number);
      if (!message) throw boardError('MESSAGE_NOT_FOUND', group.name, number);
      return { group, message };
    });
  }

  messages(actor: Actor, ref: GroupRef, page: Page) {
    const { statements } = this.store;
    return this.store.read(() => {
      const { group, joined } = requireMember(statements, actor, ref);
      return { group, ...messagePage(statements, group, joined, page) };
    });
  }

  headerRows(actor: Actor, ref: GroupRef, page: Page) {
    const { statements } = this.store;
    return this.store.read(() => {
      const { group, joined } = requireMember(statements, actor, ref);
      return { group, ...headerRows(statements, group, joined, page) };
    });
  }

  search(actor: Actor, query: SearchQuery, page: SearchPage, inGroup: GroupRef | undefined) {
    return searchFor(this.store, actor, query, page, inGroup);
  }

  threads(actor: Actor, ref: GroupRef, page: { before?: number | undefined; limit: number }) {
    const { statements } = this.store;
    function* list({ group, joined }: Member) {
      const reader = { user: actor.user.id, group: group.id, joined };
      return { group, ...(yield* threadList(statements, reader, page)) };
    }
    return longReadOfMember(this.store, actor, ref, list);
  }

  thread(
    actor: Actor,
    ref: GroupRef,
    thread: number,
    page: { after?: number | undefined; limit: number },
  ) {
    const { statements } = this.store;
    return this.store.read(() => {
      const { group, joined } = requireMember(statements, actor, ref);
      const found = threadPage(
        statements,
        { user: actor.user.id, group: group.id, joined },
        thread,
        page,
      );
      if (!found) throw boardError('MESSAGE_NOT_FOUND', group.name, thread);
      return { group, ...found };
    });
  }

  setNotify(actor: Actor, group: GroupRef, notify: Notify) {
    return this.store.run('setNotify', { actor: plain(actor), group, notify }, actor);
  }

  muteThread(actor: Actor, group: GroupRef, thread: number, muted: boolean) {
    return this.store.run('muteThread', { actor: plain(actor), group, thread, muted }, actor);
  }

  muteUser(actor: Actor, user: string, muted: boolean) {
    return this.store.run('muteUser', { actor: plain(actor), user, muted }, actor);
  }

  mutes(actor: Actor): Promise<Mutes> {
    const { statements } = this.store;
    const user = actor.user.id;
    return this.store.readAtOnce(() => {
      requireActiveSession(statements, actor);
      const threads = statements.mutedThreadsOf.all({ user, limit: limits.mutedThreads });
      return {
        groups: [...openTo(actor, statements.quietGroupsOf.all({ user }))],
        threads: openTo(
          actor,
          threads.map(({ group: name, ...thread }) => ({ name, ...thread })),
        ).map(({ groupId: id, name, thread }) => ({ group: { id, name }, thread })),
        users: statements.mutedUsersOf.all({ user, limit: limits.mutedUsers }),
      };
    });
  }

  mentions(actor: Actor, page: SearchPage) {
    return listMentions(this.store, actor, page);
  }

  markRead(actor: Actor, group: GroupRef, ranges: readonly NumberRange[]): Promise<Marks> {
    return this.store.run('markRead', { actor: plain(actor), group, ranges }, actor);
  }

  markAllRead(actor: Actor, group: GroupRef) {
    return this.store.run('markAllRead', { actor: plain(actor), group }, actor);
  }

  restoreMarks(actor: Actor, group: GroupRef, marks: Marks): Promise<Marks> {
    return this.store.run('restoreMarks', { actor: plain(actor), group, marks }, actor);
  }

  async announceOutsideChanges(): Promise<void> {
    if (this.store.statements.outsideChanges.all().length === 0) return;
    await this.store.run('announceOutsideChanges', {});
  }
}

function isShown(access: Access, joinedAt: number | null): boolean {
  return access !== 'secret' || joinedAt !== null;
}

// Messages of at most so many UTF-16 code units on average are not counted in bytes, which takes 100 ns for each. Even if each
// unit counts as three bytes, a commit has room for all the writes that it can have.
const shortMessage = 64;

/** How many bytes the texts have in UTF-8. For short texts it is an upper bound: three bytes for each UTF-16 code unit. */
function bytesOf({ subjects, contents }: NewMessages): number {
  let units = 0;
  for (const subject of subjects) units += subject.length;
  for (const content of contents) units += content.length;
  if (units <= shortMessage * contents.length) return 3 * units;
  let bytes = 0;
  for (const subject of subjects) bytes += Buffer.byteLength(subject);
  for (const content of contents) bytes += Buffer.byteLength(content);
  return bytes;
}

function firstOf(
  { group, number, postedAt }: PostedRun,
  { user }: Actor,
  { subjects }: NewMessages,
): Posted {
  const subject = subjects[0] as string;
  return { group, message: plainHeader(user, { number, postedAt, subject }) };
}

/** An actor as plain data for an act, without the object that is charged. */
export function plain({ user, origin, proof }: Actor): Actor {
  return { user, origin, proof };
}
