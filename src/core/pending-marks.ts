import type { EventOf } from '../board/events.ts';
import type { Group, Origin, User } from '../board/types.ts';
import type { Marks } from '../protocol/marks.ts';

/** What a user has read of a group after the changes of one turn. */
export interface ChangedMarks {
  readonly group: Group;
  readonly user: User;
  readonly marks: Marks;
  /** The session that made all of the changes; null if several did. It knows its own. */
  readonly only: Origin;
}

/** The read marks that have changed in a turn of the event loop: of all changes in one group, the last. */
export class PendingMarks {
  private changed = new Map<string, ChangedMarks>();

  get empty(): boolean {
    return this.changed.size === 0;
  }

  add({ group, user, origin, marks }: EventOf<'marks.changed'>): void {
    const key = `${user.id} ${group.id}`;
    const before = this.changed.get(key);
    const only = before && before.only !== origin ? null : origin;
    this.changed.set(key, { group, user, marks, only });
  }

  take(): Iterable<ChangedMarks> {
    const changed = this.changed.values();
    this.changed = new Map();
    return changed;
  }
}
