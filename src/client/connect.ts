import { type Address, addressOf } from '../protocol/address.ts';
import { attempt } from './attempt.ts';
import { BoardClient } from './board-client.ts';
import { Credentials, type CredentialsOptions } from './credentials.ts';
import { completeTiming, type Timing } from './timing.ts';

export interface ConnectOptions extends CredentialsOptions {
  /** The address of the board, which may hold its port: `board.example.org:6789`, `[::1]:6789`. */
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
 * @throws ConnectionError if the board cannot be reached, BoardError if it refuses the login
 */
export async function connect(options: ConnectOptions): Promise<BoardClient> {
  const { tls, signal, timing } = options;
  const address = { ...addressOf(options.host, options.port), tls };
  const credentials = new Credentials(options);
  const timeouts = completeTiming(timing);
  const { refused } = timeouts;
  const opened = await attempt({ address, signal, timeouts, refused }, (call) =>
    credentials.login(call),
  );
  return new BoardClient(opened, { address, credentials, timing });
}
