import type { Logger } from 'pino';
import type { BoardEvent } from '../../../board/events.ts';
import type { NetworkBan } from '../../../board/network-bans.ts';
import type { Durability } from '../file/connection.ts';
import { isStorageRefusal } from '../file/failure.ts';
import type { ServerLock } from '../file/lock.ts';
import { databaseFile, openHeld } from '../file/open.ts';
import { describeUpgrade, type UpgradePlan } from '../file/upgrade-plan.ts';
import { SqliteGroups } from './groups.ts';
import { SqliteRepository } from './repository.ts';
import { Store } from './store.ts';

// How often the server looks for changes by administration commands, in milliseconds.
const outsideInterval = 500;

const lockGone =
  'The file of the lock is gone, so a second server could start on this board. Restart this one.';

export interface OpenStoreOptions {
  /** The folder of the database. */
  readonly data: string;
  readonly durability: Durability;
  readonly publish: (event: BoardEvent) => void;
  /** See `StoreOptions.missed`. */
  readonly missed: () => void;
  readonly log: Logger;
  /** Called before the database is upgraded, with an estimate in seconds. */
  readonly onUpgrade?: ((seconds: number) => void) | undefined;
}

/** The database of a server, which holds its lock until it is closed. */
export class ServerStore {
  readonly repository: SqliteRepository;
  readonly groups: SqliteGroups;
  private lockWasInPlace = true;
  private timer: NodeJS.Timeout | undefined;

  private constructor(
    readonly store: Store,
    private readonly lock: ServerLock,
    private readonly log: Logger,
  ) {
    this.repository = new SqliteRepository(store);
    this.groups = new SqliteGroups(store);
  }

  /** @throws LockedError, DatabaseError if the database cannot be used; then the lock is released */
  static open({
    data,
    durability,
    publish,
    missed,
    log,
    onUpgrade,
  }: OpenStoreOptions): ServerStore {
    const report = {
      begin: (plan: UpgradePlan) => {
        log.info(describeUpgrade(plan));
        onUpgrade?.(plan.seconds);
      },
      progress: (stage: string) => log.info(`upgrading the database: ${stage}`),
    };
    const { client, lock, copy } = openHeld(databaseFile(data), { durability, report });
    try {
      // From here on, a wait inside SQLite would stop every connection. The commit thread does the waiting.
      client.pragma('busy_timeout = 0');
      if (copy) log.info({ copy }, 'upgraded the database; it was copied before');
      const store = new Store(client, {
        publish,
        missed,
        log,
        failed: (error) =>
          log.error({ err: error }, 'an event or a reply could not be made: this is a bug'),
        logHeld: ({ held, bytes }) =>
          held
            ? log.warn(
                { bytes },
                'a process that reads the database keeps its log from being emptied: the log grows until it ends (fuser corkboard.db)',
              )
            : log.info('the log of the database is emptied again'),
      });
      return new ServerStore(store, lock, log);
    } catch (error) {
      client.close();
      lock.release();
      throw error;
    }
  }

  /** The banned networks, as they are stored now. */
  networkBans(): readonly NetworkBan[] {
    return this.store.statements.allNetworkBans.all();
  }

  /** Publishes the changes of administration commands since the last call. A failure is logged. */
  async announce(): Promise<void> {
    try {
      await this.repository.announceOutsideChanges();
    } catch (error) {
      if (!isStorageRefusal(error)) {
        this.log.error({ err: error }, 'looking for outside changes failed; trying again');
      }
    }
  }

  /**
   * Starts to check its files, and to look for outside changes, twice a second, until it is closed.
   * @param lockIsLost called each time, with whether the lock file is missing
   */
  watch(lockIsLost: (isLost: boolean) => void): void {
    this.timer = setInterval(() => {
      this.store.watch();
      const { isInPlace } = this.lock;
      if (this.lockWasInPlace && !isInPlace) {
        this.log.error({ file: this.store.client.name }, lockGone);
      }
      this.lockWasInPlace = isInPlace;
      lockIsLost(!isInPlace);
      void this.announce();
    }, outsideInterval);
  }

  /** Ends `watch`. */
  stopWatching(): void {
    clearInterval(this.timer);
  }

  async close(): Promise<void> {
    this.stopWatching();
    await this.store.close();
    this.lock.release();
  }
}
