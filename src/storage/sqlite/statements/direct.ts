import { Param, Placeholder, type Query } from 'drizzle-orm';
import type { Client } from '../file/connection.ts';

/** A drizzle query that is not prepared yet. Only the types of `prepare` are used. */
interface Preparable<P> {
  toSQL(): Query;
  prepare(): P;
}

type Values = Record<string, unknown>;
type Runs<P> = Pick<P, Extract<keyof P, 'get' | 'all' | 'run' | 'getQuery'>> & {
  /** The rows one by one. The connection can run nothing else until the loop over them has ended. */
  each(values: Values): Iterable<RowOf<P>>;
  /** The rows as arrays of their columns. */
  rows(values: Values): unknown[];
};
type RowOf<P> = P extends { all(...args: never[]): readonly (infer R)[] } ? R : never;

/**
 * Runs drizzle's SQL through better-sqlite3. Same interface as a prepared drizzle query, but parameters and
 * columns are mapped once, not at every call.
 * @param columns the columns that the query returns, in their order; none if it returns no rows
 */
export function direct<P>(
  client: Client,
  query: Preparable<P>,
  columns: Readonly<Record<string, unknown>> = {},
): Runs<P> {
  const generated = query.toSQL();
  const { sql, params } = generated;
  const statement = client.prepare<unknown[], unknown[]>(sql);
  const keys = Object.keys(columns);
  if (keys.length > 0) statement.raw();
  const held = params.map((param) => (param instanceof Param ? param.value : param));
  const places = [...held.entries()].flatMap(([at, value]) =>
    value instanceof Placeholder ? [{ at, name: value.name }] : [],
  );
  // SQLite copies the bound values before the statement returns, so one array serves all calls.
  const bind = (values: Values) => {
    for (const { at, name } of places) held[at] = values[name];
    return held;
  };
  const toRow = (cells: unknown[]) => {
    const row: Values = {};
    for (let at = 0; at < keys.length; at++) row[keys[at] as string] = cells[at];
    return row;
  };
  const runs = {
    getQuery: () => generated,
    run: (values: Values) => statement.run(bind(values)),
    rows: (values: Values) => statement.all(bind(values)),
    all: (values: Values) => statement.all(bind(values)).map(toRow),
    *each(values: Values) {
      for (const cells of statement.iterate(bind(values))) yield toRow(cells);
    },
    get: (values: Values) => {
      const cells = statement.get(bind(values));
      return cells && toRow(cells);
    },
  };
  return runs as unknown as Runs<P>;
}
