import { wordsOf } from '../../../board/search/words.ts';

// The index of words has one set of terms for each message. Each term begins with the group, so that a search in one
// group reads nothing of another group. Letters and digits are all that words have, so the colon ends the number:
//
//     message 7 of group 12, by user 3     u12:3  12:lunch  12:at  12:noon

// Raise it if `wordsOf` or the terms change.
const rules = 1;

/** Names how texts are cut into words: by the rules here, and by the dictionaries and tables of this Node. */
export const wordsVersion = `${rules} icu ${process.versions.icu} unicode ${process.versions.unicode}`;

/** A message as it is indexed. */
export interface IndexedMessage {
  readonly groupId: number;
  readonly senderId: number | null;
  readonly subject: string;
  readonly content: string;
}

export function wordTerm(group: number, word: string): string {
  return `${group}:${word}`;
}

export function senderTerm(group: number, user: number): string {
  return `u${group}:${user}`;
}

/** All terms of a message, each once. */
export function termsOf({ groupId, senderId, subject, content }: IndexedMessage): string[] {
  const words = new Set([...wordsOf(subject), ...wordsOf(content)]);
  const terms = [...words].map((word) => wordTerm(groupId, word));
  return senderId === null ? terms : [senderTerm(groupId, senderId), ...terms];
}
