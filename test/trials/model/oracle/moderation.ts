import type { ActOnUser } from '../acts.ts';
import type { Access } from './access.ts';
import { type Answer, type Refusal, type Result, refusal } from './answer.ts';
import type { GroupLog } from './group-log.ts';
import { notMember, type Right, type Roles } from './roles.ts';

const rights: Record<ActOnUser, Right> = {
  remove: 'remove members',
  bar: 'bar users',
  unbar: 'bar users',
  silence: 'silence members',
  unsilence: 'silence members',
};

const instead: Partial<Record<ActOnUser, string>> = {
  remove: 'leave',
  bar: 'leave',
  unbar: 'ask another moderator',
  silence: 'write less',
  unsilence: 'ask another moderator',
};

/** What moderators do to users. */
export class Moderation {
  constructor(
    private readonly access: Access,
    private readonly roles: Roles,
    private readonly log: GroupLog,
  ) {}

  act(user: string, key: string, act: ActOnUser, other: string, reason: string): Answer {
    return this.access.in(user, key, () => {
      const refused = this.refuses(user, key, act, other);
      if (refused) return refused;
      return this.done(key, act, other, reason, this.access.names.of(user));
    });
  }

  private refuses(user: string, key: string, act: ActOnUser, other: string): Refusal | undefined {
    const refused = this.roles.refuses(user, key, rights[act]);
    if (refused) return refused;
    if (other === user) {
      const why = instead[act];
      if (why) return refusal('INVALID_PARAMS', `this is your own name: you can ${why}`);
    }
    return this.roles.refusesOver(user, key, other);
  }

  /** @param by null for the operator */
  done(
    key: string,
    act: ActOnUser,
    user: string,
    reason: string,
    by: string | null,
  ): Result | Refusal {
    const { access } = this;
    const { names } = access;
    const charter = access.charter(key);
    const name = names.of(user);
    const line = { act, by, user: name, ...(reason !== '' && { detail: reason }) };
    switch (act) {
      case 'remove':
      case 'bar': {
        const isMember = access.isIn(user, key);
        if (act === 'remove' && !isMember) return notMember(name, names.of(key));
        if (act === 'bar') {
          charter.barred.set(user, reason);
          charter.uninvite((each) => each.user === user);
        }
        const settle = isMember ? this.end(key, user, act, reason, by) : () => {};
        this.log.add(key, line);
        settle();
        break;
      }
      case 'unbar':
        if (charter.barred.delete(user)) this.log.add(key, line);
        break;
      case 'silence':
        charter.silenced.set(user, reason);
        this.log.add(key, { ...line, until: 'then' });
        break;
      case 'unsilence':
        if (charter.silenced.delete(user)) this.log.add(key, line);
        break;
    }
    return { user: name };
  }

  /** Ends a membership, of which the user is told. @returns what is to be done about the owner afterwards */
  private end(key: string, user: string, act: string, reason: string, by: string | null) {
    const { access } = this;
    const params = { act, by, ...(reason !== '' && { reason }) };
    this.log.tell({ key, method: 'membership.ended', params, to: [user] });
    const settle = this.roles.end(key, user);
    access.model.leave(user, key);
    return settle;
  }

  /** Why a member may write nothing. */
  silences(user: string, key: string): Refusal | undefined {
    if (!this.access.charter(key).silenced.has(user)) return undefined;
    return refusal('SILENCED', this.access.names.of(key), 'DATE');
  }
}
