import { readFileSync } from 'node:fs';

const journal = new URL('../../migrations/meta/_journal.json', import.meta.url);

/** How many migrations the program knows. */
export const migrations: number = JSON.parse(readFileSync(journal, 'utf8')).entries.length;
