import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { nameKey } from '../../../board/name-key.ts';
import { groupName } from '../../../board/names.ts';
import { tokenKeyBytes } from '../../../board/tokens.ts';
import {
  type Client,
  type ConnectionOptions,
  DatabaseError,
  openConnection,
  openingError,
} from './connection.ts';
import { ServerLock } from './lock.ts';
import { requireCurrent, upgrade } from './migrate.ts';
import { nameColumns } from './names.ts';
import { orm } from './orm.ts';
import { realPath, requireOneName } from './paths.ts';
import { groups, tokenKey } from './schema.ts';
import type { UpgradeReport } from './upgrade-plan.ts';

/**
 * The database file in a data folder, as an absolute path without symbolic links. The log, the lock,
 * the socket and the copies get their names from this path: two servers that reach one file by
 * different links have to meet at one lock, and a rename must not replace a link.
 * @throws DatabaseError for a name that is empty, and for a file that has a second name
 */
export function databaseFile(dataFolder: string): string {
  if (dataFolder === '')
    throw new DatabaseError('The folder of the database has no name: see --data.');
  const file = realPath(join(dataFolder, 'corkboard.db'));
  requireOneName(file);
  return file;
}

/** The groups of a new board: name and description. */
export const firstGroups = [
  ['main', 'The public group'],
  ['general', 'Anything that fits nowhere else'],
  ['news', 'What is new'],
  ['help', 'Questions and answers'],
  ['random', 'Off topic'],
] as const;

export interface HeldDatabase {
  readonly client: Client;
  readonly lock: ServerLock;
  /** Where the database was copied before it was upgraded, if it was. */
  readonly copy: string | undefined;
}

/**
 * Opens a database for a server, or to upgrade it: takes its lock, creates it with the first
 * groups if it is missing, and upgrades its schema.
 * @throws LockedError if another process holds it, DatabaseError if it cannot be used
 */
export function openHeld(
  file: string,
  { report, ...options }: ConnectionOptions & { report?: UpgradeReport } = {},
): HeldDatabase {
  const lock = ServerLock.take(file);
  let client: Client | undefined;
  try {
    client = openConnection(file, { ...options, create: true });
    const copy = upgrade(file, client, undefined, report);
    addFirstGroups(client);
    addTokenKey(client);
    return { client, lock, copy };
  } catch (error) {
    client?.close();
    lock.release();
    throw openingError(file, error);
  }
}

/**
 * Opens an existing database of the current schema, also while a server runs on it.
 * @throws DatabaseError if it is missing, damaged, of another schema, or no board
 */
export function openShared(file: string, options: ConnectionOptions = {}): Client {
  const client = openConnection(file, options);
  try {
    requireCurrent(file, client);
    return client;
  } catch (error) {
    client.close();
    throw openingError(file, error);
  }
}

/** A board that is new, or was copied or restored, has no key. */
function addTokenKey(client: Client): void {
  const database = orm(client);
  if (database.select({ id: tokenKey.id }).from(tokenKey).get()) return;
  database
    .insert(tokenKey)
    .values({ id: 1, key: randomBytes(tokenKeyBytes) })
    .run();
}

/** `main` is never removed. If it is missing, the board is new, or its creation was interrupted. */
function addFirstGroups(client: Client): void {
  const [[main]] = firstGroups;
  const database = orm(client);
  if (
    database
      .select()
      .from(groups)
      .where(eq(groups.nameKey, nameKey(main)))
      .get()
  )
    return;
  const createdAt = Date.now() * 1000;
  const values = firstGroups.map(([name, description]) => ({
    ...nameColumns(groupName(name)),
    description,
    createdAt,
  }));
  database.insert(groups).values(values).run();
}
