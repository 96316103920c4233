import { eq, or, type Placeholder } from 'drizzle-orm';
import type { groups, users } from '../file/schema.ts';

type Named = typeof users | typeof groups;
type Looks = Record<'skeleton' | 'keySkeleton', string | Placeholder>;

/** Whether a row's name looks like the name that has these looks. */
export function looksLike(table: Named, { skeleton, keySkeleton }: Looks) {
  return or(eq(table.skeleton, skeleton), eq(table.keySkeleton, keySkeleton));
}
