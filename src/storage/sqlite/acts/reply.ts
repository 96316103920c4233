import type { Actor } from '../../../board/ports/repository.ts';
import type { GroupRef, Header } from '../../../board/types.ts';
import { boardError } from '../../../protocol/errors.ts';
import { limits } from '../../../protocol/limits.ts';
import { graphemes } from '../../../protocol/unicode.ts';
import { visibleMessage } from '../statements/pages.ts';
import { requireMember } from './access.ts';
import type { ServerTx } from './transaction.ts';

/** The place of a reply in its group. */
export interface ReplyPlace {
  readonly replyTo: number;
  readonly thread: number;
  readonly subject: string;
}

/**
 * Finds the message that a reply is to, among the messages that its sender can see.
 * @throws BoardError `MESSAGE_NOT_FOUND`, and what `requireMember` throws
 */
export function placeOfReply(
  { statements }: ServerTx,
  { actor, group: ref }: { readonly actor: Actor; readonly group: GroupRef },
  { replyTo, subject }: { readonly replyTo: number; readonly subject?: string | undefined },
): ReplyPlace {
  const { group, joined } = requireMember(statements, actor, ref);
  const parent = visibleMessage(statements, group, joined, replyTo);
  if (!parent) throw boardError('MESSAGE_NOT_FOUND', group.name, replyTo);
  const { thread } = parent;
  if (subject !== undefined) return { replyTo, thread, subject };
  // A sender who cannot see an older root does not get its subject.
  const root: Header = visibleMessage(statements, group, joined, thread) ?? parent;
  return { replyTo, thread, subject: subjectOfReply(root.subject) };
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
