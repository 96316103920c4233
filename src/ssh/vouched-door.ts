import { Connection } from '../client/connection.ts';
import { type DoorOptions, destinationOf } from '../client/door.ts';
import type { Params, Result } from '../protocol/schemas.ts';

/** What the board knows of an SSH key and of a name. */
export type Look = Result<'door.look'>;

export type LoginParams = Params<'door.login'> & {
  readonly user: string;
  readonly password: string;
};

/** An SSH key whose signature was verified. */
export type ProvenKey = NonNullable<Params<'door.login'>['key']>;

/** The board as the login of one SSH connection sees it. */
export interface VouchedDoor {
  /** @throws BoardError, ConnectionError */
  look(params: { user: string; fingerprint?: string }): Promise<Look>;
  /** Checks a password, or makes a user with it. @throws BoardError, ConnectionError */
  login(params: LoginParams): Promise<void>;
  close(): void;
}

/** One connection to the vouched door, made at the first request. Its wrong passwords count together. */
export class DoorConnection implements VouchedDoor {
  private readonly leaving = new AbortController();
  private opening: Promise<Connection> | undefined;

  constructor(private readonly options: Omit<DoorOptions, 'signal'>) {}

  async look(params: { user: string; fingerprint?: string }): Promise<Look> {
    return (await this.opened()).call('door.look', params);
  }

  async login(params: LoginParams): Promise<void> {
    await (await this.opened()).call('door.login', params);
  }

  close(): void {
    this.leaving.abort();
    this.opening?.then(
      (connection) => connection.close(),
      () => {},
    );
  }

  private opened(): Promise<Connection> {
    this.opening ??= Connection.open(destinationOf(this.options), this.leaving.signal);
    return this.opening;
  }
}
