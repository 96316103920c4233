import { onTestFinished } from 'vitest';
import type { BoardEvent } from '../../src/board/events.ts';
import { healthChecks, problemsOf } from '../../src/storage/sqlite/file/health.ts';
import { openHeld, openShared } from '../../src/storage/sqlite/file/open.ts';
import { SqliteAdministration } from '../../src/storage/sqlite/operator/administration.ts';
import { SqliteAccounts } from '../../src/storage/sqlite/serving/accounts.ts';
import { SqliteGroups } from '../../src/storage/sqlite/serving/groups.ts';
import { SqliteRepository } from '../../src/storage/sqlite/serving/repository.ts';
import { Store } from '../../src/storage/sqlite/serving/store.ts';
import { SqliteUpkeep } from '../../src/storage/sqlite/serving/upkeep.ts';
import { putNewBoard } from '../helpers/new-board.ts';
import { newFile } from '../helpers/storage.ts';
import type { StorageOptions, StorageUnderTest } from './storage.ts';

/** SQLite as the contract drives it: a server's store, and a connection of its own for the operator. */
class SqliteUnderTest implements StorageUnderTest {
  readonly administration: SqliteAdministration;
  private opened: ReturnType<SqliteUnderTest['open']>;
  private published: BoardEvent[] = [];

  constructor(
    private readonly file: string,
    private readonly options: StorageOptions,
  ) {
    this.opened = this.open();
    const operator = openShared(file);
    if (options.durable === false) operator.pragma('synchronous = OFF');
    this.administration = SqliteAdministration.outside(operator);
  }

  get repository() {
    return this.opened.repository;
  }

  get groups() {
    return this.opened.groups;
  }

  get accounts() {
    return this.opened.accounts;
  }

  get serverAdministration() {
    return this.opened.serverAdministration;
  }

  get upkeep() {
    return this.opened.upkeep;
  }

  events(): BoardEvent[] {
    const { published } = this;
    this.published = [];
    return published;
  }

  problems(): string[] {
    const client = openShared(this.file);
    try {
      return healthChecks.flatMap((check) => problemsOf(check, client));
    } finally {
      client.close();
    }
  }

  async restart(): Promise<void> {
    await this.opened.close();
    this.opened = this.open();
  }

  async close(): Promise<void> {
    this.administration.close();
    await this.opened.close();
  }

  private open() {
    const { durable = true, now = Date.now } = this.options;
    const { client, lock } = openHeld(this.file, { busyTimeout: 0 });
    if (!durable) client.pragma('synchronous = OFF');
    const store = new Store(client, { publish: (event) => this.published.push(event), now });
    return {
      repository: new SqliteRepository(store),
      groups: new SqliteGroups(store),
      accounts: new SqliteAccounts(store),
      serverAdministration: new SqliteAdministration(store),
      upkeep: new SqliteUpkeep(store),
      close: async () => {
        if (!client.open) return;
        await store.close();
        lock.release();
      },
    };
  }
}

/** Opens the storage in `file`, a new board if left out; it is closed when the test has ended. */
export function openSqlite(
  options: StorageOptions = {},
  file: string = newBoard(options.groups),
): StorageUnderTest {
  const storage = new SqliteUnderTest(file, options);
  onTestFinished(() => storage.close());
  return storage;
}

/** A new board, with these of its first groups. */
function newBoard(groups?: readonly string[]): string {
  const file = newFile();
  putNewBoard(file);
  if (groups) {
    const client = openShared(file);
    client
      .prepare('DELETE FROM groups WHERE name NOT IN (SELECT value FROM json_each(?))')
      .run(JSON.stringify(groups));
    client.close();
  }
  return file;
}
