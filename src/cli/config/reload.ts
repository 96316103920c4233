import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { App } from '../../app.ts';
import { Expected } from '../../protocol/expected.ts';
import { readCertificate, warnOfCertificate } from './certificate.ts';
import type { Configuration } from './configuration.ts';
import { type Config, keyOf, type SettingName, settingNames, settings } from './settings.ts';

export interface ReloadOptions {
  readonly app: Pick<App, 'reconfigure' | 'configurationRefused'>;
  readonly log: Logger;
  /** The configuration that the server was started with. */
  readonly config: Config;
  /** Reads flags, variables and the configuration file again. */
  readonly read: () => Configuration;
}

/**
 * Handles SIGHUP: reads the configuration and the certificate again, applies the settings that can
 * change while the server runs, and logs which ones need a restart. If anything is wrong, nothing
 * changes.
 */
export function reloader({ app, log, config, read }: ReloadOptions): () => void {
  let current = config;
  return () => {
    try {
      const { config: next, sources } = read();
      const certificate = readCertificate(next);
      const changed = settingNames.filter((name) => !isDeepStrictEqual(current[name], next[name]));
      const applied = changed.filter((name) => reloads(name, current, next));
      const taken = { ...current, ...pick(next, applied) };
      app.reconfigure({ ...taken, certificate: current.tlsCert ? certificate : undefined });
      for (const name of changed) {
        const change = { was: current[name], now: next[name], source: sources[name] };
        if (applied.includes(name)) log.info(change, `${keyOf(name)} has changed`);
        else log.warn(change, `${keyOf(name)} changes with a restart only`);
      }
      if (taken.tlsCert) warnOfCertificate(certificate, log);
      log.info('read the configuration again');
      app.configurationRefused(false);
      current = taken;
    } catch (error) {
      const kept = 'what was configured before stays in force';
      // Only a bug needs its trace.
      if (error instanceof Expected) log.error(`${kept}: ${error.message}`);
      else log.error({ err: error }, kept);
      app.configurationRefused(true);
    }
  };
}

/** TLS cannot be turned on or off while the server runs, but the certificate can change. */
function reloads(name: SettingName, current: Config, next: Config): boolean {
  const isTls = name === 'tlsCert' || name === 'tlsKey';
  return settings[name].reloads && !(isTls && !current[name] !== !next[name]);
}

function pick(config: Config, names: readonly SettingName[]): Partial<Config> {
  return Object.fromEntries(names.map((name) => [name, config[name]]));
}
