import { serverLimits } from '../protocol/limits.ts';
import type { Marks, NumberRange } from '../protocol/marks.ts';
import type { Actor } from './ports/actor.ts';
import type { Edit, NewMessages, Posted, PostedRun, Receiver } from './ports/posting.ts';
import type { Page } from './ports/reading.ts';
import type { Repository } from './ports/repository.ts';
import type { Search, SearchPage } from './ports/search.ts';
import { groupRef, userRef } from './refs.ts';
import { parseQuery } from './search/query.ts';
import {
  checkedContent,
  checkedMessage,
  checkedReason,
  checkedSubject,
  type MessageParams,
} from './texts.ts';
import type { GroupRef, Notify, User } from './types.ts';

/**
 * What users can do with messages and memberships: it checks and cleans their texts before the repository stores them.
 * Permissions depend on stored data, so the repository checks them in its transactions.
 */
export class Board {
  /**
   * @param repository where the board is stored
   * @param editTime how long after its posting a message can be edited, in milliseconds; 0 for not at all
   */
  constructor(
    private readonly repository: Repository,
    public editTime: number = serverLimits.editTime,
  ) {}

  groups(actor: Actor, page: { after: number; limit: number }) {
    return this.repository.groups(actor, page);
  }

  standing(actor: Actor) {
    return this.repository.standing(actor);
  }

  unread(user: User, until: number, groups: readonly number[]) {
    return this.repository.unread(user, until, groups);
  }

  join(actor: Actor, group: string | number, code?: string) {
    return this.repository.join(actor, groupRef(group), code);
  }

  leave(actor: Actor, group: string | number) {
    return this.repository.leave(actor, groupRef(group));
  }

  members(actor: Actor, group: string | number, page: { after: number; limit: number }) {
    return this.repository.members(actor, groupRef(group), page);
  }

  openDirect(actor: Actor, user: string, check?: boolean) {
    return this.repository.openDirect(actor, userRef(user), check);
  }

  directs(actor: Actor, page: { after: number; limit: number }) {
    return this.repository.directs(actor, page);
  }

  block(actor: Actor, user: string) {
    return this.repository.block(actor, userRef(user));
  }

  unblock(actor: Actor, user: string) {
    return this.repository.unblock(actor, userRef(user));
  }

  blocked(actor: Actor) {
    return this.repository.blocked(actor);
  }

  /** @throws BoardError `SUBJECT_INVALID`, `TOO_LONG` */
  post(actor: Actor, group: string | number, message: MessageParams): Promise<Posted> {
    return this.repository.post(actor, groupRef(group), checkedMessage(message));
  }

  /** Posts messages of `checkedMessage`: see `Repository.enqueuePosts`. */
  enqueuePosts(
    actor: Actor,
    group: GroupRef,
    messages: NewMessages,
    receiver: Receiver<PostedRun | Posted>,
  ): void {
    this.repository.enqueuePosts(actor, group, messages, receiver);
  }

  /** @throws BoardError `SUBJECT_INVALID`, `TOO_LONG` */
  edit(actor: Actor, group: string | number, number: number, edit: Edit) {
    const { subject, content, revision } = edit;
    const checked = {
      subject: subject === undefined ? undefined : checkedSubject(subject),
      content: content === undefined ? undefined : checkedContent(content),
      revision,
    };
    return this.repository.edit(actor, groupRef(group), number, checked, 1000 * this.editTime);
  }

  /** @throws BoardError `TOO_LONG` */
  delete(actor: Actor, group: string | number, number: number, reason = '') {
    return this.repository.delete(actor, groupRef(group), number, checkedReason(reason));
  }

  history(
    actor: Actor,
    group: string | number,
    number: number,
    page: { from: number; bytes: number },
  ) {
    return this.repository.history(actor, groupRef(group), number, page);
  }

  changes(actor: Actor, group: string | number, after: number) {
    return this.repository.changes(actor, groupRef(group), after);
  }

  message(actor: Actor, group: string | number, number: number) {
    return this.repository.message(actor, groupRef(group), number);
  }

  messages(actor: Actor, group: string | number, page: Page) {
    return this.repository.messages(actor, groupRef(group), page);
  }

  headerRows(actor: Actor, group: string | number, page: Page) {
    return this.repository.headerRows(actor, groupRef(group), page);
  }

  /** @param before the place that `FoundPage.next` gave @throws BoardError `INVALID_PARAMS`, `GROUP_NOT_FOUND` */
  search(actor: Actor, text: string, page: SearchPage): Search {
    const query = parseQuery(text, Date.now() * 1000);
    const inGroup = query.in === undefined ? undefined : groupRef(query.in);
    return this.repository.search(actor, query, page, inGroup);
  }

  threads(
    actor: Actor,
    group: string | number,
    page: { before?: number | undefined; limit: number },
  ) {
    return this.repository.threads(actor, groupRef(group), page);
  }

  thread(
    actor: Actor,
    group: string | number,
    thread: number,
    page: { after?: number | undefined; limit: number },
  ) {
    return this.repository.thread(actor, groupRef(group), thread, page);
  }

  setNotify(actor: Actor, group: string | number, notify: Notify) {
    return this.repository.setNotify(actor, groupRef(group), notify);
  }

  muteThread(actor: Actor, group: string | number, thread: number, muted: boolean) {
    return this.repository.muteThread(actor, groupRef(group), thread, muted);
  }

  muteUser(actor: Actor, user: string, muted: boolean) {
    return this.repository.muteUser(actor, userRef(user), muted);
  }

  mutes(actor: Actor) {
    return this.repository.mutes(actor);
  }

  mentions(actor: Actor, page: SearchPage): Search {
    return this.repository.mentions(actor, page);
  }

  nextUnread(
    actor: Actor,
    group: string | number,
    from: { thread?: number | undefined; read: readonly NumberRange[] },
  ) {
    return this.repository.nextUnread(actor, groupRef(group), from);
  }

  markRead(actor: Actor, group: string | number, ranges: readonly NumberRange[]) {
    return this.repository.markRead(actor, groupRef(group), ranges);
  }

  markAllRead(actor: Actor, group: string | number) {
    return this.repository.markAllRead(actor, groupRef(group));
  }

  restoreMarks(actor: Actor, group: string | number, marks: Marks) {
    return this.repository.restoreMarks(actor, groupRef(group), marks);
  }
}
