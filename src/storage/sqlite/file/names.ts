import { looksOf, skeletonOf } from '../../../board/lookalikes.ts';
import type { Name } from '../../../board/name-key.ts';
import type { Client } from './connection.ts';

/** The values of the columns that a name is stored in. */
export function nameColumns(name: Name) {
  return { name: name.name, nameKey: name.key, ...looksOf(name) };
}

/** Makes `name_skeleton(text)` known to SQL: a migration fills columns with it. */
export function defineSkeleton(client: Client): void {
  client.function('name_skeleton', { deterministic: true }, (name) => skeletonOf(String(name)));
}
