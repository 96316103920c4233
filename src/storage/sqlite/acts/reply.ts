import type { Header } from '../../../board/types.ts';
import { boardError } from '../../../protocol/errors.ts';
import { limits } from '../../../protocol/limits.ts';
import { may } from '../../../protocol/rights.ts';
import { graphemes } from '../../../protocol/unicode.ts';
import { visibleMessage } from '../statements/pages.ts';
import type { MemberAccess } from './access.ts';
import { forbidden } from './authority.ts';
import type { ServerTx } from './transaction.ts';

/** The place of a reply in its group. */
export interface ReplyPlace {
  readonly replyTo: number;
  readonly thread: number;
  readonly subject: string;
}

/**
 * Finds the message that a reply is to, among the messages that its sender can see.
 * @throws BoardError `MESSAGE_NOT_FOUND`, `THREAD_CLOSED`, `FORBIDDEN`
 */
export function placeOfReply(
  { statements }: ServerTx,
  access: MemberAccess,
  { replyTo, subject }: { readonly replyTo: number; readonly subject?: string | undefined },
): ReplyPlace {
  const { group, joined, role, replying } = access;
  const mayReply = may(role, 'reply');
  if (replying === 'moderators' && !mayReply) {
    throw forbidden('reply', group);
  }
  const parent = visibleMessage(statements, group, joined, replyTo);
  if (!parent) throw boardError('MESSAGE_NOT_FOUND', group.name, replyTo);
  const { thread } = parent;
  if (!mayReply && statements.closedThread.get({ group: group.id, thread })) {
    throw boardError('THREAD_CLOSED', thread, group.name);
  }
  if (subject !== undefined) return { replyTo, thread, subject };
  // A sender who cannot see an older root does not get its subject.
  const root: Header = visibleMessage(statements, group, joined, thread) ?? parent;
  return { replyTo, thread, subject: subjectOfReply(root.subject) };
}

/** @throws BoardError `FORBIDDEN` if only moderators begin threads in the group */
export function requireMayPost({ group, role, posting }: MemberAccess): void {
  const right = 'begin threads';
  if (posting === 'moderators' && !may(role, right)) throw forbidden(right, group);
}

/** `Re: ` and a subject, once, cut to the length of a subject. */
function subjectOfReply(subject: string): string {
  const full = /^re:/i.test(subject) ? subject : `Re: ${subject}`;
  let cut = '';
  let left: number = limits.subject;
  for (const character of graphemes(full)) {
    left -= [...character].length;
    if (left < 0) return cut.trimEnd();
    cut += character;
  }
  return cut;
}
