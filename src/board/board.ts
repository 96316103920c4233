import { cleanLine, cleanText } from '../protocol/clean.ts';
import { isDirectName, userOfDirectName } from '../protocol/direct.ts';
import { type BoardError, boardError } from '../protocol/errors.ts';
import { limits, serverLimits } from '../protocol/limits.ts';
import type { Marks, NumberRange } from '../protocol/marks.ts';
import type { Params } from '../protocol/schemas.ts';
import { mentionsIn } from './mentions.ts';
import { nameKey } from './name-key.ts';
import { isLongerThan } from './names.ts';
import type {
  Actor,
  Edit,
  NewMessage,
  NewMessages,
  Page,
  Posted,
  PostedRun,
  Receiver,
  Repository,
} from './ports/repository.ts';
import type { Search, SearchPage } from './ports/search.ts';
import { parseQuery } from './search/query.ts';
import type { GroupRef, Notify, User } from './types.ts';

/** What a request to post says of the message. */
type MessageParams = Omit<Params<'message.post'>, 'group'>;

const visible = /[^\s\p{Default_Ignorable_Code_Point}]/u;
// Printable ASCII without a space at either end: nothing in it is to be cleaned.
const plainSubject = /^[!-~](?:[ -~]*[!-~])?$/;

/**
 * The board's rules for texts: it checks and cleans names, lengths and characters before the repository
 * stores them. Permissions depend on stored data, so the repository checks them in its transactions.
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

/**
 * A group given by its name or, in digits, by its number.
 * @throws BoardError `GROUP_NOT_FOUND` for a text that is too long to be a name
 */
export function groupRef(group: string | number): GroupRef {
  if (typeof group === 'number') return { id: group };
  if (isLongerThan(group, limits.groupName)) {
    throw boardError('GROUP_NOT_FOUND', `${group.slice(0, limits.groupName)}…`);
  }
  return /^\d{1,15}$/.test(group) ? { id: Number(group) } : { key: nameKey(group), name: group };
}

/**
 * A user given by name, with or without the `@` of a direct conversation.
 * @throws BoardError `USER_NOT_FOUND` for a text that is too long to be a name
 */
export function userRef(user: string): string {
  if (isLongerThan(user, limits.userName)) {
    throw boardError('USER_NOT_FOUND', `${user.slice(0, limits.userName)}…`);
  }
  return isDirectName(user) ? userOfDirectName(user) : user;
}

/** The texts of a message, checked and cleaned. @throws BoardError `SUBJECT_INVALID`, `TOO_LONG` */
export function checkedMessage({
  subject: title,
  replyTo,
  key,
  content: text,
}: MessageParams): NewMessage {
  const isNamed = title !== undefined || replyTo === undefined;
  const subject = isNamed ? checkedSubject(title ?? '') : undefined;
  const content = checkedContent(text);
  const mentions = mentionsIn(subject ?? '', content);
  return replyTo === undefined
    ? { subject: subject ?? '', content, key, mentions }
    : { subject, content, key, mentions, replyTo };
}

/** Text for a group's description. @throws BoardError `TOO_LONG` */
export function checkedDescription(text: string): string {
  return checkedLine('description', text, limits.description);
}

/** Text for the reason of a ban, a deletion, a report or an act in a group. @throws BoardError `TOO_LONG` */
export function checkedReason(text: string): string {
  return checkedLine('reason', text, limits.reason);
}

/** Text for a subject. @throws BoardError `SUBJECT_INVALID`, `TOO_LONG` */
export function checkedSubject(text: string): string {
  if (text.length <= limits.subject && plainSubject.test(text)) return text;
  requireAtMost('subject', text, unitsBeforeCleaning * limits.subject, limits.subject);
  if (/[\r\n\u0085\u2028\u2029]/.test(text)) throw boardError('SUBJECT_INVALID', 'it is one line');
  const subject = checkedLine('subject', text, limits.subject);
  if (!visible.test(subject)) throw boardError('SUBJECT_INVALID', 'it is empty');
  return subject;
}

// How many UTF-16 code units a text may have for each allowed character before it is cleaned. Cleaning can shorten a text.
const unitsBeforeCleaning = 8;

/** A cleaned line. The length is checked first, so that a very long text costs nothing. */
function checkedLine(what: string, text: string, limit: number): string {
  requireAtMost(what, text, unitsBeforeCleaning * limit, limit);
  const line = cleanLine(text).trim();
  if ([...line].length > limit) throw boardError('TOO_LONG', what, limit, 'characters');
  return line;
}

function requireAtMost(what: string, text: string, units: number, limit: number): void {
  if (text.length > units) throw boardError('TOO_LONG', what, limit, 'characters');
}

/** Text for the content of a message. @throws BoardError `TOO_LONG` */
export function checkedContent(text: string): string {
  // Cleaning turns a CRLF into one byte, and shortens no other text that people write.
  if (text.length > 2 * limits.content) throw contentTooLong();
  const content = cleanText(text);
  // A code unit takes three bytes at most.
  const mayBeTooLong = 3 * content.length > limits.content;
  if (mayBeTooLong && Buffer.byteLength(content) > limits.content) throw contentTooLong();
  return content;
}

function contentTooLong(): BoardError {
  return boardError('TOO_LONG', 'content', limits.content, 'bytes');
}
