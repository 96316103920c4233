import { allKey, everyoneId, type NameCandidates } from '../../../board/mentions.ts';
import type { Group, User } from '../../../board/types.ts';
import { limits } from '../../../protocol/limits.ts';
import { everyone } from '../../../protocol/mentions.ts';
import { may, type Role } from '../../../protocol/rights.ts';
import type { Statements } from '../statements/statements.ts';
import type { OperatorTx } from './transaction.ts';

/** All members, as one of the users whom a message mentions. */
const allMembers: User = { id: everyoneId, name: everyone };

/**
 * The members of a group whom some words name, in the order of the words: at most `limits.mentions`, and before them all
 * members if a word means them and the sender has the right.
 * @param role of the sender in the group
 * @returns undefined if they name nobody
 */
export function findMentioned(
  { memberByKey }: Statements,
  { group, role }: { readonly group: Group; readonly role: Role },
  words: readonly NameCandidates[],
): readonly User[] | undefined {
  const found = new Map<number, User>();
  const mayMentionAll = may(role, 'mention all members');
  let isToAll = false;
  for (const candidates of words) {
    for (const key of candidates) {
      const isAll = mayMentionAll && key === allKey;
      const user = isAll ? allMembers : memberByKey.get({ group: group.id, key });
      if (!user) continue;
      if (isAll) isToAll = true;
      else if (found.size < limits.mentions) found.set(user.id, user);
      break;
    }
    if (found.size === limits.mentions && !mayMentionAll) break;
  }
  const mentioned = [...(isToAll ? [allMembers] : []), ...found.values()];
  return mentioned.length > 0 ? mentioned : undefined;
}

interface MentioningMessage {
  readonly group: number;
  readonly number: number;
  /** When it was posted. */
  readonly at: number;
}

/** Adds rows for the users whom a message mentions. For all members there is none: see the index `messages_to_all`. */
export function addMentions(
  { addMention }: Statements,
  { group, number, at }: MentioningMessage,
  mentioned: readonly User[],
): void {
  for (const { id: user } of mentioned) {
    if (user !== everyoneId) addMention.run({ group, number, at, user });
  }
}

/** The ids of some users as `messages.mentions` holds them; null for nobody. */
export function idsOf(mentioned: readonly User[] | undefined): string | null {
  return mentioned ? JSON.stringify(mentioned.map(({ id }) => id)) : null;
}

/**
 * Stores whom a message mentions after an edit.
 * @param access of the sender
 */
export function mentionAgain(
  { statements }: OperatorTx,
  message: MentioningMessage & { readonly id: number },
  access: { readonly group: Group; readonly role: Role },
  words: readonly NameCandidates[] | undefined,
): void {
  const { id, group, number } = message;
  const mentioned = words && findMentioned(statements, access, words);
  statements.removeMentionsOf.run({ group, number });
  statements.setMentions.run({ id, mentions: idsOf(mentioned) });
  if (mentioned) addMentions(statements, message, mentioned);
}
