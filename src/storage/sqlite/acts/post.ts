import type { Actor } from '../../../board/ports/actor.ts';
import type { Extras, NewMessages, Posted, PostedRun } from '../../../board/ports/posting.ts';
import {
  type Group,
  type GroupRef,
  type Header,
  plainHeader,
  type User,
} from '../../../board/types.ts';
import { isDirectName } from '../../../protocol/direct.ts';
import { boardError } from '../../../protocol/errors.ts';
import { milestoneOf } from '../milestones.ts';
import { openTo } from './access.ts';
import { announceConversation, conversationFor, isDirectRef } from './direct.ts';
import { addMentions, findMentioned, idsOf } from './mentions.ts';
import type { MessageRow, PostPlace } from './post-run.ts';
import { placeOfReply, type ReplyPlace, requireMayPost } from './reply.ts';
import type { ServerTx } from './transaction.ts';

export interface Post {
  readonly actor: Actor;
  readonly group: GroupRef;
  /** At least one. */
  readonly messages: NewMessages;
}

/**
 * Posts the first of some messages, once for its key, and those after it that follow without another check. So the rights of
 * the user are checked once for all of them.
 * @returns the messages that were posted; the others are for the next call
 * @throws BoardError as `Repository.post` does, if the first message is refused
 */
export function post(tx: ServerTx, call: Post): PostedRun | Posted {
  const { actor, group: ref, messages } = call;
  const extras = messages.extras.get(0);
  const named = groupFor(tx, actor, ref, extras);
  const place = tx.posts.placeFor(actor, named, tx.now);
  const { group } = place;
  const before = extras?.key === undefined ? undefined : postedBefore(tx, actor, group, extras.key);
  if (before) return { group, message: before };
  return extras && !isPlain(extras) ? postFull(tx, call, place, extras) : postRun(tx, call, place);
}

/** Whether a message is no reply and can mention nobody. */
function isPlain({ replyTo, mentions }: Extras): boolean {
  return replyTo === undefined && mentions === undefined;
}

/** Posts the first message, which is plain and has no used key, and the messages after it until a message is not plain or has a used key. */
function postRun(tx: ServerTx, { actor, messages }: Post, place: PostPlace): PostedRun {
  const { group, access } = place;
  requireMayPost(access);
  const { subjects, contents, extras } = messages;
  const { length } = subjects;
  const { at: postedAt } = tx;
  const number = nextNumber(tx, actor, place);
  let count = 0;
  do {
    const key = extras.get(count)?.key;
    const end = key === undefined ? nextExtra(extras, count + 1, length) : count + 1;
    const user = actor.user.id;
    const start = { group: group.id, user, number: number + count, at: postedAt + count };
    if (key === undefined) tx.posts.addRun(start, subjects, contents, count, end);
    else {
      const texts = { subject: subjects[count] as string, content: contents[count] as string };
      tx.posts.add({ ...start, ...texts, key, milestone: milestoneOf(start.number) });
    }
    count = end;
  } while (count < length && followsOn(tx, actor, extras.get(count)));
  tx.posts.takeNumbers(place.numbering, count);
  tx.takeTimes(count);
  const posted = count === length ? subjects : subjects.slice(0, count);
  const run = { group, number, postedAt };
  const { user: sender, origin } = actor;
  tx.emit({ type: 'messages.posted', origin, sender, ...run, subjects: posted });
  return { ...run, count };
}

/** The index of the first message from `from` on that has extras; `length` if there is none. */
function nextExtra(extras: NewMessages['extras'], from: number, length: number): number {
  if (extras.size === 0) return length;
  let at = from;
  while (at < length && !extras.has(at)) at++;
  return at;
}

/** Whether a message can be posted after a plain one without another check. */
function followsOn(tx: ServerTx, actor: Actor, extras: Extras | undefined): boolean {
  if (!extras) return true;
  return isPlain(extras) && (extras.key === undefined || !keyed(tx, actor, extras.key));
}

/** Posts the first message, which is a reply or may mention members. */
function postFull(tx: ServerTx, { actor, messages }: Post, to: PostPlace, extras: Extras): Posted {
  const { group, access } = to;
  const { replyTo, isUntitled, mentions, key } = extras;
  const own = isUntitled ? undefined : messages.subjects[0];
  const place =
    replyTo === undefined ? undefined : placeOfReply(tx, access, { replyTo, subject: own });
  if (!place) requireMayPost(access);
  const subject = place?.subject ?? own ?? '';
  const { at } = tx;
  const number = nextNumber(tx, actor, to);
  tx.posts.takeNumbers(to.numbering, 1);
  const row: MessageRow = {
    group: group.id,
    number,
    user: actor.user.id,
    at,
    subject,
    content: messages.contents[0] as string,
    key: key ?? null,
    milestone: milestoneOf(number),
  };
  const mentioned = mentions && findMentioned(tx.statements, access, mentions);
  if (place || mentioned) addFull(tx, row, { place, mentioned });
  else tx.posts.add(row);
  const message: Header = {
    ...plainHeader(actor.user, { number, postedAt: at, subject }),
    ...place,
    ...(mentioned && { mentions: JSON.stringify(mentioned.map(({ name }) => name)) }),
  };
  const ids = mentioned && { mentioned: mentioned.map(({ id }) => id) };
  tx.emit({ type: 'message.posted', origin: actor.origin, group, message, ...ids });
  return { group, message };
}

/** The number of a new message. The first message of a direct conversation announces it. */
function nextNumber(tx: ServerTx, actor: Actor, { group, numbering }: PostPlace): number {
  const number = numbering.next;
  if (number === 1 && isDirectName(group.name)) announceConversation(tx, actor, group);
  return number;
}

/** The group of a post. The first post to `@dave` makes the conversation, unless it is refused. */
function groupFor(
  tx: ServerTx,
  actor: Actor,
  ref: GroupRef,
  { key, replyTo }: Extras = {},
): GroupRef {
  if (!isDirectRef(ref)) return ref;
  return conversationFor(tx, actor, ref, (name) => {
    const used = key && keyed(tx, actor, key);
    if (used) throw boardError('KEY_REUSED', used.number, used.group);
    if (replyTo !== undefined) throw boardError('MESSAGE_NOT_FOUND', name, replyTo);
  });
}

/** Inserts a message that is a reply or mentions members. */
function addFull(
  { statements }: ServerTx,
  row: MessageRow,
  {
    place,
    mentioned,
  }: { readonly place: ReplyPlace | undefined; readonly mentioned: readonly User[] | undefined },
): void {
  statements.addFullMessage.run({
    ...row,
    replyTo: place?.replyTo ?? null,
    thread: place?.thread ?? null,
    mentions: idsOf(mentioned),
  });
  const { group, number, at } = row;
  if (mentioned) addMentions(statements, { group, number, at }, mentioned);
}

function postedBefore(tx: ServerTx, actor: Actor, group: Group, key: string): Header | undefined {
  const found = keyed(tx, actor, key);
  if (!found) return undefined;
  const { id: _, groupId, group: name, ...header } = found;
  if (groupId !== group.id) {
    const [shown] = openTo(actor, [{ name }]);
    throw boardError('KEY_REUSED', header.number, shown?.name ?? 'a direct conversation');
  }
  return { ...header, senderId: actor.user.id, sender: actor.user.name };
}

/**
 * The message that a user has posted with a key. If the user may not know of its group any more, the key is free again: an
 * error would say that the group exists, and how it is named now.
 */
function keyed({ statements }: ServerTx, { user }: Actor, key: string) {
  const found = statements.messageByKey.get({ user: user.id, key });
  if (!found) return undefined;
  const { id, groupId: group } = found;
  if (statements.accessById.get({ group, user: user.id })) return found;
  statements.releaseKey.run({ id });
  return undefined;
}
