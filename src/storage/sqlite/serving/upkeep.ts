import type { MessageSpan } from '../../../board/ports/administration.ts';
import type { Upkeep } from '../../../board/ports/repository.ts';
import type { Group } from '../../../board/types.ts';
import { orm } from '../file/connection.ts';
import { giveBackSome, givesBack, unusedPages } from '../file/space.ts';
import { hasEndedNetworkBans, removeEndedNetworkBans } from '../operator/network-bans.ts';
import { extended } from '../steps/purge.ts';
import { day } from '../steps/retention.ts';
import { tokenLifetime } from './accounts.ts';
import type { Emit } from './commit-queue.ts';
import type { Store } from './store.ts';

// Messages of one step: under 1 ms of work where they are short, 4 ms where each has 32 KiB.
const stepSize = 200;
// A network that a user did not log in from for this long is no longer known: a year, in microseconds.
const networkLifetime = 365 * day;
/** Unused pages that a file may have: 4 MiB, which the next posts take. */
export const sparePages = 1000;

/** What the rule of a group removes now. */
interface Due {
  readonly group: Group;
  /** Messages posted before this time, in microseconds. */
  readonly before: number;
  /** How many of the oldest messages are more than the group keeps. */
  readonly excess: number;
  /** In words, for the log. */
  readonly rule: string;
}

/** What was removed from a group so far. */
interface Removal extends MessageSpan {
  /** When the last message was posted. */
  readonly upTo: number;
}

export interface UpkeepOptions {
  /** The hashes of the tokens of connected sessions. */
  tokensInUse?: () => Set<string>;
  /** Whether the clock may be used to delete messages, tokens and bans by their age. */
  clockIsTrusted?: () => Promise<boolean>;
  /** Called when the first messages of a removal have been deleted; more may follow. */
  began?: (removal: { group: Group; rule: string }) => void;
}

/** Retention, and giving space back, in SQLite. */
export class SqliteUpkeep implements Upkeep {
  /** What went so far from groups that are not done with, by their number. */
  private readonly gone = new Map<number, Removal>();

  constructor(
    private readonly store: Store,
    private readonly options: UpkeepOptions = {},
  ) {}

  async removeStale(): Promise<boolean> {
    if (!(await this.clockIsTrusted())) return true;
    const { staleTokens, forgetStaleNetworks, endToken, useToken } = this.store.statements;
    const now = this.store.now() * 1000;
    // Of those in use, a day before they would end: a session may be connected for months.
    const old = { before: now - tokenLifetime + day, limit: stepSize };
    const found = await this.store.read(() => staleTokens.all(old));
    const inUse = (found.length > 0 && this.options.tokensInUse?.()) || new Set<string>();
    const stale = found.filter(
      ({ hash, usedAt }) => usedAt < now - tokenLifetime || inUse.has(hash),
    );
    const networks = { before: now - networkLifetime, limit: stepSize };
    if (stale.length === 0 && !(await this.store.read(() => this.knowsStale(networks.before))))
      return true;
    await this.store.queue.run(() => {
      for (const { hash } of stale) {
        if (inUse.has(hash)) useToken.run({ hash, at: now });
        else endToken.run({ hash });
      }
      forgetStaleNetworks.run(networks);
    });
    return false;
  }

  private knowsStale(before: number): boolean {
    return this.store.statements.staleNetwork.get({ before }) !== undefined;
  }

  async removeExpired(): Promise<boolean> {
    const byAge = await this.clockIsTrusted();
    if (!(await this.store.read(() => this.due(byAge)))) return true;
    const removed = await this.store.queue.run((emit) => {
      // Asked again in the transaction: another process may have purged the group meanwhile.
      const due = this.due(byAge);
      return due && this.removeSome(due, emit);
    });
    if (!removed) return false;
    const { removal, rule, done } = removed;
    const { group } = removal;
    if (done) this.gone.delete(group.id);
    else {
      if (!this.gone.has(group.id)) this.options.began?.({ group, rule });
      this.gone.set(group.id, removal);
    }
    return false;
  }

  private async clockIsTrusted(): Promise<boolean> {
    return (await this.options.clockIsTrusted?.()) ?? true;
  }

  private removeSome(due: Due, emit: Emit): { removal: Removal; rule: string; done: boolean } {
    const { group, rule } = due;
    const before = this.gone.get(group.id) ?? { group, count: 0, first: 0, last: 0, upTo: 0 };
    const { numbers, rows, upTo } = this.remove(due);
    const removal = { ...extended(before, numbers), upTo: Math.max(before.upTo, upTo) };
    const done = rows < stepSize;
    // Members are notified once of everything that was removed together.
    if (done && removal.count > 0) {
      const { upTo, ...span } = removal;
      emit({ type: 'messages.purged', ...span, by: { rule, upTo } });
    }
    return { removal, rule, done };
  }

  async removeEndedBans(): Promise<boolean> {
    const database = orm(this.store.client);
    const now = this.store.now() * 1000;
    if (!(await this.clockIsTrusted())) return true;
    if (await this.store.read(() => hasEndedNetworkBans(database, now))) {
      await this.store.queue.run(() => removeEndedNetworkBans(database, now));
    }
    return true;
  }

  async giveBack(): Promise<boolean> {
    const { client, queue } = this.store;
    const done = () => !givesBack(client) || unusedPages(client) <= sparePages;
    if (await this.store.read(done)) return true;
    await queue.run(() => giveBackSome(client));
    return this.store.read(done);
  }

  /** The first group that has more than its rule keeps, or that was not told of what went. */
  private due(byAge: boolean): Due | undefined {
    const now = this.store.now() * 1000;
    for (const { id, name, ...rule } of this.store.statements.retained.all()) {
      const group = { id, name };
      const excess = rule.keepMessages === null ? 0 : rule.messages - rule.keepMessages;
      const before = rule.keepDays === null || !byAge ? 0 : now - rule.keepDays * day;
      const isOld = rule.oldest !== null && rule.oldest < before;
      if (excess > 0 || isOld || this.gone.has(id)) {
        return { group, before, excess, rule: inWords(rule) };
      }
    }
    return undefined;
  }

  /** @returns the numbers of the messages that were removed, and how many rows with the tombstones */
  private remove({ group: { id: group }, before, excess }: Due): {
    numbers: number[];
    rows: number;
    upTo: number;
  } {
    const { oldestRows, removeUpTo, messagesRemoved } = this.store.statements;
    const oldest = oldestRows.all({ group, limit: stepSize });
    let messages = 0;
    let rows = 0;
    for (const [at, { postedAt, deletedAt }] of oldest.entries()) {
      if (deletedAt === null) messages++;
      // A tombstone goes with the message after it: more of them than fit in a step may come first.
      const isExcess = deletedAt === null ? messages <= excess : messages < excess;
      if (postedAt < before || isExcess) rows = at + 1;
    }
    const removed = oldest.slice(0, rows);
    const numbers = removed.flatMap(({ number, deletedAt }) =>
      deletedAt === null ? [number] : [],
    );
    removeUpTo.run({ group, number: removed.at(-1)?.number ?? 0 });
    messagesRemoved.run({ group, count: numbers.length });
    return { numbers, rows, upTo: removed.at(-1)?.postedAt ?? 0 };
  }
}

function inWords(rule: { keepMessages: number | null; keepDays: number | null }): string {
  const parts = [
    rule.keepMessages === null ? [] : `${rule.keepMessages} messages`,
    rule.keepDays === null ? [] : `${rule.keepDays} days`,
  ];
  return `keep ${parts.flat().join(' and ')}`;
}
