import type { Client } from './connection.ts';

/** A rule that every database has to meet, and how to find the rows that break it. */
export interface HealthCheck {
  readonly name: string;
  /** A sentence for each row or page that breaks the rule. */
  find(client: Client): string[];
}

/** A check of the board's own rules: `query` returns a row for everything that breaks the rule. */
export function rule<Row>(
  name: string,
  query: string,
  describe: (row: Row) => string,
): HealthCheck {
  return { name, find: (client) => client.prepare<[], Row>(query).all().map(describe) };
}
