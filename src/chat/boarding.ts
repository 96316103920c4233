import { BoardClient } from '../client/board-client.ts';
import { Connection } from '../client/connection.ts';
import { type Credentials, NameCredentials } from '../client/credentials.ts';
import { ConnectionError } from '../client/failure.ts';
import { sayGoodbye } from '../client/goodbye.ts';
import { patientCall } from '../client/put-off.ts';
import { shownSession } from '../client/shown-session.ts';
import { type Address, sshTargetOf } from '../protocol/address.ts';
import { boardError } from '../protocol/errors.ts';
import type { Call, Result } from '../protocol/schemas.ts';
import type { AskSecret } from '../protocol/text/command.ts';

export const notConnected = 'You are not connected. Type %connect <address>.';

export interface BoardingOptions {
  /** The name to take on connecting; undefined if the user is asked for it. */
  readonly user: string | undefined;
  /** The password of that name; undefined if the user is asked for it. */
  readonly password: string | undefined;
  /** Whether and how connections are encrypted. */
  readonly tls: Address['tls'];
  /** How long a call is sent again that the board refuses for the moment, in milliseconds. */
  readonly refused: number;
  /** Cancels connecting and logging in when aborted. */
  readonly signal: AbortSignal;
  /** Asks for a password. @throws as `AskSecret` does */
  readonly ask: AskSecret;
  /** Calls the board that is connected, whether under a name or not. */
  readonly call: Call;
  /** Called when another board is reached, before the session on the last one is left. */
  readonly moving: () => void;
  /** Called once a board answers, before a name is taken. */
  readonly reached: (address: Address) => void;
  /** Called with the client before it reports anything. */
  readonly follow: (client: BoardClient) => void;
  /** Called if the connection ends before a name is taken. */
  readonly ended: (reason: string) => void;
}

/**
 * Connects to boards and takes a name there. The name that was taken last is taken on the next board
 * without asking.
 */
export class Boarding {
  /** A connection on which no name was taken yet. */
  connection: Connection | undefined;
  /** The session, once a name was taken. It connects again by itself. */
  client: BoardClient | undefined;
  /** The board that `connection` or `client` belongs to. */
  board: Address | undefined;
  /** The board of the last attempt to connect. */
  lastTried: Address | undefined;
  private name: string | undefined;
  private isPasswordUsed = false;

  constructor(private readonly options: BoardingOptions) {
    this.name = options.user;
  }

  /**
   * Connects to `address`, and takes the name of before, if there is one. The old connection is
   * closed only once the new one is open.
   * Over ssh the board knows the user already.
   * @returns undefined if a name is still to be taken
   * @throws ConnectionError, BoardError
   */
  async connect(address: Address): Promise<Result<'session.login'> | undefined> {
    this.lastTried = address;
    const { tls, signal, moving, reached, ended } = this.options;
    const connection = await Connection.open({ ...address, tls }, signal);
    moving();
    // If it is the same board, the name is free only after this.
    await this.leave();
    this.connection = connection;
    this.board = address;
    connection.on('closed', (reason) => ended(reason));
    if (connection.lost) ended(connection.lost.reason);
    reached(address);
    if (sshTargetOf(address.host)) return this.open(connection, address, shownSession);
    return this.name === undefined ? undefined : this.takeName(this.name);
  }

  /** Goes on with a session that is open already. */
  hold(client: BoardClient, board: Address): void {
    this.client = client;
    this.board = board;
    this.options.follow(client);
  }

  /** Takes a name on the board that is connected. @throws ConnectionError, BoardError */
  async takeName(name: string): Promise<Result<'session.login'>> {
    const { connection, board } = this;
    if (!connection || !board) throw new ConnectionError(notConnected);
    const password: AskSecret = async (prompt, chosen) => {
      // The user has connected to another board since.
      if (this.connection !== connection) throw boardError('PASSWORD_REQUIRED');
      return this.password(name, prompt, chosen);
    };
    return this.open(connection, board, new NameCredentials({ user: name, password }));
  }

  private async open(
    connection: Connection,
    board: Address,
    credentials: Credentials,
  ): Promise<Result<'session.login'>> {
    const { refused, signal, call, tls, follow } = this.options;
    const session = await credentials.login(patientCall(call, refused, signal));
    connection.removeAllListeners();
    this.connection = undefined;
    this.name = session.user;
    const address = { ...board, tls };
    const timing = { refused };
    this.client = new BoardClient({ connection, session }, { address, credentials, timing });
    follow(this.client);
    return session;
  }

  /** Forgets the session, because it has ended and does not come back by itself. */
  forget(): void {
    this.connection = undefined;
    this.client = undefined;
  }

  /** Logs out, if there is a session, and closes the connection. */
  async leave(): Promise<void> {
    const { client, connection } = this;
    this.forget();
    client?.removeAllListeners();
    await client?.close();
    if (connection) await sayGoodbye(connection);
  }

  /** The password that was given with the name is used once: it may be wrong, or of another board. */
  private async password(name: string, prompt: string, chosen?: boolean): Promise<string> {
    const { user, password, ask } = this.options;
    if (password === undefined || name !== user || this.isPasswordUsed) return ask(prompt, chosen);
    this.isPasswordUsed = true;
    return password;
  }
}
