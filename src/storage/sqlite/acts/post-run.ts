import type { Actor } from '../../../board/ports/repository.ts';
import type { Group, GroupRef } from '../../../board/types.ts';
import type { Statements } from '../statements/statements.ts';
import { requireMember } from './access.ts';
import { changeCounts } from './counts.ts';

/** The next numbers of one group, and how many posts of the run took one. */
class Numbering {
  private added = 0;

  constructor(
    readonly group: Group,
    private lastNumber: number,
  ) {}

  next(): number {
    this.added++;
    return ++this.lastNumber;
  }

  write(statements: Statements): void {
    const { group, lastNumber, added } = this;
    if (added > 0) changeCounts(statements, group.id, { messages: added, lastNumber });
  }
}

/** The groups in which a user was found to be a member, by sessions that began with one password. */
interface Memberships {
  readonly passwordHash: string | null;
  readonly numberings: Map<string | number, Numbering>;
}

/**
 * State that consecutive posts of a transaction share. Nothing else writes between them, so a membership
 * that was found for one post exists for the next too, and the counts of a group are written once, by
 * `flush`. It saves about a sixth of the processor time of a post if many posts are committed together.
 */
export class PostRun {
  private readonly numberings = new Map<number, Numbering>();
  private readonly memberships = new Map<number, Memberships>();

  constructor(private readonly statements: Statements) {}

  /** @throws BoardError `GROUP_NOT_FOUND`, `NOT_MEMBER`, and what `requireActiveSession` throws */
  numberingFor(actor: Actor, ref: GroupRef): Numbering {
    const user = actor.user.id;
    const { passwordHash } = actor;
    const key = 'id' in ref ? ref.id : ref.key;
    const before = this.memberships.get(user);
    const known = before?.passwordHash === passwordHash ? before : undefined;
    const found = known?.numberings.get(key);
    if (found) return found;
    const { group, lastNumber } = requireMember(this.statements, actor, ref);
    const numbering = this.numberings.get(group.id) ?? new Numbering(group, lastNumber);
    this.numberings.set(group.id, numbering);
    const own = known ?? { passwordHash, numberings: new Map<string | number, Numbering>() };
    own.numberings.set(key, numbering);
    this.memberships.set(user, own);
    return numbering;
  }

  /** Writes the counts of the groups. Call it before any other act, and before the commit. */
  flush(): void {
    if (this.numberings.size === 0) return;
    for (const numbering of this.numberings.values()) numbering.write(this.statements);
    this.drop();
  }

  /** Forgets everything. Call it after a rollback. */
  drop(): void {
    this.numberings.clear();
    this.memberships.clear();
  }
}
