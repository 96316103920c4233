import type { Client } from '../file/connection.ts';

/** Two names of users, or of groups, that look alike. */
export interface SimilarNames {
  readonly of: 'user' | 'group';
  readonly one: string;
  readonly other: string;
}

const pairsBy = (table: string, column: string) => `
  SELECT one.id, one.name AS one, other.name AS other FROM ${table} AS one
  JOIN ${table} AS other ON other.${column} = one.${column} AND other.id > one.id`;

/**
 * The names that look alike, as no two new names may: see `skeletonOf`. An import accepts them, because boards from before the
 * rule have such names.
 * @param limit the maximum of users, and of groups
 */
export function similarNames(client: Client, limit: number): SimilarNames[] {
  return (['user', 'group'] as const).flatMap((of) =>
    client
      .prepare<[number], { one: string; other: string }>(
        `SELECT one, other FROM (${pairsBy(`${of}s`, 'skeleton')} UNION ${pairsBy(`${of}s`, 'key_skeleton')})
         ORDER BY id, other LIMIT ?`,
      )
      .all(limit)
      .map((pair) => ({ of, ...pair })),
  );
}
