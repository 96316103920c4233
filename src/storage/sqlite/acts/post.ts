import type { Actor, NewMessage } from '../../../board/ports/repository.ts';
import { type Group, type GroupRef, type Header, plainFields } from '../../../board/types.ts';
import { boardError } from '../../../protocol/errors.ts';
import type { ServerTx } from './transaction.ts';

export interface Post {
  readonly actor: Actor;
  readonly group: GroupRef;
  readonly message: NewMessage;
}

/** Posts a message, once for each key. @throws BoardError as `Repository.post` does */
export function post(
  tx: ServerTx,
  { actor, group: ref, message: { subject, content, key } }: Post,
) {
  const numbering = tx.posts.numberingFor(actor, ref);
  const { group } = numbering;
  const posted = key === undefined ? undefined : postedBefore(tx, actor, group, key);
  if (posted) return { group, message: posted };
  const { at } = tx;
  const number = tx.posts.nextNumber(numbering);
  tx.posts.add({
    group: group.id,
    number,
    user: actor.user.id,
    at,
    subject,
    content,
    key: key ?? null,
  });
  const { id: senderId, name: sender } = actor.user;
  const message: Header = {
    ...plainFields,
    ...{ number, senderId, sender, postedAt: at, subject, thread: number },
  };
  tx.emit({ type: 'message.posted', origin: actor.origin, group, message });
  return { group, message };
}

function postedBefore(tx: ServerTx, actor: Actor, group: Group, key: string): Header | undefined {
  const found = tx.statements.messageByKey.get({ user: actor.user.id, key });
  if (!found) return undefined;
  const { groupId, group: name, ...header } = found;
  if (groupId !== group.id) throw boardError('KEY_REUSED', header.number, name);
  return { ...header, senderId: actor.user.id, sender: actor.user.name };
}
