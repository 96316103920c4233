import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { BoardEvent } from '../../src/board/types.ts';
import { openHeld, openShared } from '../../src/storage/sqlite/file/open.ts';
import { SqliteAdministration } from '../../src/storage/sqlite/operator/administration.ts';
import { SqliteAccounts } from '../../src/storage/sqlite/serving/accounts.ts';
import { SqliteRepository } from '../../src/storage/sqlite/serving/repository.ts';
import { Store } from '../../src/storage/sqlite/serving/store.ts';
import { SqliteUpkeep } from '../../src/storage/sqlite/serving/upkeep.ts';
import { newFile } from '../helpers/storage.ts';
import { tempFolder } from '../helpers/temp.ts';
import type { StorageOptions, StorageUnderTest } from './storage.ts';

/** SQLite as the contract drives it: a server's store, and a connection of its own for the operator. */
class SqliteUnderTest implements StorageUnderTest {
  private opened: ReturnType<SqliteUnderTest['open']>;
  private published: BoardEvent[] = [];

  constructor(
    private readonly file: string,
    private readonly options: StorageOptions,
  ) {
    this.opened = this.open();
  }

  get repository() {
    return this.opened.repository;
  }

  get accounts() {
    return this.opened.accounts;
  }

  get administration() {
    return this.opened.administration;
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

  async restart(): Promise<void> {
    await this.close();
    this.opened = this.open();
  }

  async close(): Promise<void> {
    this.opened.close();
  }

  private open() {
    const { durable = true, now = Date.now } = this.options;
    const { client, lock } = openHeld(this.file, { busyTimeout: 0 });
    const operator = openShared(this.file);
    if (!durable) for (const each of [client, operator]) each.pragma('synchronous = OFF');
    const store = new Store(client, { publish: (event) => this.published.push(event), now });
    const administration = SqliteAdministration.outside(operator);
    return {
      repository: new SqliteRepository(store),
      accounts: new SqliteAccounts(store),
      administration,
      serverAdministration: new SqliteAdministration(store),
      upkeep: new SqliteUpkeep(store),
      close: () => {
        if (!client.open) return;
        administration.close();
        store.close();
        lock.release();
      },
    };
  }
}

/** Opens the storage in `file`, a new board if left out; it is closed when the test has ended. */
export function openSqlite(
  options: StorageOptions = {},
  file: string = copyOfNewBoard(),
): StorageUnderTest {
  const storage = new SqliteUnderTest(file, options);
  onTestFinished(() => storage.close());
  return storage;
}

let template: string | undefined;

/** A new board is made once and copied: migrations take longer than many a test. */
function copyOfNewBoard(): string {
  template = template && existsSync(template) ? template : makeTemplate();
  const file = newFile();
  copyFileSync(template, file);
  return file;
}

function makeTemplate(): string {
  const file = join(tempFolder(), 'template.db');
  const { client, lock } = openHeld(file);
  client.close();
  lock.release();
  return file;
}
