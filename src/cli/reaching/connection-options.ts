import { type Command, Option } from 'commander';
import { z } from 'zod';
import { type Address, parseAddress, sshTargetOf } from '../../protocol/address.ts';
import { defaultPort } from '../../protocol/limits.ts';
import { wholeNumber } from '../../tasks/parse.ts';
import { readSmallFile } from '../asking/text-file.ts';
import { UserError } from '../errors.ts';
import { needProfile, type Profile } from './profiles.ts';

/** The board and the user, as given on the command line. */
export interface ConnectionOptions extends Omit<Profile, 'host'> {
  readonly host?: string | undefined;
  /** The name of the profile that gives the rest. */
  readonly profile?: string | undefined;
}

/** The board and the user, after the environment and the profile were read. */
export type ConnectionSettings = Omit<ConnectionOptions, 'profile' | 'port'> & {
  /** The port that belongs to `host`, or the default port. */
  readonly port: number;
};

const port = wholeNumber(1, 65535);
const portRule = 'It takes a whole number from 1 to 65535.';
const environmentSchema = z
  .object({
    CORKBOARD_HOST: z.string(),
    CORKBOARD_PORT: z.coerce.number(portRule).int(portRule).min(1, portRule).max(65535, portRule),
    CORKBOARD_USER: z.string(),
    CORKBOARD_TLS: z.stringbool({ error: 'It takes 1 or 0.' }),
    CORKBOARD_CA: z.string(),
    CORKBOARD_PASSWORD_FILE: z.string(),
  })
  .partial();

/** Adds the options for the address of the board. */
export function withAddress(command: Command): Command {
  return command
    .option('--profile <name>', 'board and name from a profile in profiles.toml')
    .option(
      '--host <address>',
      'address of the board, which may hold the port: host:port, [::1]:port, ssh://host (env: CORKBOARD_HOST; default: 127.0.0.1)',
    )
    .addOption(
      new Option('--port <number>', `its port (env: CORKBOARD_PORT; default: ${defaultPort})`) //
        .argParser(port),
    );
}

/** Adds the options for the user and for TLS. */
export function withIdentity(command: Command): Command {
  return command
    .option('--user <name>', 'the name to take (env: CORKBOARD_USER)')
    .option(
      '--password-file <file>',
      'file with the password of the name, or - for standard input (env: CORKBOARD_PASSWORD_FILE)',
    )
    .option('--tls', 'encrypt the connection (env: CORKBOARD_TLS=1)')
    .option('--no-tls', 'do not, whatever the environment or the profile says')
    .option(
      '--ca <file>',
      'certificates to trust, in PEM, in place of the usual ones; turns --tls on (env: CORKBOARD_CA)',
    );
}

/** For the help of a command with these options. */
export const settingsHelp = `
Options stand over the environment, which stands over the profile; a profile's own host and port
stand over CORKBOARD_HOST and CORKBOARD_PORT, which serve listens on. Profiles are tables in
~/.config/corkboard/profiles.toml ($XDG_CONFIG_HOME), a password always in a file of its own:

  [work]
  host = "board.example.org"        # and, where they are wanted:
  port = 6789
  user = "alice"
  tls = true
  ca = "/etc/ssl/board.pem"
  password_file = "work.password"   # beside profiles.toml
  bell = false                      # chat: no bell for a message that mentions you`;

/**
 * Puts options, environment and profile together.
 * @throws UserError with the variable or the key of the profile that is wrong
 */
export function connectionSettings({ profile, ...given }: ConnectionOptions): ConnectionSettings {
  const named = profile === undefined ? undefined : needProfile(profile);
  const variables = environment();
  const { host: _host, port: _port, ...others } = given;
  const place = placeFrom([variables, named && { ...named, otherwise: defaultPort }, given]);
  const settings = { ...defined(named), ...defined(variables), ...defined(others), ...place };
  if (!sshTargetOf(place.host ?? '')) return settings;
  if ((given.passwordFile ?? named?.passwordFile) !== undefined) {
    throw new UserError(`${place.host} takes no password file: ssh asks for what it needs.`, 2);
  }
  const { passwordFile: _, ...rest } = settings;
  return rest;
}

interface Place {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** The port if this source has a host without a port. It replaces the port of earlier sources. */
  readonly otherwise?: number;
}

/**
 * Host and port from several sources. Later sources override earlier ones. A port that is written in an
 * address belongs to that address only.
 * @throws UserError
 */
function placeFrom(sources: readonly (Place | undefined)[]): { host?: string; port: number } {
  let host: string | undefined;
  let port: number | undefined;
  let belongsToHost = false;
  for (const source of sources) {
    if (source?.host !== undefined) {
      const written = needAddress(source.host, source.port);
      host = written.host;
      port = written.port ?? source.otherwise ?? (belongsToHost ? undefined : port);
      belongsToHost = source.port === undefined && written.port !== undefined;
    } else if (source?.port !== undefined) {
      port = source.port;
    }
  }
  return { ...(host !== undefined && { host }), port: port ?? defaultPort };
}

/** @throws UserError */
function needAddress(text: string, port: number | undefined) {
  try {
    return parseAddress(text, port);
  } catch (error) {
    throw new UserError((error as Error).message, 2);
  }
}

/** @throws UserError */
function environment(): ConnectionOptions {
  const parsed = environmentSchema.safeParse(process.env);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UserError(`${issue?.path.join('.')} is wrong. ${issue?.message}`, 2);
  }
  const { data } = parsed;
  return {
    // `serve` reads the same variable, and may listen on several addresses.
    host: data.CORKBOARD_HOST?.split(',')[0]?.trim(),
    port: data.CORKBOARD_PORT,
    user: data.CORKBOARD_USER,
    tls: data.CORKBOARD_TLS,
    ca: data.CORKBOARD_CA,
    passwordFile: data.CORKBOARD_PASSWORD_FILE,
  };
}

/** Drops undefined values, which would override values of other sources. */
function defined<T extends object>(settings: T | undefined) {
  const entries = Object.entries(settings ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/** How to encrypt; undefined for no encryption. @throws UserError if the certificates cannot be read */
export function encryption({ tls, ca }: ConnectionSettings): Address['tls'] {
  if (!(tls ?? ca !== undefined)) return undefined;
  try {
    return { ca: ca === undefined ? undefined : readSmallFile(ca) };
  } catch (error) {
    throw new UserError(`The certificates to trust cannot be read: ${(error as Error).message}.`);
  }
}
