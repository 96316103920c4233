import { deletedUser } from '../../../../src/protocol/direct.ts';
import type { UserName } from '../acts.ts';
import { type Access, directNeeds } from './access.ts';
import { type Answer, type Refusal, refusal } from './answer.ts';
import { conversationOf } from './names.ts';

/** What the methods about direct conversations and blocks have to answer. */
export class Direct {
  private readonly pairs = new Set<string>();

  constructor(private readonly access: Access) {}

  /** Whether a user may write to another, and if so, the key of their conversation, which is begun. */
  open(user: UserName, other: UserName): { key: string; isNew: boolean } | Refusal {
    const { model } = this.access;
    const key = conversationOf(user, other);
    const isNew = !model.has(key) || model.group(key).isUnknownTo(user);
    if (!this.access.protectedUsers.has(user))
      return refusal('NAME_UNPROTECTED', null, directNeeds);
    if (isNew) {
      const refused = this.refuses(user, other);
      if (refused) return refused;
      if (model.has(key)) model.group(key).beginner = undefined;
      else model.begin(key, [user, other], user);
    }
    return { key, isNew };
  }

  /** Why a user may not write to another. */
  refuses(user: string, other: string): Refusal | undefined {
    const name = this.access.names.of(other);
    if (other === deletedUser) {
      const sentence = 'The other user of this conversation was deleted: nobody would read it.';
      return { error: `USER_NOT_FOUND: ${sentence}` };
    }
    if (this.blocks(user, other)) {
      return refusal('BLOCKED', `You block ${name}, who could not answer you`);
    }
    if (this.blocks(other, user)) {
      return refusal('BLOCKED', `${name} accepts no direct messages from you`);
    }
    return undefined;
  }

  /** Whether a user has blocked another. */
  blocks(user: string, other: string): boolean {
    return this.pairs.has(`${user} ${other}`);
  }

  block(user: string, other: string): Answer {
    this.pairs.add(`${user} ${other}`);
    return { result: { user: this.access.names.of(other) } };
  }

  unblock(user: string, other: string): Answer {
    this.pairs.delete(`${user} ${other}`);
    return { result: { user: this.access.names.of(other) } };
  }

  blocked(user: string): Answer {
    const blocked = this.access.users.filter((each) => this.blocks(user, each));
    return { result: { users: blocked.map((each) => ({ user: this.access.names.of(each) })) } };
  }

  /** A user was deleted. */
  forget(user: string): void {
    for (const each of this.pairs) if (each.split(' ').includes(user)) this.pairs.delete(each);
  }
}
