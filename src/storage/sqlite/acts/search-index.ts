import { termsOf, wordsVersion } from '../searching/terms.ts';
import type { Statements } from '../statements/statements.ts';
import type { OperatorTx } from './transaction.ts';

// The limits of one step: 6 ms of work, if the messages are short, or are in scripts that the segmenter cuts.
const stepMessages = 300;
const stepBytes = 40 * 1024;

type Row = NonNullable<ReturnType<Statements['rowToIndex']['get']>>;

/**
 * Indexes some messages: first those that were posted since the last step, then those from before the index was made,
 * beginning with the newest. If texts are cut into words in another way now, it begins again.
 */
export function indexMessages({ statements }: OperatorTx, _: object): void {
  const state = stateOf(statements);
  if (state.version !== wordsVersion) {
    restartIndex(statements, wordsVersion);
    return;
  }
  const { newest, oldest, version } = state;
  const posted = takeSome((last) => statements.nextToIndex.get({ after: last ?? newest }));
  if (posted.length > 0) {
    putAll(statements, posted);
    statements.setSearchIndex.run({ newest: posted.at(-1)?.id ?? newest, oldest, version });
  } else {
    const earlier = takeSome((last) => statements.lastToIndex.get({ before: last ?? oldest }));
    // FTS5 writes a page of its own for each message that does not come after the one before.
    putAll(statements, earlier.toReversed());
    const first = earlier.at(-1)?.id ?? 1;
    if (first !== oldest) statements.setSearchIndex.run({ newest, oldest: first, version });
  }
  statements.mergeIndex.run();
}

/** Whether the index has every message. */
export function isIndexed(statements: Statements): boolean {
  const { newest, oldest, version } = stateOf(statements);
  return (
    version === wordsVersion &&
    oldest <= 1 &&
    statements.nextToIndex.get({ after: newest }) === undefined
  );
}

/** Deletes the index of words. A server makes it again, in the background. */
export function rebuildSearchIndex({ statements }: OperatorTx, _: object): void {
  restartIndex(statements, wordsVersion);
}

/** Call it in the transaction that has changed the subject or the content of a message, or has made it a tombstone. */
export function reindexMessage(statements: Statements, id: number): void {
  const { newest, oldest } = stateOf(statements);
  if (id > newest || id < oldest) return;
  const row = statements.rowToIndex.get({ id });
  if (row) putAll(statements, [row]);
}

/** Call it in the transaction that removes the messages of a group that were posted up to a time, before that. */
export function unindexOldest(
  { removeOldestFromIndex }: Statements,
  oldest: { readonly group: number; readonly until: number },
): void {
  removeOldestFromIndex.run(oldest);
}

/** Call it after rows were removed. If they were the newest rows, SQLite gives their ids to the next messages. */
export function forgetUnusedIds(statements: Statements): void {
  const { newest, oldest, version } = stateOf(statements);
  const last = statements.lastMessageId.get()?.id ?? 0;
  if (newest <= last) return;
  statements.setSearchIndex.run({ newest: last, oldest: Math.min(oldest, last + 1), version });
}

function restartIndex(statements: Statements, version: string): void {
  statements.clearIndex.run();
  const last = statements.lastMessageId.get()?.id ?? 0;
  statements.setSearchIndex.run({ newest: last, oldest: last + 1, version });
}

/** Rows until there are enough of them, or no further one. */
function takeSome(next: (last: number | undefined) => Row | undefined): Row[] {
  const rows: Row[] = [];
  let bytes = 0;
  while (rows.length < stepMessages) {
    const row = next(rows.at(-1)?.id);
    if (!row) break;
    bytes += Buffer.byteLength(row.subject) + Buffer.byteLength(row.content);
    if (bytes > stepBytes && rows.length > 0) break;
    rows.push(row);
  }
  return rows;
}

function putAll({ removeFromIndex, addToIndex }: Statements, rows: readonly Row[]): void {
  for (const row of rows) {
    const { id } = row;
    removeFromIndex.run({ id });
    if (row.deletedAt === null) addToIndex.run({ id, words: termsOf(row).join(' ') });
  }
}

function stateOf({ searchIndex }: Statements) {
  return searchIndex.get({}) ?? { newest: 0, oldest: 1, version: '' };
}
