import { matchesText } from '../../../board/search/match.ts';
import type { SearchQuery } from '../../../board/search/query.ts';
import type { Group, Header } from '../../../board/types.ts';
import { findMessage } from '../statements/by-number.ts';
import type { Statements } from '../statements/statements.ts';
import { type Expansion, expandFurther, expansionOf } from './expansion.ts';
import { type AnyOf, IndexLookUp, type LookUp } from './index-look-up.ts';
import { senderTerm, wordsVersion, wordTerm } from './terms.ts';

// Messages of a group whose ids are compared at once: 0.5 ms of work for two words that most of them have.
const windowRows = 1000;

// Messages that are read with their contents in one step: 0.5 ms of work if they are short. If they are long, a step ends
// after so many code units, because the segmenter takes 5 ms for 32 KiB.
const rowsOfStep = 20;

const unitsOfStep = 8 * 1024;

// A message counts for the cost once more for each of so many code units.
const unitsOfCost = 4 * 1024;

/** How much of `limits.searchRows` a window takes for each two terms that are looked up. */
const windowCost = 20;

export interface FoundMessage {
  readonly group: Group;
  readonly message: Header;
}

/** A group to search, and the messages of it that may be looked at. */
export interface SearchedGroup {
  readonly group: Group;
  /** When the member joined it; -1 for the operator, who sees all of it. */
  readonly joined: number;
  /** Only messages posted after this time, in microseconds. It is asked when the search of the group begins. */
  above(): number;
  /** Only messages posted before this time. */
  readonly below: number;
}

/** What a search looks for in each group. */
export interface Wanted {
  readonly query: SearchQuery;
  /** The id of the sender. */
  readonly sender: number | undefined;
  /** The id of the user whom the message mentions. */
  readonly mentioned: number | undefined;
  /** Conditions of the query on a message other than its text, its sender and its time. */
  accepts(group: number, message: Header): boolean;
  /** Whether messages that are not indexed yet are read one by one, however many there are. */
  readonly isPatient: boolean;
}

/**
 * The search of one group, from its newest message to its oldest, in steps of about a millisecond. The index gives the
 * ids of messages that have all words. Each of them is then read and compared with the query, by the rule of visibility.
 * Nothing that is done depends on other groups, or on messages of the group that are not visible.
 */
export class GroupSearch {
  /** The messages that were found, the newest first. */
  found: FoundMessage[] = [];
  /** Messages posted at this time or later have been searched. */
  below: number;
  isDone = false;
  /** How many messages it has looked at, about. */
  cost = 0;
  /** Whether messages were left out that are not indexed yet. */
  isIncomplete = false;
  /** Only messages posted after this time; undefined until the first step, so that a user of many groups costs little. */
  private from: number | undefined;
  /** The oldest indexed message when the words were looked up. The server may index further back meanwhile. */
  private oldest: number | undefined;
  /** Undefined until all words are known that begin as the query says. */
  private sets: AnyOf[] | undefined;
  private readonly expansions: Expansion[];
  /** Ids that the index has given, the newest first, and where to go on after them. */
  private candidates: number[] = [];
  private afterCandidates = 0;
  /** A look-up in the index that an earlier step has begun. */
  private pending: LookUp<void> | undefined;
  private readonly index: IndexLookUp;
  /** UTF-16 code units that were read in this step. */
  private units = 0;

  constructor(
    private readonly statements: Statements,
    readonly searched: SearchedGroup,
    private readonly wanted: Wanted,
  ) {
    this.below = searched.below;
    this.index = new IndexLookUp(statements);
    const begun = wanted.query.terms.filter(({ isPrefix }) => isPrefix);
    this.expansions = [...new Set(begun.map(({ words }) => words.at(-1) ?? ''))].map(expansionOf);
  }

  get group(): Group {
    return this.searched.group;
  }

  /** Searches for about a millisecond. @throws BoardError `INVALID_PARAMS` if too many words begin as the query says */
  step(): void {
    this.units = 0;
    this.index.beginStep();
    if (this.candidates.length > 0) this.readCandidates();
    else if (this.pending) this.goOn(this.pending);
    else if (this.needsReading) this.read(this.above);
    else this.searchIndex();
    if (this.below <= this.above + 1) this.isDone = true;
  }

  private get above(): number {
    this.from ??= this.begin();
    return this.from;
  }

  private begin(): number {
    const { group, joined, above } = this.searched;
    const visible = this.statements.firstVisible.get({ group: group.id, joined })?.from ?? 0;
    return Math.max(above(), visible - 1);
  }

  /** Ends the search without a result: its group may not be read any more. */
  stop(): void {
    this.found = [];
    this.isDone = true;
  }

  /** Whether the index of words is of no use: another index has the messages, or the query has no word. */
  private get needsReading(): boolean {
    const { query, sender, mentioned } = this.wanted;
    if (query.thread !== undefined || mentioned !== undefined) return true;
    return query.terms.length === 0 && sender === undefined;
  }

  /** Reads some messages one by one, down to the time `above`. */
  private read(above: number): void {
    const { below } = this;
    const { thread } = this.wanted.query;
    const { mentioned: user } = this.wanted;
    const some = { group: this.group.id, above, below, limit: rowsOfStep };
    if (thread !== undefined) this.readThread(thread, some);
    else if (user !== undefined) {
      this.readAll(this.statements.mentionTimes.all({ ...some, user }), above);
    } else {
      this.readWhole(some);
    }
  }

  /** The newest visible messages between two times. */
  private readWhole(some: { group: number; above: number; below: number; limit: number }): void {
    const { joined } = this.searched;
    const rows: (Header & { content: string })[] = [];
    let units = 0;
    for (const row of this.statements.newestWhole.each({ ...some, joined })) {
      rows.push(row);
      units += row.content.length;
      if (units >= unitsOfStep) break;
    }
    for (const row of rows) this.compare(row);
    const isLast = rows.length < rowsOfStep && units < unitsOfStep;
    this.below = isLast ? some.above + 1 : (rows.at(-1)?.postedAt ?? 0);
  }

  /** The messages of a thread, and after them the message that has begun it. */
  private readThread(
    thread: number,
    some: { group: number; above: number; below: number; limit: number },
  ): void {
    const { group, above, below } = some;
    const times = this.statements.threadTimes.all({ ...some, thread });
    const first = findMessage(this.statements, group, thread)?.postedAt ?? 0;
    const isNext = times.length < rowsOfStep && first > above && first < below;
    this.readAll(isNext ? [...times, { postedAt: first }] : times, above);
  }

  /** @param times of messages, the newest first; less than `rowsOfStep` if there are no more after `above` */
  private readAll(times: readonly { readonly postedAt: number }[], above: number): void {
    for (const [at, { postedAt }] of times.entries()) {
      this.readAt(postedAt);
      this.below = postedAt;
      if (this.isStepFull && at + 1 < times.length) return;
    }
    if (times.length < rowsOfStep) this.below = above + 1;
  }

  /** Looks at the message of the group that was posted at a time, if it is visible. */
  private readAt(time: number): void {
    const { group, joined } = this.searched;
    const at = { above: time - 1, below: time + 1, limit: 1 };
    const row = this.statements.newestWhole.get({ group: group.id, joined, ...at });
    if (row) this.compare(row);
  }

  private searchIndex(): void {
    const state = this.statements.searchIndex.get({});
    if (state?.version !== wordsVersion) {
      this.readUnindexed();
      return;
    }
    const { newest } = state;
    const oldest = this.oldest ?? state.oldest;
    const last = this.timeUpTo(newest);
    const first = oldest > 1 ? this.timeUpTo(oldest - 1) : this.above;
    const above = Math.max(this.above, first);
    if (this.below > last + 1) this.read(Math.max(this.above, last));
    else if (this.below <= above + 1) this.readUnindexed();
    else if (this.expand(oldest, newest)) this.goOn(this.lookUp(this.sets ?? [], above));
  }

  private goOn(lookUp: LookUp<void>): void {
    this.pending = lookUp.next().done ? undefined : lookUp;
  }

  /** Messages from before the index was made, as long as they are not indexed. */
  private readUnindexed(): void {
    if (this.wanted.isPatient) {
      this.read(this.above);
      return;
    }
    this.isIncomplete = this.hasOwn(this.above, this.below);
    this.below = this.above + 1;
  }

  /** Fills `candidates` with messages after the time `above` that have all words, from the next stretch of the group. */
  private *lookUp(sets: readonly AnyOf[], above: number): LookUp<void> {
    const { statements, below } = this;
    const group = this.group.id;
    const end = above + 1;
    const low = statements.oldestOwn.get({ group, above, below, skip: 0 })?.id ?? 1;
    let high = statements.newestOwn.get({ group, above, below, skip: 0 })?.id ?? 0;
    let top: { readonly groupId: number; readonly postedAt: number } | undefined;
    while (high >= low && !top) {
      high = yield* this.index.newestBound(sets, low, high);
      const newest = statements.placeById.get({ id: high });
      if (newest?.groupId === group) top = newest;
      // It was deleted after the step that found it.
      else high--;
    }
    if (!top) {
      this.below = end;
      return;
    }
    this.cost += windowCost * Math.ceil(sets.flat().length / 2);
    const window = { group, above, below: top.postedAt, skip: windowRows - 1 };
    const bottom = statements.newestOwn.get(window);
    const from = bottom?.id ?? low;
    const ids = yield* this.index.allWithEvery(sets, from, high);
    this.candidates = ids;
    this.afterCandidates = bottom?.postedAt ?? end;
    this.below = ids.length > 0 ? top.postedAt + 1 : this.afterCandidates;
  }

  private readCandidates(): void {
    let taken = 0;
    for (const id of this.candidates.slice(0, rowsOfStep)) {
      if (this.isStepFull) break;
      taken++;
      const row = this.statements.rowToIndex.get({ id });
      // It was deleted since, and its id may be used again.
      if (row?.groupId !== this.group.id || row.postedAt >= this.below) continue;
      this.note(row);
      // The rule of visibility costs more than the text, so it comes last.
      if (matchesText(this.wanted.query, row)) this.readAt(row.postedAt);
      this.below = row.postedAt;
    }
    this.candidates = this.candidates.slice(taken);
    if (this.candidates.length === 0) this.below = Math.min(this.below, this.afterCandidates);
  }

  /** Adds a message to `found` if it meets the query. */
  private compare(row: Header & { content: string }): void {
    const { query, sender, accepts } = this.wanted;
    this.note(row);
    if (sender !== undefined && row.senderId !== sender) return;
    if (!accepts(this.group.id, row) || !matchesText(query, row)) return;
    const { content: _, ...message } = row;
    this.found.push({ group: this.group, message });
  }

  /** Counts a message that was read. */
  private note({ content }: { readonly content: string }): void {
    this.units += content.length;
    this.cost += 1 + Math.floor(content.length / unitsOfCost);
  }

  private get isStepFull(): boolean {
    return this.units >= unitsOfStep;
  }

  /** Looks for the words that begin as the query says. @returns whether all of them are known */
  private expand(oldest: number, newest: number): boolean {
    if (this.sets) return true;
    this.oldest = oldest;
    const { statements, above, below } = this;
    const group = this.group.id;
    const first = statements.oldestOwn.get({ group, above, below, skip: 0 });
    const low = Math.max(oldest, first?.id ?? oldest);
    const pending = this.expansions.find(({ isComplete }) => !isComplete);
    if (pending) {
      const known = pending.terms.length;
      expandFurther(statements, pending, { group, low, high: newest });
      // Words of invisible messages do not count, because the cost decides where a page ends.
      this.cost += pending.terms.length - known;
      return false;
    }
    const { query, sender } = this.wanted;
    const whole = query.terms.flatMap(({ words, isPrefix }) =>
      isPrefix ? words.slice(0, -1) : words,
    );
    const exact = [...new Set(whole)].map((word) => [wordTerm(group, word)]);
    const begun = this.expansions.map(({ terms }) => terms);
    const bySender = sender === undefined ? [] : [[senderTerm(group, sender)]];
    this.sets = [...bySender, ...exact, ...begun];
    return true;
  }

  private hasOwn(above: number, below: number): boolean {
    const group = this.group.id;
    return this.statements.newestOwn.get({ group, above, below, skip: 0 }) !== undefined;
  }

  /**
   * When the last visible message of the group with an id up to `id` was posted. The message with that id may be in a group
   * of others, and `below`, of which the user gets to know, must not tell when it was posted.
   */
  private timeUpTo(id: number): number {
    const last = this.statements.timeUpToId.get({ id })?.postedAt ?? 0;
    const { above } = this;
    const own = { group: this.group.id, above, below: last + 1, skip: 0 };
    return this.statements.newestOwn.get(own)?.postedAt ?? above;
  }
}
