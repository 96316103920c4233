import type { ListenAddress } from '../../doors/listening.ts';
import { socketPathOf } from '../../protocol/address.ts';
import { UserError } from '../errors.ts';
import type { ListenUrl } from './endpoints.ts';
import type { Config, SettingName } from './settings.ts';

interface Configuration {
  readonly config: Config;
  readonly sources: Readonly<Record<SettingName, string>>;
}

/**
 * Where `serve` listens: at every URL of `listen`, and at `host` and `port`, unless `listen` is set and
 * neither of them is. With a certificate, `host` and `port` are for TLS alone.
 * @throws UserError if a host is a Unix socket, or there is a certificate and no address for TLS, or the other way round
 */
export function listenAddresses(configuration: Configuration): ListenAddress[] {
  const { listen = [], host, port, tlsCert, tlsKey } = configuration.config;
  const [path] = host.filter((each) => socketPathOf(each) !== undefined);
  if (path !== undefined)
    throw new UserError(`Give a Unix socket with --listen: --listen ${path}.`);
  const hasCertificate = tlsCert !== undefined || tlsKey !== undefined;
  const addresses = listen.map(addressOf);
  if (usesHost(configuration)) {
    const scheme = hasCertificate ? 'tls' : 'tcp';
    addresses.push({ scheme, hosts: host, port, setting: '--host' });
  }
  const hasTls = addresses.some(({ scheme }) => scheme === 'tls');
  if (hasTls && !hasCertificate) {
    throw new UserError('To listen at tls://, give --tls-cert and --tls-key.');
  }
  if (hasCertificate && !hasTls) {
    throw new UserError(
      '--tls-cert is for an address with TLS, and --listen has none: give --listen tls://<host>:<port>.',
    );
  }
  return addresses;
}

/** Whether `host` and `port` are in force. */
export function usesHost({ config, sources }: Configuration): boolean {
  return config.listen === undefined || sources.host !== 'default' || sources.port !== 'default';
}

function addressOf(url: ListenUrl): ListenAddress {
  if (url.scheme === 'unix') return url;
  return { scheme: url.scheme, hosts: [url.host], port: url.port, setting: '--listen' };
}
