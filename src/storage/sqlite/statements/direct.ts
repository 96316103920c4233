import { Param, Placeholder, type Query } from 'drizzle-orm';
import type { Client } from '../file/connection.ts';
import { prepare, prepareRows, type Recipe } from './recipe.ts';

/** A query of drizzle's that is not prepared yet. Only the type of `prepare` is used. */
interface Preparable<P> {
  toSQL(): Query;
  prepare(): P;
}

type Values = Record<string, unknown>;
type Runs<P> = Pick<P, Extract<keyof P, 'get' | 'all' | 'run' | 'getQuery'>> & {
  /** The rows one by one. The connection can do nothing else until the loop over them has ended. */
  each(values: Values): Iterable<RowOf<P>>;
  /** The rows as arrays of their columns. */
  rows(values: Values): unknown[];
};
type RowOf<P> = P extends { all(...args: never[]): readonly (infer R)[] } ? R : never;

/**
 * Runs drizzle's SQL through better-sqlite3. It has the interface of a prepared query of drizzle, but maps
 * parameters and columns once, not at every call.
 * @param columns the columns that the query selects or returns, in that order; none if it returns no rows
 */
export function direct<P>(
  client: Client,
  query: Preparable<P>,
  columns: Readonly<Record<string, unknown>> = {},
): Runs<P> {
  const generated = query.toSQL();
  const recipe = toRecipe(generated, Object.keys(columns));
  const getQuery = () => generated;
  return { ...prepare(client, recipe), getQuery, recipe } as unknown as Runs<P>;
}

/** An insert of drizzle's for one row, whose parameters are all placeholders, to insert `rows` rows at once: see `prepareRows`. */
export function directRows(client: Client, query: Pick<Preparable<never>, 'toSQL'>, rows: number) {
  const generated = query.toSQL();
  const recipe: Recipe = { ...toRecipe(generated, []), rows };
  return { ...prepareRows(client, recipe), getQuery: () => generated, recipe };
}

/** A statement that drizzle has prepared, or `direct`, or a pragma. */
interface Source {
  readonly recipe?: Recipe;
  getQuery?(): Query;
  /** The columns that drizzle selects: internal to drizzle, but there is no public way to read them. */
  readonly fields?: readonly { path: readonly string[]; field: unknown }[];
}

/** A prepared statement as data. */
export function recipeOf(statement: unknown): Recipe {
  const { recipe, getQuery, fields = [] } = statement as Source;
  if (recipe) return recipe;
  const query = getQuery?.call(statement);
  if (!query) throw new Error('This is no statement.');
  const columns = fields.map(({ path }) => path.join('.'));
  const booleans = fields.filter(({ field }) => decode(field) === true);
  return {
    ...toRecipe(query, columns),
    booleans: booleans.map(({ path }) => path.join('.')),
  };
}

function toRecipe({ sql, params }: Query, columns: readonly string[]): Recipe {
  return { sql, params: params.map(toParam), columns, booleans: [] };
}

function toParam(param: unknown): Recipe['params'][number] {
  const held = param instanceof Param ? param.value : param;
  if (held instanceof Placeholder) return { name: held.name };
  return held as string | number | null;
}

/** The value that drizzle decodes from a 1 in a column. */
function decode(field: unknown): unknown {
  const { decoder } = field as { decoder?: { mapFromDriverValue(value: number): unknown } };
  return decoder?.mapFromDriverValue(1);
}
