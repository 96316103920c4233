import type { Group } from '../../../board/types.ts';
import { boardError } from '../../../protocol/errors.ts';
import { limits } from '../../../protocol/limits.ts';
import { visibleMessage } from '../statements/pages.ts';
import { threadPage } from '../statements/thread-pages.ts';
import { type Authority, type Authorized, requireRight } from './authority.ts';
import { log } from './group-log.ts';
import { authorOf } from './roles.ts';
import type { OperatorTx } from './transaction.ts';

/** Closes a thread, or opens it again. @throws BoardError as `Repository.closeThread` does */
export function closeThread(
  tx: OperatorTx,
  { thread: given, closed, ...authority }: Authority & { thread: number; closed: boolean },
): { group: Group; thread: number } {
  const { statements, at } = tx;
  const { actor } = authority;
  const { group, joined } = requireRight(statements, authority, 'close threads');
  const reader = { user: actor?.user.id ?? 0, group: group.id, joined };
  const page = threadPage(statements, reader, given, { limit: 1 });
  const first = page?.messages[0];
  if (!page || !first) throw boardError('MESSAGE_NOT_FOUND', group.name, given);
  const { thread } = page;
  const of = { group: group.id, thread };
  const isClosed = statements.closedThread.get(of) !== undefined;
  if (isClosed === closed) return { group, thread };
  if (closed) statements.closeThread.run({ ...of, at });
  else statements.reopenThread.run(of);
  // Members who see a reply of the thread see that they cannot reply.
  const postedAt = statements.newestOfThread.get(of)?.postedAt ?? first.postedAt;
  const act = closed ? 'close' : 'reopen';
  log(tx, group, { act, ...authorOf(actor), message: { number: thread, postedAt } });
  return { group, thread };
}

/** Pins a message, or unpins it. @throws BoardError as `Repository.pin` does */
export function pin(
  tx: OperatorTx,
  { number, pinned, ...authority }: Authority & { number: number; pinned: boolean },
): { group: Group } {
  const { statements, at } = tx;
  const authorized = requireRight(statements, authority, 'pin messages');
  const { group } = authorized;
  const message = requireVisible(tx, authorized, number);
  const pins = statements.pinsOf.all({ group: group.id });
  const isPinned = pins.some((one) => one.number === number);
  if (isPinned === pinned) return { group };
  const of = { group: group.id, number };
  if (!pinned) statements.unpin.run(of);
  else {
    // The error tells nothing of messages that the actor cannot see, so their pins do not count.
    const seen = pins.filter((one) =>
      visibleMessage(statements, group, authorized.joined, one.number),
    );
    if (seen.length >= limits.pins) throw boardError('PINS_FULL', limits.pins, group.name);
    statements.pin.run({ ...of, at });
  }
  const act = pinned ? 'pin' : 'unpin';
  log(tx, group, { act, ...authorOf(authority.actor), message });
  return { group };
}

/** @throws BoardError `MESSAGE_NOT_FOUND`, also for a message that the author of an act cannot see */
export function requireVisible(
  { statements }: OperatorTx,
  { group, joined }: Authorized,
  number: number,
) {
  const message = visibleMessage(statements, group, joined, number);
  if (!message) throw boardError('MESSAGE_NOT_FOUND', group.name, number);
  return message;
}
