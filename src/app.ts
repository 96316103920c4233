import type { Logger } from 'pino';
import type { AppConfig, Reconfigurable } from './app-config.ts';
import { Accounts } from './board/accounts.ts';
import { NetworkMap } from './board/addresses.ts';
import { Board } from './board/board.ts';
import { Caretaker } from './board/caretaker.ts';
import type { BoardEvent } from './board/events.ts';
import { Groups } from './board/groups.ts';
import { HourlyLimit } from './board/hourly-limit.ts';
import { Indexer } from './board/indexer.ts';
import { Keys } from './board/keys.ts';
import { NetworkBans } from './board/network-bans.ts';
import { Passwords } from './board/passwords.ts';
import { Closers } from './core/closers.ts';
import { ConversationLimit } from './core/conversation-limit.ts';
import { Core } from './core/core.ts';
import type { Door, DoorAddress } from './core/door.ts';
import { Hub } from './core/hub.ts';
import { logDeleted, logOwnerLost, logPurged, logReported } from './core/journal.ts';
import { capacityFor, warnOfFiles } from './doors/arriving/descriptors.ts';
import { Entrance } from './doors/arriving/entrance.ts';
import { Handshakes } from './doors/arriving/tls.ts';
import { doorsAt } from './doors/doors.ts';
import { ListenError } from './doors/listen-error.ts';
import { type Listening, probeAll, resolveAll, type TcpPlace } from './doors/listening.ts';
import { MetricsDoor } from './doors/metrics/door.ts';
import { OperatorDoor } from './doors/operator/door.ts';
import { SshDoor } from './doors/ssh/door.ts';
import { VouchedDoor, vouchedSocket } from './doors/vouched/door.ts';
import { ServerCounts } from './metrics/counts.ts';
import type { Concern, Sources } from './metrics/sources.ts';
import { constantResult } from './protocol/jsonrpc/messages.ts';
import { openRpcDocument } from './protocol/jsonrpc/openrpc.ts';
import { limits } from './protocol/limits.ts';
import type { Result } from './protocol/schemas.ts';
import { BackupSchedule } from './storage/sqlite/copies/backup-schedule.ts';
import { hostKeyFile, requireNoBoardName } from './storage/sqlite/file/board-files.ts';
import { isStorageRefusal } from './storage/sqlite/file/failure.ts';
import { giveToOwner } from './storage/sqlite/file/files.ts';
import { LockedError, ServerLock } from './storage/sqlite/file/lock.ts';
import { databaseFile } from './storage/sqlite/file/open.ts';
import { SqliteAccounts } from './storage/sqlite/serving/accounts.ts';
import { ClockWatch, describeFinding } from './storage/sqlite/serving/clock-watch.ts';
import { freeSpaceIfKnown } from './storage/sqlite/serving/disk-room.ts';
import { SqliteScreens } from './storage/sqlite/serving/screens.ts';
import { ServerStore } from './storage/sqlite/serving/server-store.ts';
import { SqliteUpkeep } from './storage/sqlite/serving/upkeep.ts';

// How long one stage of closing may take, in milliseconds: a step of the caretaker, a backup.
const closingTime = 5000;

interface Parts {
  readonly log: Logger;
  readonly board: Board;
  readonly groups: Groups;
  readonly core: Core;
  readonly accounts: Accounts;
  readonly concerns: Set<Concern>;
  readonly doors: readonly Door[];
  /** The addresses that people and programs connect to. */
  readonly addresses: readonly DoorAddress[];
  /** Where metrics are served, if they are. */
  readonly metricsAddress: DoorAddress | undefined;
  readonly ssh: SshDoor | undefined;
}

/** The whole board: storage, rules, core and doors, put together, and closed in reverse. */
export class App {
  private constructor(
    private readonly parts: Parts,
    private readonly closers: Closers,
  ) {}

  /**
   * @throws LockedError, DatabaseError if the database cannot be used, ListenError if an address cannot be
   * listened on, the error of OpenSSL if the certificate and the key do not fit
   */
  static async start(config: AppConfig, log: Logger, passwords = new Passwords()): Promise<App> {
    const { listening, sshPlaces } = await requireListening(config);
    const closers = new Closers(closingTime);
    try {
      return new App(await build(config, listening, sshPlaces, log, passwords, closers), closers);
    } catch (error) {
      await closers.close('The server could not start.');
      throw error;
    }
  }

  get addresses(): readonly DoorAddress[] {
    return this.parts.addresses;
  }

  /** The fingerprint of the SSH host key, if SSH is served. */
  get sshFingerprint(): string | undefined {
    return this.parts.ssh?.fingerprint;
  }

  get metricsAddress(): DoorAddress | undefined {
    return this.parts.metricsAddress;
  }

  /**
   * Applies the settings that can change while the board runs; connections stay.
   * @throws the error of OpenSSL, and then nothing has changed
   */
  reconfigure({ access, certificate, editTime, groupCreation, logLevel, ...more }: Reconfigurable) {
    const { doors, accounts, board, groups, core, log, ssh } = this.parts;
    for (const door of doors) door.reload?.({ certificate });
    accounts.access = access;
    core.info.access = access;
    board.editTime = editTime;
    groups.creation = groupCreation ?? groups.creation;
    core.info.limits.editTime = editTime;
    log.level = logLevel;
    if (ssh && more.sshSessions !== undefined) ssh.mostSessions = more.sshSessions;
  }

  /** Notes whether the configuration was refused when it was read last. */
  configurationRefused(isRefused: boolean): void {
    note(this.parts.concerns, 'configuration', isRefused);
  }

  /** Ends every session with `reason`, commits the accepted writes, and closes the database. */
  async close(reason: string): Promise<void> {
    this.parts.core.isClosing = true;
    await this.closers.close(reason);
  }
}

async function build(
  config: AppConfig,
  listening: readonly Listening[],
  sshPlaces: readonly TcpPlace[],
  log: Logger,
  passwords: Passwords,
  closers: Closers,
): Promise<Parts> {
  const { data, durability, onUpgrade, access, limits: own, metrics, version } = config;
  const counts = new ServerCounts();
  const concerns = new Set<Concern>();
  const { conversationsPerHour, conversationsAtOnce } = config.limits;
  const hub = new Hub(
    counts,
    new ConversationLimit(new HourlyLimit(conversationsPerHour, conversationsAtOnce)),
  );
  let caretaker: Caretaker | undefined;
  let indexer: Indexer | undefined;
  let backups: BackupSchedule | undefined;
  const publish = (event: BoardEvent) => {
    hub.publish(event);
    if (event.type === 'message.posted') indexer?.posted(1);
    if (event.type === 'messages.posted') indexer?.posted(event.subjects.length);
    if (event.type === 'retention.changed') caretaker?.wake();
    if (event.type === 'networkBans.changed') core.banNetworks(serverStore.networkBans());
    if (event.type === 'messages.purged') logPurged(event, log);
    if (event.type === 'message.deleted') logDeleted(event, log);
    if (event.type === 'message.reported') logReported(event, log);
    if (event.type === 'group.ownerLost') logOwnerLost(event, log);
  };
  // Clients that reconnect catch up with the events that they were not notified of.
  const missed = () => core.endSessions('The board has lost track of its sessions: connect again.');
  const serverStore = ServerStore.open({ data, durability, onUpgrade, publish, missed, log });
  closers.add(() => serverStore.close());
  const { store } = serverStore;
  const clockWatch = new ClockWatch(store, {
    report: (finding) => {
      const { level, text } = describeFinding(finding);
      log[level](text);
      if (finding.found !== 'future rows') note(concerns, 'clock', finding.found !== 'trusted');
    },
  });
  const stored = new SqliteAccounts(store);
  const accounts = new Accounts(stored, passwords, access, own);
  const capacity = capacityFor(own.connections);
  warnOfFiles(capacity, own.connections, log);
  const { connections } = capacity;
  const handshakes = config.certificate && new Handshakes(config.certificate, log);
  const info: Result<'server.info'> = {
    name: 'corkboard',
    version,
    access,
    tls: handshakes !== undefined,
    limits: { ...limits, ...own, connections },
  };
  const board = new Board(serverStore.repository, own.editTime);
  const groups = new Groups(serverStore.groups, config.groupCreation);
  const core = new Core({
    board,
    groups,
    accounts,
    keys: new Keys(stored),
    screens: new SqliteScreens(store),
    bans: new NetworkBans(() => clockWatch.expected / 1000),
    hub,
    info,
    // Created once, because it costs 20 ms.
    description: constantResult(openRpcDocument(version)),
    limits: own,
    connections,
    counts,
    log,
  });
  const proxies = NetworkMap.of(config.proxyProtocol ?? [], true as const);
  const entrance = new Entrance({ core, capacity, proxies, arrivalTime: config.arrivalTime });
  const database = databaseFile(data);
  const sources: Sources = {
    version,
    server: counts,
    commits: store.counts,
    survey: () => core.survey(),
    arriving: () => entrance.arriving(),
    usersOnline: () => hub.online,
    holdings: () => store.holdings(),
    diskFree: () => freeSpaceIfKnown(database),
    storageFails: () => store.trouble.isFailing,
    readsFail: () => store.trouble.readsFail,
    logLinesDropped: () => config.linesDropped?.() ?? 0,
    concerns,
    backups: () => backups?.status,
    certificateEnd: () => handshakes?.certificateEnd,
    probe: () => store.probe(),
  };
  const metricsDoor = metrics && new MetricsDoor(metrics, sources);
  const operatorDoor = new OperatorDoor({ database, made: giveToOwner });
  const vouchedDoor = new VouchedDoor({ database, entrance, made: giveToOwner });
  closers.add(
    () => core.close(),
    () => hub.close(),
    () => operatorDoor.close(),
    () => metricsDoor?.close(),
  );
  // Check the clock before peers connect: a wrong clock could end a ban early. If the disk fails, start all the same.
  await clockWatch.isTrusted().catch(() => {});
  core.banNetworks(serverStore.networkBans());
  // Changes from before the start: no session needs to be notified of them.
  await serverStore.announce();
  const [metricsAddress] = (await metricsDoor?.open(core)) ?? [];
  const { unframedClients, doors: further = [] } = config;
  const how = { entrance, handshakes, unframedClients, made: giveToOwner };
  const doors = [...doorsAt(listening, how), ...further];
  const { ssh: sshConfig } = config;
  const ssh =
    sshConfig &&
    new SshDoor({
      ...sshConfig,
      places: sshPlaces,
      hostKeyFile: hostKeyFile(database),
      socket: requireVouchedSocket(database),
    });
  // Before the SSH server ends, its sessions are sent the reason over the vouched door.
  closers.add(() => ssh?.close());
  closers.add(
    () => serverStore.stopWatching(),
    ...[...doors, vouchedDoor].map((door) => (reason: string) => door.close(reason)),
    () => caretaker?.close(),
    () => indexer?.close(),
    () => backups?.close(),
  );
  const addresses: DoorAddress[] = [];
  for (const door of doors) addresses.push(...(await door.open(core)));
  await operatorDoor.open(core);
  await vouchedDoor.open(core);
  addresses.push(...((await ssh?.open(core)) ?? []));
  serverStore.watch((isLost) => note(concerns, 'lock', isLost));
  const upkeep = new SqliteUpkeep(store, {
    tokensInUse: () => hub.tokens(),
    clockIsTrusted: () => clockWatch.isTrusted(),
    began: ({ group, rule }) => log.info({ group: group.name, rule }, 'retention deletes messages'),
  });
  const failed = (error: unknown) => {
    if (!isStorageRefusal(error)) log.error({ err: error }, 'upkeep failed; trying again');
  };
  caretaker = new Caretaker({ upkeep, failed });
  indexer = new Indexer({ index: () => upkeep.indexMessages(), failed });
  backups = config.backups && new BackupSchedule(data, config.backups, log);
  return { log, board, groups, core, accounts, concerns, doors, addresses, metricsAddress, ssh };
}

/**
 * Checks that all addresses can be listened on before a database is made or upgraded. If another server
 * holds the database, the operator has to know that, and not that a port is in use.
 * @throws ListenError, LockedError, DatabaseError if a Unix socket would have the name of a file of a board
 */
async function requireListening({ listen, data, metrics, ssh }: AppConfig) {
  const file = databaseFile(data);
  const holder = ServerLock.holder(file);
  if (holder !== undefined) throw new LockedError(file, holder);
  const listening = await resolveAll(listen);
  const sshListening = await resolveAll(
    (ssh?.places ?? []).map((at) => ({ scheme: 'tcp', ...at, setting: '--ssh' })),
  );
  if (ssh) requireVouchedSocket(file);
  for (const at of listening) if (at.scheme === 'unix') requireNoBoardName(at.path, file);
  await probeAll([...listening, ...sshListening], metrics);
  const sshPlaces = sshListening.flatMap((at) => (at.scheme === 'unix' ? [] : at.places));
  return { listening, sshPlaces };
}

/** @throws ListenError */
function requireVouchedSocket(database: string): string {
  const path = vouchedSocket(database);
  if (path !== undefined) return path;
  throw new ListenError(
    `The path of ${database} is too long for the socket over which --ssh reaches the board. Choose a shorter --data.`,
  );
}

function note(concerns: Set<Concern>, about: Concern, isThere: boolean): void {
  if (isThere) concerns.add(about);
  else concerns.delete(about);
}
