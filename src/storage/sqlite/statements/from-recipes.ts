import type { Client } from '../file/connection.ts';
import { prepare, prepareRows, type Recipe } from './recipe.ts';
import type { Statements } from './statements.ts';

/** Prepares statements that another thread has made with drizzle: without it, a thread takes 200 MiB less. */
export function fromRecipes(client: Client, recipes: Readonly<Record<string, Recipe>>): Statements {
  const all = Object.entries(recipes).map(([name, recipe]) => [
    name,
    recipe.rows ? prepareRows(client, recipe) : prepare(client, recipe),
  ]);
  return Object.fromEntries(all) as Statements;
}
