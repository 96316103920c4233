import { createServer, type Server, type Socket } from 'node:net';
import type { Connection } from 'ssh2';
import { isLoopback, networkOf } from '../board/addresses.ts';
import { listenOn, type TcpPlace } from '../doors/listening.ts';
import type { SshLogLevel } from '../doors/ssh/messages.ts';
import type { Visitor } from '../visit/visitor.ts';
import { algorithms } from './algorithms.ts';
import { SshConnection } from './connection.ts';
import { endingsOf } from './endings.ts';
import { endGently, farewellTime, refusal } from './farewell.ts';
import { checkIdentification } from './identification.ts';
import { type SshLimits, sshLimits } from './limits.ts';
import type { Ssh2 } from './load.ts';
import { Places } from './places.ts';
import { socketOf } from './private.ts';
import { Seldom } from './seldom.ts';
import type { VouchedDoor } from './vouched-door.ts';

type Address = NonNullable<Visitor['identity']['address']>;

export interface SshServerOptions {
  readonly library: Ssh2;
  readonly hostKey: Buffer;
  /** Sessions at once. */
  readonly sessions: number;
  /** A connection to the vouched door, for the login of one client. */
  readonly door: (address: Address) => VouchedDoor;
  /** Runs what a visitor asks for. @returns the exit code */
  readonly receive: (visitor: Visitor) => Promise<number>;
  readonly log: (
    level: SshLogLevel,
    text: string,
    fields: Readonly<Record<string, unknown>>,
  ) => void;
  readonly limits?: Partial<SshLimits>;
  /**
   * Whether an address is exempt from the limit of connections and sessions of one network; those of this machine if it is left
   * out, because they may come through a relay.
   */
  readonly isExempt?: (address: string) => boolean;
}

// An IPv4 address in IPv6 (RFC 4291, section 2.5.5.2).
const mapped = /^::ffff:(?=\d+\.)/i;

/**
 * The SSH server. ssh2 does the transport; everything that it does not limit is limited here, counted from the accepted socket
 * on.
 */
export class SshServer {
  private readonly limits: SshLimits;
  private readonly listeners: Server[] = [];
  private readonly strangers: Places;
  private readonly loggedIn: Places;
  private readonly inSession: Places;
  private readonly refusal: Buffer;
  /** Sockets that are being refused, with a sentence. */
  private refusing = 0;
  private readonly connections = new Map<Socket, SshConnection>();
  private readonly transport;
  private readonly seldom = new Seldom();
  private readonly tending: NodeJS.Timeout;
  private closing = false;
  private emptied = () => {};

  constructor(private readonly options: SshServerOptions) {
    this.limits = { ...sshLimits, ...options.limits };
    const { sessions, isExempt = isLoopback } = options;
    const { strangers, strangersPerNetwork, sessionsPerNetwork } = this.limits;
    this.strangers = new Places(strangers, strangersPerNetwork);
    this.loggedIn = new Places(sessions, sessionsPerNetwork, isExempt);
    this.inSession = new Places(sessions, sessionsPerNetwork, isExempt);
    this.refusal = refusal(endingsOf(this.limits).strangers);
    const { keepAlive, keepAlivesMissed } = this.limits;
    this.transport = new options.library.Server({
      hostKeys: [options.hostKey],
      algorithms,
      ident: 'corkboard',
      keepaliveInterval: keepAlive,
      keepaliveCountMax: keepAlivesMissed,
    });
    this.transport.on('error', (error: Error) => this.failed(error));
    this.transport.on('connection', (client) => this.identified(client));
    this.tending = setInterval(() => this.tend(), this.limits.tending);
    this.tending.unref();
  }

  /** Changes how many connections and sessions there may be at once. Those that are open go on. */
  set sessions(sessions: number) {
    this.loggedIn.most = this.inSession.most = sessions;
  }

  /** Listens at all places. Those with the port 0 get the same free one. @throws ListenError */
  async listen(places: readonly TcpPlace[]): Promise<{ host: string; port: number }[]> {
    const addresses: { host: string; port: number }[] = [];
    let free = 0;
    for (const place of places) {
      const listener = createServer({ noDelay: true, keepAlive: true }, (socket) =>
        this.accept(socket),
      );
      const port = place.port || free;
      const { address, ...bound } = await listenOn(listener, { ...place, port });
      if (place.port === 0) free = bound.port;
      listener.on('error', (error) => this.failed(error));
      this.listeners.push(listener);
      addresses.push({ host: address, port: bound.port });
    }
    return addresses;
  }

  /**
   * Accepts no more connections, and resolves when the sessions have ended, or after `timeout` milliseconds. Sessions
   * at a terminal end at once, and commands without one in the middle of that time.
   */
  async close(timeout: number): Promise<void> {
    this.closing = true;
    for (const listener of this.listeners) listener.close();
    const stop = (scripts: boolean) => {
      for (const connection of this.connections.values()) connection.stop(scripts);
    };
    const scriptsEnd = setTimeout(stop, timeout / 2, true);
    stop(false);
    await this.empty(timeout);
    clearTimeout(scriptsEnd);
    clearInterval(this.tending);
    for (const connection of this.connections.values()) connection.end('closing');
    await this.empty(farewellTime);
    for (const socket of this.connections.keys()) socket.destroy();
  }

  /** Resolves when there is no connection, or after `timeout` milliseconds. */
  private empty(timeout: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.connections.size === 0) return resolve();
      const late = setTimeout(resolve, timeout);
      this.emptied = () => {
        clearTimeout(late);
        resolve();
      };
    });
  }

  private accept(socket: Socket): void {
    socket.on('error', () => {});
    const { remoteAddress: address, remotePort: port = 0 } = socket;
    if (address === undefined || this.closing) {
      socket.destroy();
      return;
    }
    const ip = address.replace(mapped, '');
    const leave = this.strangers.take(ip);
    if (typeof leave !== 'function') {
      this.refuse(socket, ip);
      return;
    }
    const { library, receive } = this.options;
    let leaveIn: (() => void) | undefined;
    const connection = new SshConnection({
      library,
      socket,
      limits: this.limits,
      door: this.options.door({ ip, port }),
      receive: (guest, identity) =>
        receive({ ...guest, identity: { ...identity, address: { ip, port } } }),
      loggedIn: ({ user, key }) => {
        leave();
        this.options.log('debug', 'logged in over SSH', { address, user, key: key?.fingerprint });
        const place = this.loggedIn.take(ip);
        if (typeof place !== 'function') return place;
        leaveIn = place;
        return undefined;
      },
      takePlace: () => this.inSession.take(ip),
      isClosing: () => this.closing,
      log: (text, fields) => {
        if (leaveIn)
          this.options.log('debug', `closed an SSH connection: ${text}`, { address, ...fields });
        else this.note(address, `closed an SSH connection: ${text}`, fields);
      },
      failed: (error) => this.failed(error),
    });
    this.connections.set(socket, connection);
    socket.once('close', () => {
      leave();
      leaveIn?.();
      this.connections.delete(socket);
      if (this.connections.size === 0) this.emptied();
    });
    checkIdentification(socket, this.limits.identification, () => connection.end('identification'));
    this.transport.injectSocket(socket);
  }

  /** Refuses a connection with a sentence that `ssh` prints, unless very many are being refused at the moment. */
  private refuse(socket: Socket, address: string): void {
    this.note(address, 'refused a connection: too many have not logged in');
    if (this.refusing >= this.limits.strangers) {
      socket.destroy();
      return;
    }
    this.refusing++;
    socket.once('close', () => this.refusing--);
    socket.write(this.refusal);
    endGently(socket);
  }

  private identified(client: Connection): void {
    const socket = socketOf(client);
    const connection = socket && this.connections.get(socket);
    if (connection) connection.identified(client);
    else client.end();
  }

  private tend(): void {
    const now = performance.now();
    for (const connection of this.connections.values()) connection.tend(now);
  }

  /** Logs what a stranger did, once a minute for its network. */
  private note(
    address: string,
    text: string,
    fields: Readonly<Record<string, unknown>> = {},
  ): void {
    if (this.seldom.isDue(`${networkOf(address)} ${text}`))
      this.options.log('info', text, { address, ...fields });
  }

  private failed(error: unknown): void {
    this.options.log('error', 'the SSH server failed', { err: serialized(error) });
  }
}

function serialized(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  return { type: error.name, message: error.message, stack: error.stack };
}
