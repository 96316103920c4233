import { type Address, addressOf, sshTargetOf } from '../protocol/address.ts';
import { attempt } from './attempt.ts';
import { BoardClient } from './board-client.ts';
import { type Credentials, type CredentialsOptions, NameCredentials } from './credentials.ts';
import { shownSession } from './shown-session.ts';
import { completeTiming, type Timing } from './timing.ts';

export interface ConnectOptions extends Omit<CredentialsOptions, 'user'> {
  /** The name to take. Over ssh it is left out: the board knows the user by the SSH key. */
  readonly user?: string | undefined;
  /**
   * The address of the board, which may hold its port: `board.example.org:6789`, `[::1]:6789`, `unix:/path`, or
   * `ssh://[user@]host[:port]`, which runs the user's own ssh.
   */
  readonly host: string;
  /** 6789 if neither this nor the host has a port. */
  readonly port?: number | undefined;
  readonly tls?: Address['tls'];
  /** Gives up connecting when aborted. */
  readonly signal?: AbortSignal | undefined;
  readonly timing?: Partial<Timing> | undefined;
}

/**
 * Connects to a board and logs in. Listen for `notice` before the next `await`: notices that arrive
 * while no listener is set are lost.
 * @throws TypeError if the user is missing; ConnectionError if the board cannot be reached, BoardError if it refuses the login
 */
export async function connect(options: ConnectOptions): Promise<BoardClient> {
  const { tls, signal, timing } = options;
  const address = { ...addressOf(options.host, options.port), tls };
  const credentials = credentialsOf(options, address);
  const timeouts = completeTiming(timing);
  const { refused } = timeouts;
  const opened = await attempt({ address, signal, timeouts, refused }, (call) =>
    credentials.login(call),
  );
  return new BoardClient(opened, { address, credentials, timing });
}

function credentialsOf({ user, ...rest }: ConnectOptions, { host }: Address): Credentials {
  if (sshTargetOf(host)) return shownSession;
  if (user === undefined) throw new TypeError('user is missing: which name is to be taken?');
  return new NameCredentials({ user, ...rest });
}
