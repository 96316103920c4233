import type { Upkeep } from '../../../board/ports/upkeep.ts';
import { day } from '../../../board/times.ts';
import type { Group, SessionToken } from '../../../board/types.ts';
import { screenLimits } from '../../../protocol/screen-limits.ts';
import { findDue, type Removal } from '../acts/retention.ts';
import { isIndexed } from '../acts/search-index.ts';
import { tokenLifetime } from '../acts/tokens.ts';
import { givesBack, unusedPages } from '../file/space.ts';
import { removeSomeHidden } from '../steps/purge.ts';
import type { Store } from './store.ts';

// Tokens and networks of one step.
const stepSize = 200;
// A network that a user did not log in from for this long is no longer known: a year, in microseconds.
const networkLifetime = 365 * day;
const draftLifetime = screenLimits.draftDays * day;
/** Unused pages that a file may have: 4 MiB, which the next posts use. */
export const sparePages = 1000;

export interface UpkeepOptions {
  /** The tokens of connected sessions, by their ids. */
  tokensInUse?: () => ReadonlyMap<string, { user: number; token: SessionToken }>;
  /** Whether the clock may be used to delete messages, tokens and bans by their age. */
  clockIsTrusted?: () => Promise<boolean>;
  /** Called when the first messages of a removal have been deleted; more may follow. */
  began?: (removal: { group: Group; rule: string }) => void;
}

/** The upkeep of a board in SQLite. */
export class SqliteUpkeep implements Upkeep {
  /** Removals that are not complete, with the messages that were removed so far, by the group's id. */
  private readonly removals = new Map<number, Removal>();
  /** Whether the uses are being stored now. */
  private keepsUses = false;

  constructor(
    private readonly store: Store,
    private readonly options: UpkeepOptions = {},
  ) {}

  async keepUses(): Promise<boolean> {
    const { uses } = this.store;
    const isFirst = !this.keepsUses;
    this.keepsUses = true;
    if (isFirst) await this.useConnected();
    const some = uses.take(stepSize);
    this.keepsUses = some !== undefined;
    if (!some) return true;
    try {
      await this.store.run('keepUses', some);
      return false;
    } catch (error) {
      this.keepsUses = false;
      uses.putBack(some);
      throw error;
    }
  }

  async removeStale(): Promise<boolean> {
    if (!(await this.clockIsTrusted())) return true;
    const { staleTokens, staleNetwork, agedEndedTokens, staleDraft } = this.store.statements;
    const { now } = this;
    // Tokens of connected sessions that expire within a day: a session may be connected for months.
    const old = { before: now - tokenLifetime + day, limit: stepSize };
    const found = await this.store.read(() => staleTokens.all(old));
    const inUse = (found.length > 0 && this.options.tokensInUse?.()) || new Map();
    const used = found.map(({ hash }) => hash).filter((hash) => inUse.has(hash));
    const ended = found.filter(
      ({ hash, usedAt }) => usedAt < now - tokenLifetime && !inUse.has(hash),
    );
    const networksBefore = now - networkLifetime;
    const tokensBefore = now - tokenLifetime;
    const draftsBefore = now - draftLifetime;
    const hasOthers = () =>
      staleNetwork.get({ before: networksBefore }) !== undefined ||
      agedEndedTokens.get({ before: tokensBefore, limit: 1 }) !== undefined ||
      staleDraft.get({ before: draftsBefore }) !== undefined;
    if (used.length + ended.length === 0 && !(await this.store.read(hasOthers))) return true;
    const before = { networksBefore, tokensBefore, draftsBefore };
    await this.store.run('removeUnused', { ended, used, now, ...before, limit: stepSize });
    return false;
  }

  async removeExpired(): Promise<boolean> {
    const byAge = await this.clockIsTrusted();
    const { now } = this;
    const retention = { now, byAge, removals: [...this.removals.values()] };
    if (!(await this.store.read(() => findDue(this.store.statements, retention)))) return true;
    // The act checks again in its transaction: another process may have purged the group since.
    const removed = await this.store.run('removeExpired', retention);
    if (!removed) return false;
    const { removal, rule, complete } = removed;
    const { group } = removal;
    if (complete) this.removals.delete(group.id);
    else {
      if (!this.removals.has(group.id)) this.options.began?.({ group, rule });
      this.removals.set(group.id, removal);
    }
    return false;
  }

  async removeGroups(): Promise<boolean> {
    const { hiddenGroup } = this.store.statements;
    if (!(await this.store.read(() => hiddenGroup.get()))) return true;
    await removeSomeHidden(this.store, {});
    return false;
  }

  async removeEndedBans(): Promise<boolean> {
    const { now } = this;
    if (!(await this.clockIsTrusted())) return true;
    const { endedNetworkBan } = this.store.statements;
    if (await this.store.read(() => endedNetworkBan.get({ now }))) {
      await this.store.run('removeEndedBans', { now });
    }
    return true;
  }

  async indexMessages(): Promise<boolean> {
    const isDone = () => isIndexed(this.store.statements);
    if (await this.store.read(isDone)) return true;
    await this.store.run('indexMessages', {});
    return false;
  }

  async giveBack(): Promise<boolean> {
    const { client } = this.store;
    const done = () => !givesBack(client) || unusedPages(client) <= sparePages;
    if (await this.store.read(done)) return true;
    await this.store.run('returnSpace', {});
    return this.store.read(done);
  }

  /** Counts the tokens of connected sessions as used a day before they expire, because sessions may last for months. */
  private async useConnected(): Promise<void> {
    const { now } = this;
    const { tokenByHash } = this.store.statements;
    for (const { user, token } of this.options.tokensInUse?.().values() ?? []) {
      if (token.issuedAt === 0 || token.issuedAt > now - tokenLifetime + day) continue;
      const hasRow = await this.store.read(() => tokenByHash.get({ hash: token.id }) !== undefined);
      if (!hasRow) this.store.uses.used({ user, token, at: now });
    }
  }

  /** The time by which things end, in microseconds. */
  private get now(): number {
    return this.store.expected();
  }

  private async clockIsTrusted(): Promise<boolean> {
    return (await this.options.clockIsTrusted?.()) ?? true;
  }
}
