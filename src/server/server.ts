import { type AddressInfo, createServer, type Server as NetServer, type Socket } from 'node:net';
import type { Logger } from 'pino';
import type { Accounts } from '../board/accounts.ts';
import { isLoopback, networkOf } from '../board/addresses.ts';
import type { Board } from '../board/board.ts';
import type { NetworkBans } from '../board/network-bans.ts';
import { countOne, type Ending, type ServerCounts } from '../metrics/counts.ts';
import type { Survey } from '../metrics/sources.ts';
import type { ServerLimits } from '../protocol/limits.ts';
import type { ClosingCode, Result } from '../protocol/schemas.ts';
import { Admission } from './admission.ts';
import { Connection, type ConnectionOptions, type Keeper } from './connection.ts';
import { Charges } from './costs.ts';
import { toReply } from './dispatch.ts';
import type { Hub } from './hub.ts';
import { logEnd } from './journal.ts';
import { closingNotice, type Session } from './session.ts';
import { namePrompt } from './text-speaker.ts';
import { type Certificate, TlsDoor } from './tls-door.ts';
import { turnAway } from './turn-away.ts';
import { WaitingBytes } from './waiting-bytes.ts';

// How long requests that were taken may still run when the server closes, and how long the peers
// then have to go, in milliseconds.
const drainTime = 2000;
const partingTime = 1500;
// How long one that is turned away has to show its encoding, in milliseconds, and how many at once.
const openingTime = 1000;
const mostTurnedAway = 1000;
// Connections that wait to be accepted: past it, one that comes back in a storm waits a second for
// TCP's next try. The system may hold it lower (net.core.somaxconn is 4096 on Linux).
const backlog = 4096;

export interface ServerOptions {
  readonly board: Board;
  readonly accounts: Accounts;
  readonly bans: NetworkBans;
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

/** Listens on a TCP port and holds the connections. */
export class Server implements Keeper {
  private readonly listener: NetServer;
  private readonly door: TlsDoor | undefined;
  private readonly admission: Admission;
  private readonly connections = new Set<Connection>();
  /** Those that are in a handshake or turned away are no connections. */
  private readonly sockets = new Set<Socket>();
  private readonly forConnections: ConnectionOptions;
  private readonly waitingBytes: WaitingBytes;
  private lastId = 0;
  private emptied: (() => void) | undefined;

  constructor(private readonly options: ServerOptions) {
    this.admission = new Admission(options.limits);
    // A peer may end its stream before it has its replies: see the end of input in Connection.
    this.listener = createServer(
      {
        allowHalfOpen: true,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: options.limits.keepAliveDelay,
      },
      (socket) => this.receive(socket),
    );
    const { certificate, log, unframedClients, bans, ...context } = options;
    const charges = new Charges(options.limits, options.counts);
    this.waitingBytes = new WaitingBytes(options.limits, options.counts);
    const { waitingBytes } = this;
    this.forConnections = { context, log, unframedClients, keeper: this, charges, waitingBytes };
    this.door = certificate && new TlsDoor(certificate, log, (socket) => this.accept(socket));
  }

  /** @throws the error of the system where the address cannot be listened on */
  listen(host: string, port: number): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      this.listener.once('error', reject);
      this.listener.listen({ host, port, backlog }, () => {
        this.listener.off('error', reject);
        // Running out of file descriptors fails one accept, and must not end the server.
        this.listener.on('error', (error) => this.options.log.error({ err: error }, 'listening'));
        resolve(this.listener.address() as AddressInfo);
      });
    });
  }

  /** @throws the error of OpenSSL; the certificate from before stays in use */
  changeCertificate(certificate: Certificate): void {
    this.door?.change(certificate);
  }

  /** When the certificate ends, in seconds since the epoch; undefined without TLS. */
  get certificateEnd(): number | undefined {
    return this.door?.certificateEnd;
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
    this.listener.close();
    for (const connection of this.connections)
      connection.retire(closingNotice('SHUTTING_DOWN', reason));
    await this.untilEmpty(drainTime);
    for (const { session } of this.connections) session.close('SHUTTING_DOWN', reason);
    await this.untilEmpty(partingTime);
    for (const socket of this.sockets) socket.destroy();
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

  private receive(socket: Socket): void {
    const { remoteAddress: address = '' } = socket;
    this.sockets.add(socket);
    const refusal = this.refusal(address);
    socket.on('close', () => {
      this.sockets.delete(socket);
      if (!refusal) this.admission.leave(address);
    });
    if (refusal) this.options.counts.refused++;
    if (refusal) this.refuse(socket, refusal.code, refusal.reason);
    else if (this.door) this.door.receive(socket);
    else this.accept(socket);
  }

  /** Why a peer at `address` may not come in; counted as a connection otherwise. */
  private refusal(address: string): { code: ClosingCode; reason: string } | undefined {
    const banned = this.options.bans.reasonFor(address);
    if (banned) return { code: 'EXPELLED', reason: banned };
    const tooMany = this.admission.enter(address);
    return tooMany && { code: 'TOO_MANY_CONNECTIONS', reason: tooMany.message };
  }

  /** A handshake is work that one too many does not get: it is closed without a word. */
  private refuse(socket: Socket, code: ClosingCode, reason: string): void {
    socket.on('error', () => {});
    if (this.door || this.sockets.size - this.connections.size > mostTurnedAway) {
      socket.destroy();
      return;
    }
    const tell = (opening?: Buffer) => turnAway(socket, opening, code, reason);
    const timer = setTimeout(tell, openingTime);
    socket.once('close', () => clearTimeout(timer));
    socket.once('data', (opening) => {
      clearTimeout(timer);
      tell(opening);
    });
  }

  private accept(socket: Socket): void {
    const { info, hub, counts } = this.options;
    const { remoteAddress: address = '' } = socket;
    const network = isLoopback(address) ? undefined : networkOf(address);
    const connection = new Connection(socket, ++this.lastId, network, this.forConnections);
    const { session } = connection;
    session.log('debug', { address: session.address }, 'connected');
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
