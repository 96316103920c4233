import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { Command, Option } from 'commander';
import type { Logger } from 'pino';
import { App } from '../../app.ts';
import type { Certificate } from '../../server/tls-door.ts';
import { printedConfiguration, readConfiguration } from '../config/configuration.ts';
import { addSettings, givenSettings } from '../config/options.ts';
import { type Config, limitsOf } from '../config/settings.ts';
import { UserError } from '../errors.ts';
import { createLog } from '../log.ts';
import { programVersion } from '../version.ts';

// The same signal again within this time is one Ctrl-C that came twice: npm passes on to its
// child what the terminal has sent it already. In milliseconds.
const signalEcho = 100;

interface ServeOptions {
  readonly config?: string;
  readonly printConfig?: true;
}

export function serveCommand(): Command {
  const command = new Command('serve').description('run the board');
  return addSettings(command)
    .addOption(
      new Option(
        '--config <file>',
        'settings in TOML: keys are the flags without dashes in front',
      ).env('CORKBOARD_CONFIG'),
    )
    .option('--print-config', 'print what is in force as such a file, with its sources, and end')
    .addHelpText(
      'after',
      `
Flags win over variables, variables over the file of --config, and that over the defaults.

The address is printed on standard output, logs go to standard error. SIGINT (Ctrl-C) and SIGTERM
end it cleanly: what was accepted is committed and answered. A second signal ends it at once.

Examples:
  $ corkboard serve
  $ corkboard serve --port 0 --data /var/lib/corkboard
  $ corkboard serve --config /etc/corkboard/corkboard.toml --print-config`,
    )
    .action(async ({ config, printConfig }: ServeOptions) => {
      const configuration = readConfiguration(givenSettings(command), config);
      if (printConfig) process.stdout.write(printedConfiguration(configuration));
      else await serve(configuration.config);
    });
}

async function serve(options: Config): Promise<void> {
  const log = createLog(options.logLevel);
  const certificate = readCertificate(options);
  const limits = limitsOf(options);
  const config = { ...options, certificate, limits, version: programVersion() };
  const app = await App.start(config, log).catch((error) => {
    throw listenError(error, config);
  });
  if (certificate) process.on('SIGHUP', () => reloadCertificate(app, options, log));
  const { address, family, port } = app.address;
  // Before anyone is told that it listens: who is told may signal at once.
  const signalled = untilSignalled(log);
  if (!certificate && !isLoopback(config.host)) {
    log.warn({ address }, 'beyond this machine, without encryption');
  }
  log.info({ address, port, data: config.data, pid: process.pid }, 'listening');
  process.stdout.write(`Listening on ${family === 'IPv6' ? `[${address}]` : address}:${port}\n`);
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'this is a bug'));
  await signalled;
  await app.close('The server is shutting down.');
  log.info('stopped');
}

/** @throws UserError where only one of the two is given, or one cannot be read */
function readCertificate({
  tlsCert,
  tlsKey,
}: Pick<Config, 'tlsCert' | 'tlsKey'>): Certificate | undefined {
  if (!tlsCert && !tlsKey) return undefined;
  if (!tlsCert || !tlsKey) throw new UserError('--tls-cert and --tls-key go together.');
  try {
    const certificate = { cert: readFileSync(tlsCert), key: readFileSync(tlsKey) };
    createSecureContext(certificate);
    return certificate;
  } catch (error) {
    throw new UserError(`The certificate cannot be used: ${(error as Error).message}.`);
  }
}

/** Who is connected stays so; a certificate that cannot be used changes nothing. */
function reloadCertificate(app: App, options: Config, log: Logger): void {
  try {
    const certificate = readCertificate(options);
    if (certificate) app.changeCertificate(certificate);
    log.info('read the certificate again');
  } catch (error) {
    log.error({ err: error }, 'the certificate from before stays in use');
  }
}

function untilSignalled(log: Logger): Promise<void> {
  return new Promise((resolve) => {
    let first: { signal: string; at: number } | undefined;
    const receive = (signal: string) => {
      if (!first) {
        first = { signal, at: performance.now() };
        log.info({ signal }, 'stopping; signal again to end at once');
        resolve();
      } else if (signal !== first.signal || performance.now() - first.at > signalEcho) {
        process.exit(1);
      }
    };
    process.on('SIGINT', receive).on('SIGTERM', receive);
  });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function listenError(
  error: NodeJS.ErrnoException,
  { host, port }: Pick<Config, 'host' | 'port'>,
): unknown {
  const at = `${host}:${port}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return new UserError(`${at} is in use already. Choose another port with --port.`);
    case 'EACCES':
      return new UserError(`${at} may not be listened on by this user. Choose a port above 1023.`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new UserError(`${host} is no address of this machine. Choose another with --host.`);
    default:
      return error;
  }
}
