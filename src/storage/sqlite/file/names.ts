import { looksOf, skeletonOf } from '../../../board/lookalikes.ts';
import type { Name } from '../../../board/name-key.ts';
import type { Client } from './connection.ts';

/** The values of the columns that a name is stored in. */
export function nameColumns(name: Name) {
  return { name: name.name, nameKey: name.key, ...looksOf(name) };
}

/**
 * The columns of a secret group's name. No other name has its key, and no name counts as similar to it. So a user who tries
 * out names does not find the group.
 */
export function secretColumns({ name, key }: Name, id: number) {
  return { name, nameKey: `${key}#${id}`, skeleton: '', keySkeleton: '' };
}

/** Makes `name_skeleton(text)` known to SQL: a migration fills columns with it. */
export function defineSkeleton(client: Client): void {
  client.function('name_skeleton', { deterministic: true }, (name) => skeletonOf(String(name)));
}
