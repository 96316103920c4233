import { eq, or, type Placeholder } from 'drizzle-orm';
import { looksOf, skeletonOf } from '../../../board/lookalikes.ts';
import type { Name } from '../../../board/name-key.ts';
import type { Client } from './connection.ts';
import type { groups, users } from './schema.ts';

type Named = typeof users | typeof groups;
type Looks = Record<'skeleton' | 'keySkeleton', string | Placeholder>;

/** The columns that a name fills. */
export function nameColumns(name: Name) {
  return { name: name.name, nameKey: name.key, ...looksOf(name) };
}

/** Whether a row's name can be taken for the one that has these looks. */
export function looksLike(table: Named, { skeleton, keySkeleton }: Looks) {
  return or(eq(table.skeleton, skeleton), eq(table.keySkeleton, keySkeleton));
}

/** Makes `name_skeleton(text)` known to SQL: a migration fills columns with it. */
export function defineSkeleton(client: Client): void {
  client.function('name_skeleton', { deterministic: true }, (name) => skeletonOf(String(name)));
}
