import { looksOf } from '../../../board/lookalikes.ts';
import type { Name } from '../../../board/name-key.ts';
import { requireReadable, requireReadableUser } from '../../../board/names.ts';
import { boardError } from '../../../protocol/errors.ts';
import type { Statements } from '../statements/statements.ts';

/** @throws BoardError `NAME_TOO_SIMILAR` if a user other than `self` has a name that looks like this one */
export function requireDistinctUser({ userLike }: Statements, name: Name, self = 0): void {
  const similar = userLike.get({ ...looksOf(name), self });
  if (similar) throw boardError('NAME_TOO_SIMILAR', name.name, similar.name);
}

/** @throws BoardError `USER_EXISTS` if a user other than `self` has the name, `NAME_INVALID`, `NAME_TOO_SIMILAR` */
export function requireFreeUserName(statements: Statements, name: Name, self = 0): void {
  const other = statements.accountByKey.get({ key: name.key });
  if (other && other.id !== self) throw boardError('USER_EXISTS', other.name);
  requireReadableUser(name);
  requireDistinctUser(statements, name, self);
}

/** @throws BoardError `GROUP_EXISTS` if a group other than `self` has the name, `NAME_INVALID`, `NAME_TOO_SIMILAR` */
export function requireFreeGroupName(statements: Statements, name: Name, self = 0): void {
  const other = statements.groupByKey.get({ key: name.key });
  if (other && other.id !== self) throw boardError('GROUP_EXISTS', other.name);
  requireReadable(name);
  const similar = statements.groupLike.get({ ...looksOf(name), self });
  if (similar) throw boardError('NAME_TOO_SIMILAR', name.name, similar.name);
}
