import type { Statements } from '../statements/statements.ts';

// Terms of the index that are looked up in one step, and messages with a term that take as long as one look-up. A query
// of 32 beginnings has up to 2,048 terms.
const lookUpsOfStep = 50;

const rowsOfLookUp = 40;

/** The terms of the index of which a message has to have one. */
export type AnyOf = readonly string[];

/** Work in several steps, between which messages may be posted and deleted. */
export type LookUp<Result> = Generator<undefined, Result, void>;

/** Looks up terms in the index of words, in steps. */
export class IndexLookUp {
  /** Terms that were looked up in this step. */
  private lookedUp = 0;

  constructor(private readonly statements: Statements) {}

  beginStep(): void {
    this.lookedUp = 0;
  }

  /**
   * An id above which no message has a term of each set. The message with that id may lack a term.
   * @returns less than `low` if there is none between the ids
   */
  *newestBound(sets: readonly AnyOf[], low: number, high: number): LookUp<number> {
    let newest = high;
    for (const set of sets) {
      newest = yield* this.newestWith(set, low, newest);
      if (newest < low) break;
    }
    return newest;
  }

  /** The messages between two ids that have a term of each set, the newest first. */
  *allWithEvery(sets: readonly AnyOf[], low: number, high: number): LookUp<number[]> {
    const [first = [], ...others] = sets;
    let ids = yield* this.allWith(first, low, high);
    for (const set of others) {
      if (ids.length === 0) break;
      const having = new Set(yield* this.allWith(set, low, high));
      ids = ids.filter((id) => having.has(id));
    }
    return ids;
  }

  /** The newest message with a term of the set; 0 if there is none between the ids. */
  private *newestWith(set: AnyOf, low: number, high: number): LookUp<number> {
    let newest = 0;
    for (const term of set) {
      const from = Math.max(low, newest);
      const id = this.statements.newestWithTerm.get({ term, low: from, high })?.id;
      newest = Math.max(newest, id ?? 0);
      if (this.isLookUpLong(0)) yield;
    }
    return newest;
  }

  /** All messages with a term of the set, the newest first. */
  private *allWith(set: AnyOf, low: number, high: number): LookUp<number[]> {
    const ids: number[] = [];
    for (const term of set) {
      const rows = this.statements.allWithTerm.rows({ term, low, high }) as [number][];
      for (const [id] of rows) ids.push(id);
      if (this.isLookUpLong(rows.length)) yield;
    }
    return set.length === 1 ? ids : [...new Set(ids)].sort((a, b) => b - a);
  }

  /** Counts a term that was looked up. @returns whether the step has to end */
  private isLookUpLong(rows: number): boolean {
    this.lookedUp += 1 + rows / rowsOfLookUp;
    return this.lookedUp >= lookUpsOfStep;
  }
}
