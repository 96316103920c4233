import type { Actor } from '../board/repository.ts';
import type { Group, GroupRef } from '../board/types.ts';
import type { WriteRun } from './commit-queue.ts';
import type { Statements } from './statements.ts';

/** The messages of one group, as a run adds them. */
class Tally {
  private added = 0;

  constructor(
    readonly group: Group,
    private lastNumber: number,
  ) {}

  /** Counts one more. @returns its number */
  next(): number {
    this.added++;
    return ++this.lastNumber;
  }

  write({ countPosts }: Pick<Statements, 'countPosts'>): void {
    const { group, lastNumber, added } = this;
    if (added > 0) countPosts.run({ group: group.id, lastNumber, added });
  }
}

/**
 * Posts that follow one another in a transaction. Nobody else writes meanwhile: a membership that was
 * found is there for the next post, too, and a group's counts are written once, at the end. Of the 17.5 µs
 * of processor time that a post took with 128 members × 32 under way, 3.0 are spared.
 */
export class PostRun implements WriteRun {
  private readonly tallies = new Map<number, Tally>();
  private readonly found = new Map<number, Map<string | number, Tally>>();

  /** @param find throws a `BoardError` for who is no member */
  constructor(
    private readonly statements: Pick<Statements, 'countPosts'>,
    private readonly find: (
      actor: Actor,
      ref: GroupRef,
    ) => { readonly group: Group; readonly lastNumber: number },
  ) {}

  /** @throws BoardError `GROUP_NOT_FOUND`, `NOT_MEMBER` */
  tallyFor(actor: Actor, ref: GroupRef): Tally {
    const user = actor.user.id;
    const which = 'id' in ref ? ref.id : ref.key;
    const known = this.found.get(user)?.get(which);
    if (known) return known;
    const { group, lastNumber } = this.find(actor, ref);
    const tally = this.tallies.get(group.id) ?? new Tally(group, lastNumber);
    this.tallies.set(group.id, tally);
    this.found.set(user, (this.found.get(user) ?? new Map()).set(which, tally));
    return tally;
  }

  end(): void {
    for (const tally of this.tallies.values()) tally.write(this.statements);
    this.drop();
  }

  drop(): void {
    this.tallies.clear();
    this.found.clear();
  }
}
