import { mentionsIn } from '../../../board/mentions.ts';
import type { Actor } from '../../../board/ports/actor.ts';
import type { Edit } from '../../../board/ports/posting.ts';
import { day } from '../../../board/times.ts';
import type { Group, GroupRef, Header, Message } from '../../../board/types.ts';
import { isDirectName } from '../../../protocol/direct.ts';
import { boardError } from '../../../protocol/errors.ts';
import { limits } from '../../../protocol/limits.ts';
import { may } from '../../../protocol/rights.ts';
import { findMessage } from '../statements/by-number.ts';
import { visibleMessage } from '../statements/pages.ts';
import type { Statements } from '../statements/statements.ts';
import { type MemberAccess, requireMember, requireNotSilenced } from './access.ts';
import { nextChange, visibleUntil } from './changes.ts';
import { addLine } from './group-log.ts';
import { mentionAgain } from './mentions.ts';
import { announceDeleted, buryMessages } from './messages.ts';
import { requireMayWrite } from './peers.ts';
import { reindexMessage } from './search-index.ts';
import type { ServerTx } from './transaction.ts';

interface OwnMessage {
  readonly actor: Actor;
  readonly group: GroupRef;
  readonly number: number;
}

export interface EditAct extends OwnMessage {
  readonly edit: Edit;
  /** How long after its posting a message can be edited, in microseconds; 0 for not at all. */
  readonly editTime: number;
}

/**
 * Replaces the text of a message, and keeps the text before. An edit that changes nothing is no edit, so an edit can
 * be sent again.
 * @throws BoardError as `Repository.edit` does
 */
export function editMessage(
  tx: ServerTx,
  { edit, editTime, ...own }: EditAct,
): { group: Group; message: Header; revision: number } {
  const { statements, at } = tx;
  const { access, message: before, isOwn, id } = requireSeen(statements, own);
  const { group, joined } = access;
  if (!isOwn) throw boardError('NOT_AUTHOR', own.number, group.name);
  // The others are notified of the new text.
  requireMayWriteNow(tx, own.actor, access);
  const { subject = before.subject, content = before.content, revision } = edit;
  const { number, edits } = before;
  if (subject === before.subject && content === before.content) {
    return { group, message: headerOf(before), revision: edits };
  }
  if (revision !== undefined && revision !== edits) throw boardError('EDIT_CONFLICT', edits);
  if (editTime === 0 || ageOf(before, tx) > editTime)
    throw boardError('EDIT_TOO_LATE', editTime / 1000);
  if (edits >= limits.edits) throw boardError('TOO_MANY_EDITS', limits.edits);
  const change = nextChange(statements, group.id, at);
  statements.addRevision.run({
    ...{ group: group.id, number, revision: edits },
    ...{ writtenAt: before.editedAt ?? before.postedAt },
    ...{ subject: before.subject, content: before.content },
  });
  statements.setText.run({ id, subject, content, change });
  mentionAgain(
    tx,
    { id, group: group.id, number, at: before.postedAt },
    access,
    mentionsIn(subject, content),
  );
  reindexMessage(statements, id);
  const message = headerOf(visibleMessage(statements, group, joined, number) ?? before);
  const until = visibleUntil(statements, group.id, message.postedAt);
  tx.emit({ type: 'message.edited', origin: own.actor.origin, group, message, change, until });
  return { group, message, revision: edits + 1 };
}

/** How old a message is. If it is dated by a clock that was ahead, its age counts by the stored times. */
function ageOf({ postedAt }: { readonly postedAt: number }, { at, now }: ServerTx): number {
  return (postedAt > now + day ? at : now) - postedAt;
}

/** @throws BoardError `SILENCED`, and what `requireMayWrite` throws for a direct conversation */
function requireMayWriteNow(
  { statements, now }: ServerTx,
  actor: Actor,
  access: MemberAccess,
): void {
  requireNotSilenced(access, now);
  if (isDirectName(access.group.name)) requireMayWrite(statements, actor, access.group);
}

/** @throws BoardError as `Repository.delete` does */
export function deleteMessage(
  tx: ServerTx,
  { reason, ...own }: OwnMessage & { readonly reason: string },
): { group: Group } {
  const { access, message, isOwn, id } = requireSeen(tx.statements, own);
  const { group, role } = access;
  const { user, origin } = own.actor;
  if (!isOwn && !may(role, 'delete messages of others')) {
    throw boardError('NOT_AUTHOR', own.number, group.name);
  }
  // The others are shown the reason, so giving one is writing.
  if (reason !== '') requireMayWriteNow(tx, own.actor, access);
  const { number, postedAt } = message;
  const change = nextChange(tx.statements, group.id, tx.at);
  buryMessages(tx, group.id, [{ id, number }], { by: user.id, change });
  announceDeleted(tx, { origin, group, number, postedAt, by: user.name, change, reason });
  if (!isOwn) {
    const logged = { act: 'delete', by: user.name, message, detail: reason } as const;
    addLine(tx, group, { ...logged, origin });
  }
  return { group };
}

/** @throws BoardError `NOT_MEMBER`, `MESSAGE_NOT_FOUND`, and what `requireActiveSession` throws */
function requireSeen(statements: Statements, { actor, group: ref, number }: OwnMessage) {
  const access = requireMember(statements, actor, ref);
  const { group, joined } = access;
  const row = findMessage(statements, group.id, number);
  const message = visibleMessage(statements, group, joined, number);
  if (!row || !message) throw boardError('MESSAGE_NOT_FOUND', group.name, number);
  return { access, message, isOwn: message.senderId === actor.user.id, id: row.id };
}

function headerOf({ content: _, edits: __, ...header }: Message): Header {
  return header;
}
