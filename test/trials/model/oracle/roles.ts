import type { Role } from '../../../../src/protocol/rights.ts';
import type { Access } from './access.ts';
import { type Answer, type Refusal, refusal } from './answer.ts';
import type { GroupLog } from './group-log.ts';

/** Who owns a group that has lost its owner: null for nobody. Empty if it has not lost its owner. */
type Succession = { readonly owner?: string | null };

const ranks = { member: 0, moderator: 1, owner: 2 };

/** What only moderators and the owner may do, or the owner alone. */
export type Right =
  | 'delete messages of others'
  | 'close threads'
  | 'pin messages'
  | 'silence members'
  | 'remove members'
  | 'bar users'
  | 'invite users'
  | 'read reports'
  | 'begin threads'
  | 'reply'
  | OwnersRight;
type OwnersRight = (typeof ownersRights)[number];
const ownersRights = ['give roles', 'change the group', 'delete the group'] as const;

/** Who may do what in a group, and who owns it after its owner is gone. */
export class Roles {
  constructor(
    private readonly access: Access,
    private readonly log: GroupLog,
  ) {}

  may(user: string, key: string, right: Right): boolean {
    const isOwners = (ownersRights as readonly string[]).includes(right);
    const role = this.access.role(user, key);
    return isOwners ? role === 'owner' : role !== 'member';
  }

  /** Why a member may not do something. */
  refuses(user: string, key: string, right: Right): Refusal | undefined {
    if (this.may(user, key, right)) return undefined;
    const isOwners = (ownersRights as readonly string[]).includes(right);
    const who = isOwners ? 'the owner' : 'moderators';
    return refusal('FORBIDDEN', `Only ${who} of ${this.name(key)} can ${right}`);
  }

  /** Why a moderator may not do something to a user: the user is not below them. */
  refusesOver(user: string, key: string, other: string): Refusal | undefined {
    const { access } = this;
    const role = access.role(other, key) as Role;
    if (ranks[access.role(user, key) as Role] > ranks[role]) return undefined;
    const what = role === 'owner' ? 'the owner' : `a ${role}`;
    const sentence = `${access.names.of(other)} is ${what} of ${this.name(key)}, and you are not above that`;
    return refusal('FORBIDDEN', sentence);
  }

  set(user: string, key: string, other: string, role: Role): Answer {
    const { access } = this;
    return access.in(user, key, () => {
      const own = access.role(user, key) as Role;
      const isStepDown = other === user && ranks[role] <= ranks[own];
      const refused = isStepDown ? undefined : this.refuses(user, key, 'give roles');
      return refused ?? this.give(key, other, role, access.names.of(user));
    });
  }

  /** @param by null for the operator */
  give(key: string, user: string, role: Role, by: string | null) {
    const { access } = this;
    const name = access.names.of(user);
    if (!access.isIn(user, key)) return notMember(name, this.name(key));
    if (role !== 'member' && !access.protectedUsers.has(user)) {
      return refusal('NAME_UNPROTECTED', name, 'Only a protected name can have a role');
    }
    const before = access.role(user, key) as Role;
    if (before !== role) {
      const owner = this.ownerOf(key);
      if (role === 'owner' && owner !== undefined) this.store(key, owner, 'moderator');
      this.store(key, user, role);
      this.log.add(key, { act: 'role', by, user: name, detail: role });
      if (before === 'owner') return { user: name, role, ...this.settle(key, user) };
    }
    return { user: name, role };
  }

  /** A user loses a role for another reason than an act on the role. */
  drop(key: string, user: string): void {
    if (this.access.role(user, key) === 'member') return;
    const wasOwner = this.access.role(user, key) === 'owner';
    this.store(key, user, 'member');
    this.log.add(key, {
      ...{ act: 'role', by: null, user: this.access.names.of(user), detail: 'member' },
    });
    if (wasOwner) this.settle(key, user);
  }

  /** A membership has ended, with the role. The codes of the user end, too. */
  end(key: string, user: string): () => Succession {
    const wasOwner = this.access.role(user, key) === 'owner';
    this.store(key, user, 'member');
    return () => (wasOwner ? this.settle(key, user) : {});
  }

  ownerOf(key: string): string | undefined {
    return this.withRole(key, 'owner')[0];
  }

  /** In the order of their names. */
  moderatorsOf(key: string): string[] {
    return this.withRole(key, 'moderator');
  }

  private withRole(key: string, role: Role): string[] {
    const { staff } = this.access.charter(key);
    return [...staff].filter(([, each]) => each.role === role).map(([user]) => user);
  }

  private store(key: string, user: string, role: Role): void {
    const charter = this.access.charter(key);
    charter.staff.delete(user);
    if (role === 'member') charter.endCodes(({ by }) => by === user);
    else charter.staff.set(user, { role, since: ++this.access.model.turn });
  }

  /** The member who has been a moderator for longest becomes the owner. @param lost who was the owner */
  private settle(key: string, lost: string): Succession {
    if (this.ownerOf(key) !== undefined) return {};
    const { staff } = this.access.charter(key);
    const [heir] = [...staff]
      .filter(([user]) => user !== lost)
      .sort(([, a], [, b]) => a.since - b.since);
    if (!heir) return { owner: null };
    this.store(key, heir[0], 'owner');
    const user = this.access.names.of(heir[0]);
    this.log.add(key, { act: 'role', by: null, user, detail: 'owner' });
    return { owner: user };
  }

  private name(key: string): string {
    return this.access.names.of(key);
  }
}

/** The refusal of an act on a user who is not in the group. */
export function notMember(user: string, group: string): Refusal {
  return { error: `NOT_MEMBER: ${user} is not a member of ${group}.` };
}
