import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Logger } from 'pino';
import { App, type AppConfig } from '../../app.ts';
import { defaultPort } from '../../protocol/limits.ts';
import type { Certificate } from '../../server/tls-door.ts';
import { UserError } from '../errors.ts';
import { createLog, logLevels } from '../log.ts';
import { programVersion } from '../version.ts';

// The same signal again within this time is one Ctrl-C that came twice: npm passes on to its
// child what the terminal has sent it already. In milliseconds.
const signalEcho = 100;

interface ServeOptions extends Omit<AppConfig, 'version' | 'certificate' | 'unframedClients'> {
  readonly logLevel: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly unframedClients?: boolean;
}

export function serveCommand(): Command {
  return new Command('serve')
    .description('run the board')
    .addOption(
      new Option('--host <address>', 'address to listen on')
        .env('CORKBOARD_HOST')
        .default('127.0.0.1'),
    )
    .addOption(
      new Option('--port <number>', 'port to listen on, 0 for a free one')
        .env('CORKBOARD_PORT')
        .default(defaultPort)
        .argParser(parsePort),
    )
    .addOption(
      new Option('--data <folder>', 'folder of the database; made if it is missing')
        .env('CORKBOARD_DATA')
        .default('data'),
    )
    .addOption(
      new Option(
        '--access <policy>',
        'who may connect: any free name, new names with a password, or only names that you made',
      )
        .env('CORKBOARD_ACCESS')
        .choices(['open', 'registered', 'closed'])
        .default('open'),
    )
    .addOption(
      new Option('--tls-cert <file>', 'certificate chain in PEM, to speak TLS').env(
        'CORKBOARD_TLS_CERT',
      ),
    )
    .addOption(
      new Option('--tls-key <file>', 'key of the certificate in PEM').env('CORKBOARD_TLS_KEY'),
    )
    .addOption(
      new Option(
        '--unframed-clients',
        'serve clients that send no line endings: a pause of 50 ms ends a line',
      ).env('CORKBOARD_UNFRAMED_CLIENTS'),
    )
    .addOption(
      new Option(
        '--durability <kind>',
        'full syncs every commit to disk; relaxed is faster, and a loss of power may take the last ones',
      )
        .env('CORKBOARD_DURABILITY')
        .choices(['full', 'relaxed'])
        .default('full'),
    )
    .addOption(
      new Option('--log-level <level>', 'how much to log')
        .env('CORKBOARD_LOG_LEVEL')
        .choices(logLevels)
        .default('info'),
    )
    .addHelpText(
      'after',
      `
The address is printed on standard output, logs go to standard error. SIGINT (Ctrl-C) and SIGTERM
end it cleanly: what was accepted is committed and answered. A second signal ends it at once.

Examples:
  $ corkboard serve
  $ corkboard serve --port 0 --data /var/lib/corkboard`,
    )
    .action((options: ServeOptions) => serve(options));
}

async function serve(options: ServeOptions): Promise<void> {
  const { logLevel, tlsCert, tlsKey, unframedClients = false, ...rest } = options;
  const log = createLog(logLevel);
  const certificate = readCertificate({ tlsCert, tlsKey });
  const config = { ...rest, certificate, unframedClients, version: programVersion() };
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
}: {
  tlsCert?: string | undefined;
  tlsKey?: string | undefined;
}): Certificate | undefined {
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
function reloadCertificate(app: App, options: ServeOptions, log: Logger): void {
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

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) {
    throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  }
  return port;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function listenError(error: NodeJS.ErrnoException, { host, port }: ServeOptionsAddress): unknown {
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

type ServeOptionsAddress = Pick<ServeOptions, 'host' | 'port'>;
