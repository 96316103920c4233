import type { Actor, NewMessage } from '../../../board/ports/repository.ts';
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
import type { MessageRow } from './post-run.ts';
import { placeOfReply, type ReplyPlace, requireMayPost } from './reply.ts';
import type { ServerTx } from './transaction.ts';

export interface Post {
  readonly actor: Actor;
  readonly group: GroupRef;
  readonly message: NewMessage;
}

/** Posts a message, once for each key. @throws BoardError as `Repository.post` does */
export function post(tx: ServerTx, call: Post) {
  const { actor, group: ref, message: asked } = call;
  const { content, key } = asked;
  const named = groupFor(tx, actor, ref, asked);
  const { group, numbering, access } = tx.posts.placeFor(actor, named, tx.now);
  const before = key === undefined ? undefined : postedBefore(tx, actor, group, key);
  if (before) return { group, message: before };
  const place = asked.replyTo === undefined ? undefined : placeOfReply(tx, access, asked);
  if (!place) requireMayPost(access);
  const subject = place?.subject ?? asked.subject ?? '';
  const { at } = tx;
  const number = tx.posts.nextNumber(numbering);
  if (number === 1 && isDirectName(group.name)) announceConversation(tx, actor, group);
  const row: MessageRow = {
    group: group.id,
    number,
    user: actor.user.id,
    at,
    subject,
    content,
    key: key ?? null,
    milestone: milestoneOf(number),
  };
  const mentioned = asked.mentions && findMentioned(tx.statements, access, asked.mentions);
  if (place || mentioned) addFull(tx, row, { place, mentioned });
  else tx.posts.add(row);
  const plain = plainHeader(actor.user, { number, postedAt: at, subject });
  const posted = { type: 'message.posted', origin: actor.origin, group } as const;
  if (!place && !mentioned) {
    tx.emit({ ...posted, message: plain });
    return { group, message: plain };
  }
  const message: Header = {
    ...plain,
    ...place,
    ...(mentioned && { mentions: JSON.stringify(mentioned.map(({ name }) => name)) }),
  };
  const ids = mentioned && { mentioned: mentioned.map(({ id }) => id) };
  tx.emit({ ...posted, message, ...ids });
  return { group, message };
}

/** The group of a post. The first post to `@dave` makes the conversation, unless it is refused. */
function groupFor(
  tx: ServerTx,
  actor: Actor,
  ref: GroupRef,
  { key, replyTo }: NewMessage,
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
