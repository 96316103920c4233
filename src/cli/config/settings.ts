import { defaultPort } from '../../protocol/limits.ts';
import { logLevels } from '../log.ts';
import { type Kind, oneOf, onOrOff, text, wholeNumber } from './kinds.ts';

/**
 * Every setting of `serve`. An entry `tlsCert` is the flag `--tls-cert`, the variable
 * `CORKBOARD_TLS_CERT` and the key `tls-cert` of the configuration file.
 */
export const settings = {
  host: setting({
    takes: text('address', 'an address or a name of this machine'),
    default: '127.0.0.1',
    help: 'address to listen on',
  }),
  port: setting({
    takes: wholeNumber(0, 65_535),
    default: defaultPort,
    help: 'port to listen on, 0 for a free one',
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
  unframedClients: setting({
    takes: onOrOff(),
    default: false,
    help: 'serve clients that send no line endings: a pause of 50 ms ends a line',
  }),
  durability: setting({
    takes: oneOf('kind', ['full', 'relaxed']),
    default: 'full',
    help: 'full syncs every commit to disk; relaxed is faster, and a loss of power may take the last ones',
  }),
  logLevel: setting({
    takes: oneOf('level', logLevels),
    default: 'info',
    help: 'how much to log',
    reloads: true,
  }),
};

export interface Setting<T = unknown> {
  readonly takes: Kind<unknown>;
  /** Undefined where nothing is the default. */
  readonly default: T;
  readonly help: string;
  /** Whether a running server takes another value on, on SIGHUP. */
  readonly reloads: boolean;
}

export type SettingName = keyof typeof settings;

/** The value of every setting. */
export type Config = {
  readonly [N in SettingName]: (typeof settings)[N] extends Setting<infer T> ? T : never;
};

export const settingNames = Object.keys(settings) as SettingName[];

/** The key of a setting in the configuration file; behind two dashes, its flag. */
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
