import { setTimeout as pause } from 'node:timers/promises';
import { and, asc, count, eq, gt, inArray, max, sql } from 'drizzle-orm';
import type { MessageFate, MessageSpan, StepControl } from '../../../board/ports/administration.ts';
import type { User } from '../../../board/types.ts';
import { type Client, type Orm, orm } from '../file/connection.ts';
import { groups, memberships, messages, users } from '../file/schema.ts';
import { expel, groupsOf } from '../operator/users.ts';
import { leaveEvent, writeAtOnce } from '../operator/write.ts';
import {
  betweenSteps,
  extended,
  leavePurged,
  lightenSteps,
  makeDurable,
  stepSize,
} from './purge.ts';
import { buryMessages } from './tombstones.ts';

/** How many messages a user has posted. */
export function countBySender(orm: Orm, user: number): number {
  const found = orm
    .select({ count: count() })
    .from(messages)
    .where(eq(messages.senderId, user))
    .get();
  return found?.count ?? 0;
}

/**
 * Deletes a user, and before them their messages, or the messages' tie to them, in steps.
 * No index leads from a user to their messages: they are looked for along the ids, outside of any
 * transaction, so that a server never waits for the search.
 * @throws BoardError `STORAGE_FAILED`; what went before it stays gone
 */
export function deleteUserInSteps(
  client: Client,
  user: User,
  fate: MessageFate,
  control: StepControl,
): Promise<{ messages: number; complete: boolean }> {
  return new UserDeletion(client, user, fate).run(control);
}

/** How far a deletion has come. */
interface Progress {
  /** How many messages are done with. */
  readonly done: number;
  /** The id up to which no message is from the user any more. */
  readonly reached: number;
  /** What was purged, by the number of its group. */
  readonly gone: ReadonlyMap<number, MessageSpan>;
}

class UserDeletion {
  private readonly orm: Orm;
  private progress: Progress = { done: 0, reached: 0, gone: new Map() };

  constructor(
    private readonly client: Client,
    private readonly user: User,
    private readonly fate: MessageFate,
  ) {
    this.orm = orm(client);
  }

  async run(control: StepControl): Promise<{ messages: number; complete: boolean }> {
    lightenSteps(this.client);
    let complete = false;
    try {
      while (!complete && !control.signal.aborted) {
        complete = this.step();
        control.progress(this.progress.done);
        if (!complete) await pause(betweenSteps);
      }
      makeDurable(this.client, () => {
        if (!complete) this.leavePurges(this.progress);
      });
    } catch (error) {
      this.client.pragma('synchronous = FULL');
      if (!complete) this.leaveAfterFailure();
      throw error;
    }
    return { messages: this.progress.done, complete };
  }

  /** Sees to the next messages; when there are no more, the user goes. True if they have. */
  private step(): boolean {
    const last =
      this.orm
        .select({ id: max(messages.id) })
        .from(messages)
        .get()?.id ?? 0;
    const ids = this.find(this.progress.reached);
    if (ids.length > 0) {
      this.progress = writeAtOnce(this.client, () => this.settle(this.progress, ids));
    }
    if (ids.length === stepSize) return false;
    this.progress = this.removeUser(Math.max(last, this.progress.reached));
    return true;
  }

  private find(reached: number): number[] {
    return this.orm
      .select({ id: messages.id })
      .from(messages)
      .where(and(eq(messages.senderId, this.user.id), gt(messages.id, reached)))
      .orderBy(asc(messages.id))
      .limit(stepSize)
      .all()
      .map(({ id }) => id);
  }

  private settle({ done, reached, gone }: Progress, ids: number[]): Progress {
    const which = inArray(messages.id, ids);
    const next = { done: done + ids.length, reached: ids.at(-1) ?? reached };
    if (this.fate === 'keep') {
      this.orm.update(messages).set({ senderId: null }).where(which).run();
      return { ...next, gone };
    }
    const spans = new Map(gone);
    for (const { group, numbers } of buryMessages(this.orm, which, Date.now() * 1000)) {
      const before = spans.get(group.id) ?? { count: 0, first: 0, last: 0 };
      spans.set(group.id, extended({ ...before, group }, numbers));
    }
    return { ...next, gone: spans };
  }

  /**
   * With foreign keys on, SQLite would look through every message for one that is still from the
   * user, while a server waits for the lock. So what they hold together is kept here by hand.
   * @param searched the id up to which messages were looked for
   */
  private removeUser(searched: number): Progress {
    this.client.pragma('foreign_keys = OFF');
    try {
      return writeAtOnce(this.client, () => {
        let progress: Progress = { ...this.progress, reached: searched };
        // What was posted since the search.
        for (let ids = this.find(searched); ids.length > 0; ids = this.find(progress.reached)) {
          progress = this.settle(progress, ids);
        }
        this.endMemberships();
        this.orm.delete(users).where(eq(users.id, this.user.id)).run();
        this.leavePurges(progress);
        return progress;
      });
    } finally {
      this.client.pragma('foreign_keys = ON');
    }
  }

  /** The sessions end first, so that they are told of nothing but that. */
  private endMemberships(): void {
    const { user } = this;
    expel(this.orm, user, 'Your name was removed from this board by the operator.');
    for (const group of groupsOf(this.orm, user)) {
      this.orm
        .update(groups)
        .set({ memberCount: sql`${groups.memberCount} - 1` })
        .where(eq(groups.id, group.id))
        .run();
      leaveEvent(this.orm, { type: 'member.left', origin: null, group, user });
    }
    this.orm.delete(memberships).where(eq(memberships.userId, user.id)).run();
  }

  private leavePurges({ gone }: Progress): void {
    for (const span of gone.values()) leavePurged(this.orm, span);
  }

  private leaveAfterFailure(): void {
    try {
      writeAtOnce(this.client, () => this.leavePurges(this.progress));
    } catch {
      // The failure to tell of is the one that stopped the deletion.
    }
  }
}
