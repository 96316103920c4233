import type { keyDocument } from '../../printing/documents.ts';
import { shownTime, table } from '../../printing/output.ts';

/** The SSH keys of a user, a line each. */
export function keyTable(keys: readonly ReturnType<typeof keyDocument>[]): string {
  return table(
    ['fingerprint', 'type', 'comment', 'added', 'last used'],
    keys.map(({ fingerprint, type, comment, addedAt, lastUsedAt, confirmed }) => [
      fingerprint,
      type,
      comment,
      shownTime(addedAt),
      confirmed ? shownTime(lastUsedAt) : 'not confirmed',
    ]),
  );
}
