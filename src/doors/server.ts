import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { Accounts } from '../board/accounts.ts';
import { isLoopback, type NetworkMap, networkOf } from '../board/addresses.ts';
import type { Board } from '../board/board.ts';
import type { NetworkBans } from '../board/network-bans.ts';
import { Charges } from '../core/costs.ts';
import { toReply } from '../core/dispatch.ts';
import type { Hub } from '../core/hub.ts';
import { Incidents } from '../core/incidents.ts';
import { logEnd } from '../core/journal.ts';
import { closingNotice, type Session } from '../core/session.ts';
import { SessionLog } from '../core/session-log.ts';
import { WaitingBytes } from '../core/waiting-bytes.ts';
import { countOne, type Ending, type ServerCounts } from '../metrics/counts.ts';
import type { ArrivalState, Survey } from '../metrics/sources.ts';
import type { ServerLimits } from '../protocol/limits.ts';
import type { Result } from '../protocol/schemas.ts';
import { namePrompt } from './dialects/text.ts';
import { Connection, type ConnectionOptions, type Keeper } from './stream/connection.ts';
import type { Capacity } from './tcp/descriptors.ts';
import { TcpDoor, type Wire } from './tcp/door.ts';
import type { Certificate } from './tcp/tls.ts';

// How long requests that were taken may still run when the server closes, and how long the peers
// then have to go, in milliseconds.
const drainTime = 2000;
const partingTime = 1500;
const defaultArrivalTime = 10_000;

export interface ServerOptions {
  readonly board: Board;
  readonly accounts: Accounts;
  readonly bans: NetworkBans;
  /** The networks whose connections begin with a header of the PROXY protocol. */
  readonly proxies: NetworkMap<true>;
  readonly capacity: Capacity;
  /** How long a socket may take to become a connection, in milliseconds; 10 s if left out. */
  readonly arrivalTime?: number | undefined;
  readonly hub: Hub;
  readonly info: Result<'server.info'>;
  readonly description: Result<'rpc.discover'>;
  readonly limits: ServerLimits;
  readonly counts: ServerCounts;
  readonly log: Logger;
  /** With one, the server speaks TLS and nothing else. */
  readonly certificate: Certificate | undefined;
  /** Whether a pause ends a line: see `Connection`. */
  readonly unframedClients: boolean;
}

/** Holds the connections that its door lets in. */
export class Server implements Keeper {
  private readonly door: TcpDoor;
  private readonly connections = new Set<Connection>();
  private readonly forConnections: ConnectionOptions;
  private readonly waitingBytes: WaitingBytes;
  private lastId = 0;
  private emptied: (() => void) | undefined;

  /** @throws the error of OpenSSL where the certificate and the key do not fit */
  constructor(private readonly options: ServerOptions) {
    const { log: logger, unframedClients, certificate, bans, proxies, capacity, ...rest } = options;
    const { arrivalTime = defaultArrivalTime, ...context } = rest;
    const { limits, counts } = context;
    const charges = new Charges(limits, counts);
    this.waitingBytes = new WaitingBytes(limits, counts);
    const { waitingBytes } = this;
    const incidents = new Incidents(logger);
    const log = new SessionLog(logger, incidents);
    this.forConnections = { context, log, unframedClients, keeper: this, charges, waitingBytes };
    const enter = (wire: Wire) => this.accept(wire);
    const forDoor = { certificate, bans, proxies, capacity, arrivalTime, limits, counts };
    this.door = new TcpDoor({ ...forDoor, log: logger, incidents, enter });
  }

  /**
   * Listens on all of `hosts`, on the same port.
   * @param port 0 for a free one
   * @throws ListenError
   */
  listen(hosts: readonly string[], port: number): Promise<AddressInfo[]> {
    return this.door.listen(hosts, port);
  }

  /** @throws the error of OpenSSL; the certificate from before stays in use */
  changeCertificate(certificate: Certificate): void {
    this.door.changeCertificate(certificate);
  }

  /** When the certificate ends, in seconds since the epoch; undefined without TLS. */
  get certificateEnd(): number | undefined {
    return this.door.certificateEnd;
  }

  /** How many sockets are not connections, by state. */
  arriving(): ReadonlyMap<ArrivalState, number> {
    return this.door.arriving();
  }

  /** @param level a level of pino */
  changeLogLevel(level: string): void {
    this.options.log.level = level;
  }

  /** What its sessions are and wait for just now: each is looked at. */
  survey(): Survey {
    const survey: Survey = {
      sessions: [],
      outboxBytes: 0,
      outboxLargest: 0,
      waitingBytes: this.waitingBytes.total,
      requestsWaiting: 0,
    };
    for (const { session, outboxBytes, requests } of this.connections) {
      survey.sessions.push({ encoding: session.encoding, isLoggedIn: session.login !== undefined });
      survey.outboxBytes += outboxBytes;
      survey.outboxLargest = Math.max(survey.outboxLargest, outboxBytes);
      survey.requestsWaiting += requests.length;
    }
    return survey;
  }

  /**
   * Takes no more connections and requests, lets those that were taken finish, tells the sessions
   * and lets them go. Ends within `drainTime` and `partingTime`, whatever the peers do.
   */
  async close(reason: string): Promise<void> {
    this.door.stop();
    for (const connection of this.connections)
      connection.retire(closingNotice('SHUTTING_DOWN', reason));
    await this.untilEmpty(drainTime);
    for (const { session } of this.connections) session.close('SHUTTING_DOWN', reason);
    await this.untilEmpty(partingTime);
    this.door.close();
  }

  parting({ session }: Connection): void {
    this.options.hub.remove(session);
  }

  parted({ session }: Connection, told: boolean, ending: Ending, reason?: string): void {
    countOne(this.options.counts.endings, ending);
    logEnd(session, ending, reason);
    this.logOut(session, told);
  }

  closed(connection: Connection): void {
    this.connections.delete(connection);
    if (this.connections.size === 0) this.emptied?.();
  }

  private accept({ stream, address }: Wire): void {
    const { info, hub, counts } = this.options;
    const network = isLoopback(address) ? undefined : networkOf(address);
    const connection = new Connection(stream, address, ++this.lastId, network, this.forConnections);
    const { session } = connection;
    session.log('debug', { address }, 'connected');
    counts.connections++;
    this.connections.add(connection);
    hub.add(session);
    connection.say(`Welcome to ${info.name} ${info.version}, a message board.\n${namePrompt}`);
  }

  private logOut(session: Session, told: boolean): void {
    if (!session.login || session.loggedOut) return;
    this.options.accounts
      .disconnect(session.endingActor(told), session.token)
      .catch((error) => void toReply(error, session, 'logout'));
  }

  private async untilEmpty(milliseconds: number): Promise<void> {
    if (this.connections.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.emptied = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
