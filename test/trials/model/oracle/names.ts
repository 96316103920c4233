import { deletedUser } from '../../../../src/protocol/direct.ts';
import { groupNames, userNames } from '../acts.ts';

/** What users and groups are called at the moment. The model knows them by the names that they began with. */
export class Names {
  private readonly now = new Map<string, string>(
    [...userNames, ...groupNames].map((name) => [name, name]),
  );

  /** @param of null for a user who was deleted */
  of(of: string | null): string {
    return of === null ? deletedUser : (this.now.get(of) ?? of);
  }

  set(of: string, name: string): void {
    this.now.set(of, name);
  }

  /** What a user calls a group of the model. */
  ofGroup(user: string, key: string): string {
    if (isUnknown(key)) return wordOf(key);
    if (!isDirect(key)) return this.of(key);
    return `@${this.of(otherOf(user, key))}`;
  }
}

/** The model's name of a direct conversation. */
export function conversationOf(one: string, other: string): string {
  return `@${[one, other].sort().join(',')}`;
}

export function isDirect(key: string): boolean {
  return key.startsWith('@');
}

/** The other user of a direct conversation. */
export function otherOf(user: string, key: string): string {
  const users = key.slice(1).split(',');
  return users.find((each) => each !== user) ?? '';
}

/** Stands for the group that a user asks for by a word, and may know nothing of. */
export function unknownGroup(word: string): string {
  return `?${word}`;
}

export function isUnknown(key: string): boolean {
  return key.startsWith('?');
}

/** The word of `unknownGroup`. */
export function wordOf(key: string): string {
  return key.slice(1);
}
