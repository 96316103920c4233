import { type DraftStore, draftsInMemory } from '../screen/widgets/drafts.ts';
import type { Identity } from './visitor.ts';

// Visitors whose drafts are kept. Those of one visitor take at most 256 KiB.
const mostVisitors = 100;

/**
 * The drafts of visitors, kept when their connections end, so that a cut connection loses no text. They last as long as the
 * process. Those of the visitors who have been away longest are dropped.
 */
export class KeptDrafts {
  private readonly stores = new Map<string, DraftStore>();

  /** @returns undefined if another person could come as the same user: nothing but the name says who this is */
  of(userId: number, { key, password }: Identity): DraftStore | undefined {
    const proof = key?.fingerprint ?? (password === undefined ? undefined : 'password');
    if (proof === undefined) return undefined;
    const owner = `${userId} ${proof}`;
    const store = this.stores.get(owner) ?? draftsInMemory('until the board restarts');
    this.stores.delete(owner);
    this.stores.set(owner, store);
    const [oldest] = this.stores.keys();
    if (this.stores.size > mostVisitors && oldest !== undefined) this.stores.delete(oldest);
    return store;
  }
}
