import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Accounts } from './board/accounts.ts';
import { type Network, NetworkMap } from './board/addresses.ts';
import type { Access } from './board/admission.ts';
import { Board } from './board/board.ts';
import { Caretaker } from './board/caretaker.ts';
import { NetworkBans } from './board/network-bans.ts';
import { Passwords } from './board/passwords.ts';
import type { Repository } from './board/ports/repository.ts';
import type { BoardEvent } from './board/types.ts';
import { Hub } from './core/hub.ts';
import { probeListening, resolveHosts } from './doors/listening.ts';
import { type MetricsAddress, MetricsServer } from './doors/metrics/door.ts';
import { OperatorSocket, socketFile } from './doors/operator/door.ts';
import { Server } from './doors/server.ts';
import { type Capacity, capacityFor } from './doors/tcp/descriptors.ts';
import type { Certificate } from './doors/tcp/tls.ts';
import { ServerCounts } from './metrics/counts.ts';
import type { Concern } from './metrics/sources.ts';
import { constantResult } from './protocol/jsonrpc/messages.ts';
import { openRpcDocument } from './protocol/jsonrpc/openrpc.ts';
import { limits, type ServerLimits } from './protocol/limits.ts';
import type { Result } from './protocol/schemas.ts';
import { formatTime } from './protocol/time.ts';
import { type BackupPlan, BackupSchedule } from './storage/sqlite/copies/backup-schedule.ts';
import type { Durability } from './storage/sqlite/file/connection.ts';
import { isStorageRefusal } from './storage/sqlite/file/failure.ts';
import { giveToOwner } from './storage/sqlite/file/files.ts';
import { LockedError, ServerLock } from './storage/sqlite/file/lock.ts';
import { databaseFile, type HeldDatabase, openHeld } from './storage/sqlite/file/open.ts';
import { SqliteAccounts } from './storage/sqlite/serving/accounts.ts';
import { ClockWatch, describeFinding } from './storage/sqlite/serving/clock-watch.ts';
import { SqliteRepository } from './storage/sqlite/serving/repository.ts';
import { Store } from './storage/sqlite/serving/store.ts';
import { SqliteUpkeep } from './storage/sqlite/serving/upkeep.ts';

// How often the server looks for what administration commands have done, in milliseconds.
const outsideInterval = 500;
// How long a step of the caretaker and a backup may take to end, in milliseconds.
const closingTime = 5000;

const lockGone =
  'The file of the lock is gone, so a second server could start on this board. Restart this one.';

export interface AppConfig {
  /** The addresses and names to listen on, all on the same port. */
  readonly host: readonly string[];
  /** 0 for a free one. */
  readonly port: number;
  /** The folder of the database. */
  readonly data: string;
  readonly version: string;
  readonly access: Access;
  readonly certificate?: Certificate | undefined;
  /** The networks whose connections begin with a header of the PROXY protocol. */
  readonly proxyProtocol?: readonly Network[] | undefined;
  /** How long a socket may take to become a connection, in milliseconds; 10 s if left out. */
  readonly arrivalTime?: number;
  readonly unframedClients: boolean;
  readonly limits: ServerLimits;
  readonly backups?: BackupPlan | undefined;
  /** Whether each commit is on disk before it is acknowledged: see `openConnection`. */
  readonly durability: Durability;
  /** How many lines of the log were dropped; none if left out. */
  readonly linesDropped?: (() => number) | undefined;
  /** Where metrics and health are told, if anywhere. */
  readonly metrics?: MetricsAddress | undefined;
}

export interface Reconfigurable extends Pick<AppConfig, 'access'> {
  /** Left out where the server speaks no TLS. */
  readonly certificate: Certificate | undefined;
  /** A level of pino. */
  readonly logLevel: string;
}

/** The whole board: storage, rules and server, put together, and closed in reverse. */
export class App {
  private constructor(
    /** Where it listens. */
    readonly addresses: readonly AddressInfo[],
    private readonly server: Server,
    private readonly accounts: Accounts,
    private readonly info: Result<'server.info'>,
    private readonly hub: Hub,
    private readonly watch: NodeJS.Timeout,
    private readonly caretaker: Caretaker,
    private readonly backups: BackupSchedule | undefined,
    private readonly store: Store,
    private readonly lock: ServerLock,
    private readonly metrics: MetricsServer | undefined,
    private readonly operatorSocket: OperatorSocket | undefined,
    /** Where metrics are told, if they are. */
    readonly metricsAddress: AddressInfo | undefined,
    private readonly concerns: Set<Concern>,
  ) {}

  /**
   * @throws LockedError, DatabaseError where the database cannot be used, ListenError where an
   * address cannot be listened on
   */
  static async start(
    config: AppConfig,
    log: Logger,
    passwords: Passwords = new Passwords(),
  ): Promise<App> {
    await requireListening(config);
    const { client, lock, copy } = openHeld(databaseFile(config.data), {
      durability: config.durability,
    });
    // From here on, a wait inside SQLite would stop every connection; the commit queue waits
    // between turns.
    client.pragma('busy_timeout = 0');
    if (copy) log.info({ copy }, 'upgraded the database; it was copied before');
    const counts = new ServerCounts();
    const concerns = new Set<Concern>();
    const hub = new Hub(counts);
    let caretaker: Caretaker | undefined;
    let backups: BackupSchedule | undefined;
    const publish = (event: BoardEvent) => {
      hub.publish(event);
      if (event.type === 'retention.changed') caretaker?.wake();
      if (event.type === 'networkBans.changed') readBans();
      if (event.type === 'messages.purged') logPurged(event, log);
    };
    const store = openStore({ client, lock }, publish, log);
    const clockWatch = new ClockWatch(store, {
      report: (finding) => {
        const { level, text } = describeFinding(finding);
        log[level](text);
        if (finding.found !== 'future rows') note(concerns, 'clock', finding.found !== 'trusted');
      },
    });
    const bans = new NetworkBans(() => clockWatch.expected / 1000);
    const readBans = () => {
      bans.replace(store.statements.allNetworkBans.all());
      for (const session of hub.connected) {
        const reason = bans.reasonFor(session.address);
        if (reason) session.close('EXPELLED', reason);
      }
    };
    const repository = new SqliteRepository(store);
    const accounts = new Accounts(
      new SqliteAccounts(store),
      passwords,
      config.access,
      config.limits,
    );
    const capacity = capacityFor(config.limits.connections);
    if (capacity.filesNeeded !== undefined) warnOfFiles(capacity, config.limits, log);
    const info = {
      name: 'corkboard',
      version: config.version,
      access: config.access,
      tls: config.certificate !== undefined,
      limits: { ...limits, ...config.limits, connections: capacity.connections },
    };
    const server = new Server({
      board: new Board(repository),
      accounts,
      bans,
      proxies: networkMap(config.proxyProtocol ?? []),
      capacity,
      arrivalTime: config.arrivalTime,
      hub,
      log,
      certificate: config.certificate,
      unframedClients: config.unframedClients,
      limits: config.limits,
      info,
      // Made once: it takes 20 ms.
      description: constantResult(openRpcDocument(config.version)),
      counts,
    });
    const metrics =
      config.metrics &&
      new MetricsServer({
        version: config.version,
        server: counts,
        commits: store.counts,
        survey: () => server.survey(),
        arriving: () => server.arriving(),
        usersOnline: () => hub.online,
        holdings: () => store.holdings(),
        diskFree: () => store.diskFree(),
        storageFails: () => store.trouble.isFailing,
        readsFail: () => store.trouble.readsFail,
        logLinesDropped: () => config.linesDropped?.() ?? 0,
        concerns,
        backups: () => backups?.status,
        certificateEnd: () => server.certificateEnd,
        probe: () => store.probe(),
      });
    try {
      // Before anyone can connect whose ban may seem to have ended. A disk that fails is no reason not to start.
      await clockWatch.isTrusted().catch(() => {});
      readBans();
      // Nobody was connected to be told of these.
      await announce(repository, log);
      const metricsAddress = config.metrics && (await metrics?.listen(config.metrics));
      const addresses = await server.listen(config.host, config.port);
      const operatorSocket = await answerOperator(config.data, hub, log);
      let isHeld = true;
      const watch = setInterval(() => {
        store.watch();
        if (isHeld && !lock.isInPlace) log.error({ file: store.client.name }, lockGone);
        isHeld = lock.isInPlace;
        note(concerns, 'lock', !isHeld);
        void announce(repository, log);
      }, outsideInterval);
      caretaker = new Caretaker({
        upkeep: new SqliteUpkeep(store, {
          tokensInUse: () => hub.tokens(),
          clockIsTrusted: () => clockWatch.isTrusted(),
          began: ({ group, rule }) =>
            log.info({ group: group.name, rule }, 'retention deletes messages'),
        }),
        failed: (error) => {
          if (!isStorageRefusal(error)) log.error({ err: error }, 'upkeep failed; trying again');
        },
      });
      const { backups: plan, data } = config;
      backups = plan && new BackupSchedule(data, plan, log);
      return new App(
        addresses,
        server,
        accounts,
        info,
        hub,
        watch,
        caretaker,
        backups,
        store,
        lock,
        metrics,
        operatorSocket,
        metricsAddress,
        concerns,
      );
    } catch (error) {
      metrics?.close();
      store.close();
      lock.release();
      throw error;
    }
  }

  /**
   * Takes on what can change while the board runs; who is connected stays so.
   * @throws the error of OpenSSL, and then nothing has changed
   */
  reconfigure({ access, certificate, logLevel }: Reconfigurable): void {
    if (certificate) this.server.changeCertificate(certificate);
    this.accounts.access = access;
    this.info.access = access;
    this.server.changeLogLevel(logLevel);
  }

  /** Notes whether the configuration was refused when it was read last. */
  configurationRefused(isRefused: boolean): void {
    note(this.concerns, 'configuration', isRefused);
  }

  /** Ends every session with `reason`, commits what was taken, and lets go of the database. */
  async close(reason: string): Promise<void> {
    clearInterval(this.watch);
    this.metrics?.stop();
    // Members are told at once; what else is under way ends meanwhile, and each part limits how long.
    const others = [this.caretaker.close(), this.backups?.close()];
    await this.server.close(reason);
    await Promise.race([Promise.all(others), pause(closingTime, undefined, { ref: false })]);
    this.hub.close();
    this.operatorSocket?.close();
    this.metrics?.close();
    await this.store.checkpoints.settled();
    this.store.close();
    this.lock.release();
  }
}

/**
 * Makes sure that the addresses can be listened on before a database is made or upgraded. Where
 * another server holds the database, that is what the operator has to know, and not the port.
 * @throws ListenError, LockedError
 */
async function requireListening({ host, port, data, metrics }: AppConfig): Promise<void> {
  const file = databaseFile(data);
  const holder = ServerLock.holder(file);
  if (holder !== undefined) throw new LockedError(file, holder);
  for (const place of await resolveHosts(host, port, '--host')) {
    await probeListening({ ...place, port });
  }
  if (metrics) await probeListening({ ...metrics, setting: '--metrics' });
}

function networkMap(networks: readonly Network[]): NetworkMap<true> {
  const map = new NetworkMap<true>();
  for (const network of networks) map.set(network, true);
  return map;
}

function warnOfFiles(capacity: Capacity, { connections: wanted }: ServerLimits, log: Logger): void {
  const { connections, filesNeeded } = capacity;
  log.warn(
    { connections, wanted, filesNeeded },
    'the limit of open files is too low for max-connections: fewer are accepted. Raise it with ' +
      '`ulimit -n`, or with LimitNOFILE= in the unit of systemd',
  );
}

/** Lets go of the database where it cannot be used. @throws the error of SQLite */
function openStore(
  held: Omit<HeldDatabase, 'copy'>,
  publish: (event: BoardEvent) => void,
  log: Logger,
): Store {
  try {
    return new Store(held.client, {
      publish,
      log,
      failed: (error) => log.error({ err: error }, 'an event could not be told: this is a bug'),
      logHeld: ({ held, bytes }) =>
        held
          ? log.warn(
              { bytes },
              'a process that reads the database keeps its log from being emptied: the log grows until it ends (fuser corkboard.db)',
            )
          : log.info('the log of the database is emptied again'),
    });
  } catch (error) {
    held.client.close();
    held.lock.release();
    throw error;
  }
}

/** Whatever deletes messages is logged. */
function logPurged(event: Extract<BoardEvent, { type: 'messages.purged' }>, log: Logger): void {
  const { group, count, first, last, by } = event;
  const about = { group: group.name, count, first, last };
  if (!by) log.info(about, 'the operator deleted messages');
  else {
    const upTo = formatTime(by.upTo);
    log.info({ ...about, rule: by.rule, upTo }, 'retention deleted messages');
  }
}

function note(concerns: Set<Concern>, about: Concern, isThere: boolean): void {
  if (isThere) concerns.add(about);
  else concerns.delete(about);
}

/** A board that cannot tell its operator who is connected is a board nonetheless. */
async function answerOperator(
  data: string,
  hub: Hub,
  log: Logger,
): Promise<OperatorSocket | undefined> {
  const path = socketFile(databaseFile(data));
  const without = 'stats cannot tell who is connected';
  if (path === undefined) {
    log.warn({ data }, `${without}: the path of the folder is too long for a socket`);
    return undefined;
  }
  try {
    const socket = await OperatorSocket.listen(path, () => hub.connected);
    giveToOwner(path);
    return socket;
  } catch (error) {
    const { message } = error as Error;
    log.warn({ path, reason: message }, `${without}: there can be no socket; is its place taken?`);
    return undefined;
  }
}

async function announce(repository: Repository, log: Logger): Promise<void> {
  try {
    await repository.announceOutsideChanges();
  } catch (error) {
    if (!isStorageRefusal(error))
      log.error({ err: error }, 'looking for outside changes failed; trying again');
  }
}
