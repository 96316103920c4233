import { writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import type { Logger } from 'pino';
import { App } from '../../app.ts';
import type { SshConfig } from '../../app-config.ts';
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
        'file of settings in TOML; a key is a flag without its leading dashes',
      ).env('CORKBOARD_CONFIG'),
    )
    .option(
      '--print-config',
      'print the settings in force as a configuration file with their sources, and exit',
    )
    .addHelpText(
      'after',
      `
Flags override variables, variables override the file of --config, and the file overrides the defaults.

The server prints its address on standard output and its log on standard error. SIGINT (Ctrl-C) and
SIGTERM end it cleanly: it commits and answers every request that it has accepted. A second signal
ends it at once. SIGHUP makes it read the configuration file and the certificate again, and the log
says what has changed. A server that was started at a terminal ends when the terminal is closed,
unless it was started with nohup.

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
  const ssh = sshConfig(config);
  const given = { listen, certificate, limits, backups, version, linesDropped, onUpgrade, ssh };
  const app = await App.start({ ...config, ...given }, log);
  const reload = reloader({ app, log, config, read });
  // Before the address is announced, because a program that reads it may send a signal at once.
  const signalled = untilSignalled(log, reload);
  if (app.metricsAddress) logMetrics(app.metricsAddress, log);
  for (const { text, host: address = text, port, secure } of app.addresses) {
    if (!secure && !isLoopback(address)) {
      log.warn({ address }, 'listening beyond this machine without encryption');
    }
    log.info({ address, port, data: config.data, pid: process.pid }, 'listening');
    announce(`Listening on ${text}\n`, log);
  }
  if (app.sshFingerprint) log.info({ fingerprint: app.sshFingerprint }, 'the SSH host key');
  await notifyReady(log);
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'this is a bug'));
  await signalled;
  await app.close('The server is shutting down.');
  log.info('stopped');
  // Work that hangs, such as a process on a file system that does not answer, must not keep the process alive.
  setTimeout(() => process.exit(), endTime).unref();
}

/** If standard output is full or closed, the server runs on. The log has the address too. */
function announce(line: string, log: Logger): void {
  try {
    writeSync(1, line);
  } catch (error) {
    log.warn({ err: error }, 'cannot write to standard output');
  }
}

// The script of this program, for its child processes.
const program = fileURLToPath(new URL('../main.js', import.meta.url));

function sshConfig({ ssh, sshSessions: sessions, host }: Config): SshConfig | undefined {
  if (ssh === undefined) return undefined;
  const places = ssh.map((at) => ({
    hosts: at.host === undefined ? host : [at.host],
    port: at.port,
  }));
  return { places, sessions, program };
}

function backupPlan({ backupDir, backupEvery, backupKeep }: Config): BackupPlan | undefined {
  if (backupDir === undefined) return undefined;
  return { folder: backupDir, every: backupEvery, keep: backupKeep, program };
}

/** Logs where the metrics are. They need no password: they name no user, but show how busy the board is. */
function logMetrics({ text, host = '' }: DoorAddress, log: Logger): void {
  const at = { url: `http://${text}/metrics` };
  if (isLoopback(host)) log.info(at, 'metrics');
  else log.warn(at, 'metrics are served beyond this machine, without encryption or a password');
}
