import { defaultPort, type ServerLimits, serverLimits } from '../../protocol/limits.ts';
import { groupCreations } from '../../protocol/rights.ts';
import { logFormats, logLevels } from '../running/log.ts';
import { endpoint, listenUrl, sshEndpoints } from './endpoints.ts';
import {
  duration,
  durationOrOff,
  hourlyRate,
  type Kind,
  listOf,
  network,
  oneOf,
  onOrOff,
  rate,
  size,
  text,
  wholeNumber,
} from './kinds.ts';

/**
 * Every setting of `serve`. An entry `tlsCert` is the flag `--tls-cert`, the variable
 * `CORKBOARD_TLS_CERT` and the key `tls-cert` of the configuration file.
 */
export const settings = {
  listen: setting({
    takes: listOf(listenUrl()),
    help: 'where to listen: tcp://host:port, tls://host:port or unix:path; may be repeated',
  }),
  host: setting({
    takes: listOf(text('address', 'an address or a name of this machine')),
    default: ['127.0.0.1'],
    help: 'address to listen on, short for --listen tcp:// (tls:// with a certificate); may be repeated',
  }),
  port: setting({
    takes: wholeNumber(0, 65_535),
    default: defaultPort,
    help: 'port of --host, 0 for a free one',
  }),
  data: setting({
    takes: text('folder', 'the name of a folder'),
    default: 'data',
    help: 'folder of the database; made if it is missing',
  }),
  access: setting({
    takes: oneOf('policy', ['open', 'registered', 'closed']),
    default: 'open',
    help: 'who may connect: any free name, new names with a password, or only names that you made',
    reloads: true,
  }),
  tlsCert: setting({
    takes: text('file', 'the name of a file'),
    help: 'certificate chain in PEM, to speak TLS',
    reloads: true,
  }),
  tlsKey: setting({
    takes: text('file', 'the name of a file'),
    help: 'key of the certificate in PEM',
    reloads: true,
  }),
  proxyProtocol: setting({
    takes: listOf(network()),
    help: 'networks of proxies that begin each connection with a PROXY header; may be repeated',
  }),
  unframedClients: setting({
    takes: onOrOff(),
    default: false,
    help: 'serve clients that send no line endings: a pause of 50 ms ends a line',
  }),
  loginTime: setting({
    takes: duration('1s', '1d'),
    default: serverLimits.loginTime,
    help: 'how long a connection may take to log in',
  }),
  maxConnections: setting({
    takes: wholeNumber(1, 1_000_000),
    default: serverLimits.connections,
    help: 'connections at once',
  }),
  maxConnectionsPerAddress: setting({
    takes: wholeNumber(1, 1_000_000),
    default: serverLimits.connectionsPerAddress,
    help: 'connections at once from one address, or one /64 of IPv6; this machine is exempt',
  }),
  rate: setting({
    takes: rate(),
    default: { perSecond: serverLimits.commandsPerSecond, burst: serverLimits.commandBurst },
    help: 'limit of commands of one user, as a second/at once, or off to turn off all rates',
  }),
  ratePerNetwork: setting({
    takes: rate(),
    default: {
      perSecond: serverLimits.networkCommandsPerSecond,
      burst: serverLimits.networkCommandBurst,
    },
    help: 'the same for all connections from one address, or one /64 of IPv6; this machine is exempt',
  }),
  maxWaitingRequests: setting({
    takes: wholeNumber(1, 1_000_000),
    default: serverLimits.waitingRequests,
    help: 'how many requests of one connection may wait; further ones are not read yet',
  }),
  maxUnsent: setting({
    takes: size(64 * 1024, 1024 * 1024 * 1024),
    default: serverLimits.outboxBytes,
    help: 'how many bytes may wait to be sent to one connection before it is closed as too slow',
  }),
  newNames: setting({
    takes: hourlyRate(),
    default: { perHour: serverLimits.newNamesPerHour, burst: serverLimits.newNamesAtOnce },
    help: 'limit of new names from one address, or one /64 of IPv6, as an hour/at once, or off',
  }),
  newConversations: setting({
    takes: hourlyRate(),
    default: {
      perHour: serverLimits.conversationsPerHour,
      burst: serverLimits.conversationsAtOnce,
    },
    help: 'limit of direct conversations that are begun from one address, or one /64 of IPv6, as an hour/at once, or off',
  }),
  maxWaiting: setting({
    takes: size(16 * 1024 * 1024, 64 * 1024 * 1024 * 1024),
    default: serverLimits.waitingBytes,
    help: 'how many bytes may wait in memory for all connections; over it, those with the most are closed',
  }),
  maxWaitingPerNetwork: setting({
    takes: size(1024 * 1024, 64 * 1024 * 1024 * 1024),
    default: serverLimits.networkWaitingBytes,
    help: 'the same for one address, or one /64 of IPv6; this machine is exempt',
  }),
  maxWrongPasswords: setting({
    takes: wholeNumber(1, 1000),
    default: serverLimits.wrongPasswords,
    help: 'wrong passwords before a connection is closed',
  }),
  editTime: setting({
    takes: durationOrOff('1s', '3650d'),
    default: serverLimits.editTime,
    help: 'how long after its posting a message can be edited by its sender, or off',
    reloads: true,
  }),
  groupCreation: setting({
    takes: oneOf('who', groupCreations),
    default: 'protected',
    help: 'who can make groups: only the operator, every protected name, or anyone',
    reloads: true,
  }),
  keepAlive: setting({
    takes: duration('1s', '1d'),
    default: serverLimits.keepAliveDelay,
    help: 'silence after which TCP asks whether a peer is still there',
  }),
  durability: setting({
    takes: oneOf('kind', ['full', 'relaxed']),
    default: 'full',
    help: 'full syncs every commit to disk; relaxed is faster, and a loss of power may lose the last commits',
  }),
  backupDir: setting({
    takes: text('folder', 'the name of a folder'),
    help: 'folder for backups at regular times; made if it is missing',
  }),
  backupEvery: setting({
    takes: duration('1s', '365d'),
    default: 86_400_000,
    help: 'time from one backup to the next; with --backup-dir',
  }),
  backupKeep: setting({
    takes: wholeNumber(1, 10_000),
    default: 7,
    help: 'how many backups to keep in --backup-dir; the server deletes older ones that it made',
  }),
  ssh: setting({
    takes: sshEndpoints(),
    help: 'where to serve SSH; a port alone at the addresses of --host; nowhere if left out; may be repeated',
  }),
  sshSessions: setting({
    takes: wholeNumber(1, 10_000),
    default: 200,
    help: 'sessions over SSH at once',
    reloads: true,
  }),
  metrics: setting({
    takes: endpoint(),
    help: 'where to serve /metrics for Prometheus and /healthz over HTTP; nowhere if left out',
  }),
  logLevel: setting({
    takes: oneOf('level', logLevels),
    default: 'info',
    help: 'how much to log; debug logs every request of each session',
    reloads: true,
  }),
  logFormat: setting({
    takes: oneOf('format', logFormats),
    help: 'format of the log; if left out, pretty on a terminal and json elsewhere',
  }),
};

export interface Setting<T = unknown> {
  readonly takes: Kind<unknown>;
  /** Undefined if there is no default. */
  readonly default: T;
  readonly help: string;
  /** Whether a running server uses another value after SIGHUP. */
  readonly reloads: boolean;
}

export type SettingName = keyof typeof settings;

/** The value of every setting. */
export type Config = {
  readonly [N in SettingName]: (typeof settings)[N] extends Setting<infer T> ? T : never;
};

export const settingNames = Object.keys(settings) as SettingName[];

export function limitsOf(config: Config): ServerLimits {
  return {
    loginTime: config.loginTime,
    connections: config.maxConnections,
    connectionsPerAddress: config.maxConnectionsPerAddress,
    commandsPerSecond: config.rate.perSecond,
    commandBurst: config.rate.burst,
    networkCommandsPerSecond: config.ratePerNetwork.perSecond,
    networkCommandBurst: config.ratePerNetwork.burst,
    waitingRequests: config.maxWaitingRequests,
    outboxBytes: config.maxUnsent,
    newNamesPerHour: config.newNames.perHour,
    newNamesAtOnce: config.newNames.burst,
    conversationsPerHour: config.newConversations.perHour,
    conversationsAtOnce: config.newConversations.burst,
    waitingBytes: config.maxWaiting,
    networkWaitingBytes: config.maxWaitingPerNetwork,
    wrongPasswords: config.maxWrongPasswords,
    editTime: config.editTime,
    keepAliveDelay: config.keepAlive,
  };
}

/** The key of a setting in the configuration file. Its flag is the key after two dashes. */
export function keyOf(name: string): string {
  return name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
}

export function flagOf(name: string): string {
  return `--${keyOf(name)}`;
}

export function variableOf(name: string): string {
  return `CORKBOARD_${keyOf(name).replaceAll('-', '_').toUpperCase()}`;
}

interface Entry<T> {
  readonly takes: Kind<T>;
  readonly help: string;
  readonly reloads?: true;
}

function setting<T>(entry: Entry<T> & { readonly default: NoInfer<T> }): Setting<T>;
function setting<T>(entry: Entry<T>): Setting<T | undefined>;
function setting<T>(entry: Entry<T> & { readonly default?: T }): Setting<T | undefined> {
  return { reloads: false, default: undefined, ...entry };
}
