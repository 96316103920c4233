import type { NameCandidates } from '../../../board/mentions.ts';
import type { User } from '../../../board/types.ts';
import { limits } from '../../../protocol/limits.ts';
import type { Statements } from '../statements/statements.ts';
import type { OperatorTx } from './transaction.ts';

/**
 * The members of a group whom some words name, in the order of the words: at most `limits.mentions`.
 * @returns undefined if they name nobody
 */
export function findMentioned(
  { memberByKey }: Statements,
  group: number,
  words: readonly NameCandidates[],
): readonly User[] | undefined {
  const found = new Map<number, User>();
  for (const candidates of words) {
    for (const key of candidates) {
      const user = memberByKey.get({ group, key });
      if (!user) continue;
      found.set(user.id, user);
      break;
    }
    if (found.size === limits.mentions) break;
  }
  return found.size > 0 ? [...found.values()] : undefined;
}

interface MentioningMessage {
  readonly group: number;
  readonly number: number;
  /** When it was posted. */
  readonly at: number;
}

/** Adds rows for the users whom a message mentions. */
export function addMentions(
  { addMention }: Statements,
  { group, number, at }: MentioningMessage,
  mentioned: readonly User[],
): void {
  for (const { id: user } of mentioned) addMention.run({ group, number, at, user });
}

/** The ids of some users as `messages.mentions` holds them; null for nobody. */
export function idsOf(mentioned: readonly User[] | undefined): string | null {
  return mentioned ? JSON.stringify(mentioned.map(({ id }) => id)) : null;
}

/** Stores whom a message mentions after an edit. */
export function mentionAgain(
  { statements }: OperatorTx,
  message: MentioningMessage & { readonly id: number },
  words: readonly NameCandidates[] | undefined,
): void {
  const { id, group, number } = message;
  const mentioned = words && findMentioned(statements, group, words);
  statements.removeMentionsOf.run({ group, number });
  statements.setMentions.run({ id, mentions: idsOf(mentioned) });
  if (mentioned) addMentions(statements, message, mentioned);
}
