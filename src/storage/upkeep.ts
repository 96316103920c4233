import type { MessageSpan } from '../board/administration.ts';
import type { Upkeep } from '../board/repository.ts';
import type { Group } from '../board/types.ts';
import { extended } from './administration-purge.ts';
import { orm } from './connection.ts';
import { hasEndedNetworkBans, removeEndedNetworkBans } from './network-bans.ts';
import { day } from './retention.ts';
import { giveBackSome, givesBack, unusedPages } from './space.ts';
import { readFrom, type Store } from './store.ts';

// Messages of one step: under 1 ms of work where they are short, 4 ms where each has 32 KiB.
const stepSize = 200;
/** Unused pages that a file may have: 4 MiB, which the next posts take. */
export const sparePages = 1000;

/** What is to go from one group in this step: at most `limit` messages, all posted before a time. */
interface Due {
  readonly group: Group;
  readonly before: number;
  readonly limit: number;
}

/** Retention, and giving space back, in SQLite. */
export class SqliteUpkeep implements Upkeep {
  /** What went so far from groups that are not done with, by their number. */
  private readonly gone = new Map<number, MessageSpan>();

  constructor(private readonly store: Store) {}

  async removeExpired(): Promise<boolean> {
    const due = await readFrom(() => this.due());
    if (!due) return true;
    const { group } = due;
    const before = this.gone.get(group.id) ?? { group, count: 0, first: 0, last: 0 };
    const { span, done } = await this.store.queue.run((emit) => {
      const removed = this.remove(due);
      const span = extended(before, removed);
      const done = removed.length < stepSize;
      // Members are told once of all that goes together.
      if (done && span.count > 0) emit({ type: 'messages.purged', ...span });
      return { span, done };
    });
    if (done) this.gone.delete(group.id);
    else this.gone.set(group.id, span);
    return false;
  }

  async removeEndedBans(): Promise<boolean> {
    const database = orm(this.store.client);
    const now = this.store.now() * 1000;
    if (await readFrom(() => hasEndedNetworkBans(database, now))) {
      await this.store.queue.run(() => removeEndedNetworkBans(database, now));
    }
    return true;
  }

  async giveBack(): Promise<boolean> {
    const { client, queue } = this.store;
    const done = () => !givesBack(client) || unusedPages(client) <= sparePages;
    if (await readFrom(done)) return true;
    await queue.run(() => giveBackSome(client));
    return readFrom(done);
  }

  /** The first group that has more than its rule keeps, or that was not told of what went. */
  private due(): Due | undefined {
    const now = this.store.now() * 1000;
    for (const { id, name, ...rule } of this.store.statements.retained.all()) {
      const group = { id, name };
      const excess = rule.keepMessages === null ? 0 : rule.messages - rule.keepMessages;
      const limit = Math.min(stepSize, excess);
      if (limit > 0) return { group, before: Number.MAX_SAFE_INTEGER, limit };
      const before = rule.keepDays === null ? 0 : now - rule.keepDays * day;
      if (rule.oldest !== null && rule.oldest < before) return { group, before, limit: stepSize };
      if (this.gone.has(id)) return { group, before: 0, limit: stepSize };
    }
    return undefined;
  }

  private remove({ group, before, limit }: Due): number[] {
    const { removeOldest, messagesRemoved } = this.store.statements;
    const removed = removeOldest.all({ group: group.id, before, limit });
    messagesRemoved.run({ group: group.id, count: removed.length });
    return removed.map(({ number }) => number);
  }
}
