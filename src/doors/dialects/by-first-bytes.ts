import type { Dialect } from '../../core/dialect.ts';
import { type Opening, opensJson } from '../../protocol/first-bytes.ts';
import { jsonDialect } from './json.ts';
import { textDialect } from './text.ts';

/** Which dialect a connection speaks. */
export interface DialectChoice {
  /** All that it may come to; the first one greets. */
  readonly dialects: readonly [Dialect, ...Dialect[]];
  /**
   * @param bytes the first that came from the peer, at least one
   * @returns undefined if more bytes are needed
   */
  choose(bytes: Buffer): Dialect | undefined;
}

/** The dialect of a peer whose first bytes are known; text if it is silent. */
export function dialectOf(opening: Opening | undefined): Dialect {
  return opening === 'json' ? jsonDialect : textDialect;
}

/** People are greeted, and the first byte shows whether the peer is a program. */
export const byFirstBytes: DialectChoice = {
  dialects: [textDialect, jsonDialect],
  choose: (bytes) => {
    const isJson = opensJson(bytes);
    if (isJson === undefined) return undefined;
    return isJson ? jsonDialect : textDialect;
  },
};

/** Programs alone, which are not greeted. */
export const jsonOnly: DialectChoice = { dialects: [jsonDialect], choose: () => jsonDialect };
