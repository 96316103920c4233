import type { Command } from 'commander';
import { defaultPort } from '../../protocol/limits.ts';
import { wholeNumber } from '../../tasks/parse.ts';
import { UserError } from '../errors.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { findProfile } from './profiles.ts';

/** Adds the arguments `[host] [port]`. @param otherwise what happens without a host */
export function withBoardArgument(command: Command, otherwise: string): Command {
  return command
    .argument(
      '[host]',
      `address of the board, as host, host:port, [::1]:port or ssh://host, or a profile (env: CORKBOARD_HOST); ${otherwise}`,
    )
    .argument(
      '[port]',
      `its port (env: CORKBOARD_PORT; default: ${defaultPort})`,
      wholeNumber(1, 65535),
    );
}

/** @throws UserError if the board is given twice, as an argument and as an option */
export function withArguments(
  options: ConnectionOptions,
  host: string | undefined,
  port: number | undefined,
): ConnectionOptions {
  if (host !== undefined && (options.host ?? options.profile) !== undefined) {
    throw new UserError('Name the board once: as an argument, or with --host or --profile.', 2);
  }
  if (port !== undefined && options.port !== undefined) {
    throw new UserError('Give the port once: as an argument, or with --port.', 2);
  }
  return { ...options, ...(port !== undefined && { port }), ...place(host) };
}

/** A host argument is a profile if there is a profile with that name. */
function place(host: string | undefined): ConnectionOptions {
  if (host === undefined) return {};
  return findProfile(host) ? { profile: host } : { host };
}
