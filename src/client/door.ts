import { isIPv4, isIPv6 } from 'node:net';
import type { Call, Params, Result } from '../protocol/schemas.ts';
import { attempt } from './attempt.ts';
import { BoardClient } from './board-client.ts';
import { Connection } from './connection.ts';
import type { Credentials } from './credentials.ts';
import type { Destination } from './dial.ts';
import { completeTiming } from './timing.ts';

/** The vouched door of a board, for a person who comes from an address. */
export interface DoorOptions {
  /** The path of its Unix socket. */
  readonly socket: string;
  /** Undefined if it is not known. */
  readonly address: { readonly ip: string; readonly port: number } | undefined;
  /** Gives up when aborted. */
  readonly signal: AbortSignal;
}

/** A session, and what the board answered to its login. */
export interface DoorSession {
  readonly client: BoardClient;
  readonly session: Result<'session.login'>;
}

/** Asks the door whom an SSH key belongs to and what a name needs. @throws ConnectionError, BoardError */
export function lookAtDoor(
  options: DoorOptions,
  params: Params<'door.look'>,
): Promise<Result<'door.look'>> {
  return callDoor(options, (call) => call('door.look', params));
}

/** Tells the door that who holds an SSH key is none of those who have added it as a line. @throws ConnectionError, BoardError */
export async function dropClaims(options: DoorOptions, fingerprint: string): Promise<void> {
  await callDoor(options, (call) => call('door.dropClaims', { fingerprint }));
}

async function callDoor<T>(options: DoorOptions, make: (call: Call) => Promise<T>): Promise<T> {
  const connection = await Connection.open(destinationOf(options), options.signal);
  try {
    return await make(connection.call);
  } finally {
    connection.close();
  }
}

/**
 * Opens a session at the door. It connects again by itself, and then logs in with the same facts.
 * @throws ConnectionError, BoardError
 */
export async function enterDoor(
  options: DoorOptions,
  params: Params<'door.login'>,
): Promise<DoorSession> {
  const credentials = new DoorCredentials(params);
  const destination = destinationOf(options);
  const timeouts = completeTiming();
  const { signal } = options;
  const opened = await attempt(
    { address: destination, signal, timeouts, refused: timeouts.refused },
    (call) => credentials.login(call),
  );
  const client = new BoardClient(opened, { address: destination, credentials });
  return { client, session: opened.session };
}

/** Where a connection to the door goes to. It begins with the address of the person. */
export function destinationOf({ socket, address }: Omit<DoorOptions, 'signal'>): Destination {
  return { host: `unix:${socket}`, port: 0, opening: proxyHeader(address) };
}

/** What `door.login` is told. A name and its key are made at most once. */
class DoorCredentials implements Credentials {
  private params: Params<'door.login'>;

  constructor(params: Params<'door.login'>) {
    this.params = params;
  }

  async login(call: Call): Promise<Result<'session.login'>> {
    const session = await call('door.login', this.params);
    const { create: _, remember: __, claim: ___, ...rest } = this.params;
    this.params = rest;
    return session;
  }

  loginAgain(call: Call): Promise<Result<'session.login'>> {
    return call('door.login', this.params);
  }

  renamed(user: string): void {
    if (this.params.user !== undefined) this.params = { ...this.params, user };
  }

  passwordSet(password: string): void {
    if (this.params.password !== undefined) this.params = { ...this.params, password };
  }
}

/** Version 1 of the PROXY protocol. The door does not use the address of the other end. */
function proxyHeader(address: DoorOptions['address']): string {
  // The zone of a link-local address is no part of it, and bans know an IPv4 address as such.
  const ip = address?.ip.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '') ?? '';
  const port = address?.port ?? 0;
  if (isIPv4(ip)) return `PROXY TCP4 ${ip} 127.0.0.1 ${port} 0\r\n`;
  if (isIPv6(ip)) return `PROXY TCP6 ${ip} ::1 ${port} 0\r\n`;
  return 'PROXY UNKNOWN\r\n';
}
