import { writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import type { Logger } from 'pino';
import { App } from '../../app.ts';
import { isLoopback } from '../../board/addresses.ts';
import type { DoorAddress } from '../../core/door.ts';
import type { BackupPlan } from '../../storage/sqlite/copies/backup-schedule.ts';
import { requireNotRedirected } from '../../storage/sqlite/file/board-files.ts';
import { databaseFile } from '../../storage/sqlite/file/open.ts';
import { readCertificate, warnOfCertificate } from '../config/certificate.ts';
import {
  type Configuration,
  printedConfiguration,
  readConfiguration,
} from '../config/configuration.ts';
import { listenAddresses } from '../config/listening.ts';
import { addSettings, givenSettings } from '../config/options.ts';
import { reloader } from '../config/reload.ts';
import { type Config, limitsOf } from '../config/settings.ts';
import { createLog } from '../running/log.ts';
import { extendStart, notifyReady } from '../running/service-manager.ts';
import { untilSignalled } from '../running/signals.ts';
import { programVersion } from '../version.ts';

// How long the process may live after everything is closed, in milliseconds.
const endTime = 500;

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
SIGHUP reads the configuration file and the certificate again, and the log says what has changed. A
server that was started at a terminal ends when that terminal is closed; nohup keeps it running.

Examples:
  $ corkboard serve
  $ corkboard serve --port 0 --data /var/lib/corkboard
  $ corkboard serve --config /etc/corkboard/corkboard.toml --print-config`,
    )
    .action(async ({ config, printConfig }: ServeOptions) => {
      const given = givenSettings(command);
      const read = () => readConfiguration(given, config);
      if (printConfig) process.stdout.write(printedConfiguration(read()));
      else await serve(read);
    });
}

async function serve(read: () => Configuration): Promise<void> {
  const configuration = read();
  const { config } = configuration;
  for (const output of [1, 2]) requireNotRedirected(output, databaseFile(config.data));
  const { log, linesDropped } = createLog(config);
  const listen = listenAddresses(configuration);
  const certificate = readCertificate(config);
  warnOfCertificate(certificate, log);
  const limits = limitsOf(config);
  const version = programVersion();
  const backups = backupPlan(config);
  const onUpgrade = (seconds: number) => extendStart(seconds, log);
  const given = { listen, certificate, limits, backups, version, linesDropped, onUpgrade };
  const app = await App.start({ ...config, ...given }, log);
  const reload = reloader({ app, log, config, read });
  // Before anything says that it listens: whoever reads that may signal at once.
  const signalled = untilSignalled(log, reload);
  if (app.metricsAddress) logMetrics(app.metricsAddress, log);
  for (const { text, host: address = text, port, secure } of app.addresses) {
    if (!secure && !isLoopback(address)) {
      log.warn({ address }, 'beyond this machine, without encryption');
    }
    log.info({ address, port, data: config.data, pid: process.pid }, 'listening');
    announce(`Listening on ${text}\n`, log);
  }
  await notifyReady(log);
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'this is a bug'));
  await signalled;
  await app.close('The server is shutting down.');
  log.info('stopped');
  // What hangs, as a process on a file system that does not answer, keeps no server from its end.
  setTimeout(() => process.exit(), endTime).unref();
}

/** A server whose standard output is full or closed goes on: its log has the address, too. */
function announce(line: string, log: Logger): void {
  try {
    writeSync(1, line);
  } catch (error) {
    log.warn({ err: error }, 'cannot write to standard output');
  }
}

function backupPlan({ backupDir, backupEvery, backupKeep }: Config): BackupPlan | undefined {
  if (backupDir === undefined) return undefined;
  const program = fileURLToPath(new URL('../main.js', import.meta.url));
  return { folder: backupDir, every: backupEvery, keep: backupKeep, program };
}

/** Metrics ask for no password: they name no user, but show how much goes on. */
function logMetrics({ text, host = '' }: DoorAddress, log: Logger): void {
  const at = { url: `http://${text}/metrics` };
  if (isLoopback(host)) log.info(at, 'metrics');
  else log.warn(at, 'metrics beyond this machine, without encryption, for anyone who asks');
}
