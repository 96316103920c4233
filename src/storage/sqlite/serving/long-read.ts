import type { Actor } from '../../../board/ports/actor.ts';
import type { LongRead } from '../../../board/ports/long-read.ts';
import type { GroupRef } from '../../../board/types.ts';
import { boardError } from '../../../protocol/errors.ts';
import { requireMember } from '../acts/access.ts';
import type { Store } from './store.ts';

// A step ends after it has looked at about so many rows: a millisecond.
const stepRows = 2000;

/** A member of a group, as `requireMember` finds them. */
export type Member = ReturnType<typeof requireMember>;

/**
 * Makes a read whose steps each read one state of the database.
 * @param begin called in the first step. What it returns yields how many rows it has looked at, and is stopped there
 * when others have their turn: what it has read before may have changed since
 * @param check called at the beginning of each further step
 */
export function longRead<T>(
  store: Pick<Store, 'readAtOnce'>,
  begin: () => Generator<number, T>,
  check: () => void = () => {},
): LongRead<T> {
  let work: Generator<number, T> | undefined;
  const step = () => {
    if (work) check();
    else work = begin();
    for (let rows = 0; rows < stepRows; ) {
      const next = work.next();
      if (next.done) return next.value;
      rows += next.value;
    }
    return undefined;
  };
  return { step: () => store.readAtOnce(step) };
}

/**
 * Makes a read by a member of a group, who has to stay one until its end.
 * @throws BoardError in its steps: what `requireMember` throws
 */
export function longReadOfMember<T>(
  store: Pick<Store, 'readAtOnce' | 'statements'>,
  actor: Actor,
  ref: GroupRef,
  begin: (member: Member) => Generator<number, T>,
): LongRead<T> {
  let member: Member | undefined;
  const check = () => {
    // By the id, because the group may be renamed between two steps.
    const now = requireMember(store.statements, actor, member ? { id: member.group.id } : ref);
    member ??= now;
    if (now.joined !== member.joined) throw boardError('NOT_MEMBER', now.group.name);
    return member;
  };
  return longRead(store, () => begin(check()), check);
}
