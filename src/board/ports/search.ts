import type { Group, Header } from '../types.ts';
import type { LongRead } from './long-read.ts';

/** A place in the order of messages of all groups: by time, and then by the number of the group. */
export interface SearchPlace {
  /** In microseconds. */
  readonly time: number;
  readonly group: number;
}

/** Which part of the messages that a query finds. */
export interface SearchPage {
  /** Only messages before this place. */
  readonly before?: SearchPlace | undefined;
  readonly limit: number;
}

/** The messages that a search has found, the newest first. */
export interface FoundPage {
  readonly messages: readonly { readonly group: Group; readonly message: Header }[];
  /** Whether there are further messages, or may be: a search ends early after much work. */
  readonly more: boolean;
  /** If there is more, the `before` of the next page. */
  readonly next: SearchPlace | undefined;
  /** Whether older messages were left out, because the index of words is still being made. */
  readonly isIncomplete: boolean;
}

/** A search that is under way. Its steps throw what `Repository.search` throws. */
export type Search = LongRead<FoundPage>;
