import { type AddressInfo, createServer, type Server as NetServer, type Socket } from 'node:net';
import type { Logger } from 'pino';
import type { NetworkMap } from '../../board/addresses.ts';
import type { NetworkBans } from '../../board/network-bans.ts';
import type { Incidents } from '../../core/incidents.ts';
import { closingNotice, encodeNotice } from '../../core/session.ts';
import { countOne, type RefusalKind, type ServerCounts } from '../../metrics/counts.ts';
import type { ArrivalState } from '../../metrics/sources.ts';
import { boardError } from '../../protocol/errors.ts';
import type { Opening } from '../../protocol/first-bytes.ts';
import type { ServerLimits } from '../../protocol/limits.ts';
import { listenOn, resolveHosts } from '../listening.ts';
import { peek } from '../stream/peek.ts';
import { type Refusal, turnAway } from '../stream/turn-away.ts';
import { Admission, type TooMany } from './admission.ts';
import { Arrival, Arrivals } from './arrivals.ts';
import type { Capacity } from './descriptors.ts';
import { receiveProxyHeader } from './proxy-header.ts';
import { type Certificate, TlsDoor } from './tls.ts';

// How long the greeting waits for first bytes. A program sends its own at once, a person waits for
// the greeting; an HTTP client must see no greeting before its answer. In milliseconds.
const greetingPause = 100;
// How long a peer that is turned away has to show its encoding, in milliseconds.
const openingTime = 1000;
// Arrivals of one network at once.
const arrivalsPerNetwork = 50;
// Connections that wait to be accepted: past it, one that comes back in a storm waits a second for
// TCP's next attempt. The system may hold it lower (net.core.somaxconn is 4096 on Linux).
const backlog = 4096;

const busy = boardError('TOO_MANY_CONNECTIONS', 'to this board').message;
const handshakeLate = 'a TLS handshake was not finished in time';
const refusalWords: Readonly<Record<RefusalKind, string>> = {
  board: 'a connection was turned away: the board has max-connections',
  address: 'a connection was turned away: its address has max-connections-per-address',
  descriptors: 'a connection was closed at once: the process may open no more files',
  banned: 'a connection from a banned network was turned away',
  displaced: 'a peer that had not finished arriving was closed for a newer one',
  proxy_header: 'a connection was turned away for its PROXY header',
  http: 'an HTTP request was turned away',
  plain: 'a connection without TLS was turned away',
};

/** One peer's bytes. */
export interface Wire {
  /** A TCP or a TLS socket; paused until it is handed over. */
  readonly stream: Socket;
  /** Of the peer itself, also behind a proxy. */
  readonly address: string;
}

export interface TcpDoorOptions {
  readonly limits: ServerLimits;
  readonly capacity: Capacity;
  readonly counts: ServerCounts;
  readonly bans: NetworkBans;
  /** The networks whose connections begin with a header of the PROXY protocol. */
  readonly proxies: NetworkMap<true>;
  /** With one, the door speaks TLS and nothing else. */
  readonly certificate: Certificate | undefined;
  readonly log: Logger;
  /** Takes what strangers can cause in any number. */
  readonly incidents: Incidents;
  /** How long a socket may take to become a connection, whatever it sends, in milliseconds. */
  readonly arrivalTime: number;
  /** Called with each peer that is let in. */
  readonly enter: (wire: Wire) => void;
}

/**
 * Listens on TCP addresses, and lets peers in: PROXY header, bans, limits, TLS and first bytes, in
 * this order. Until then a socket is an arrival, which has a deadline that nothing renews.
 */
export class TcpDoor {
  private readonly listeners: NetServer[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly admission: Admission;
  private readonly arrivals: Arrivals;
  private readonly tls: TlsDoor | undefined;

  /** @throws the error of OpenSSL where the certificate and the key do not fit */
  constructor(private readonly options: TcpDoorOptions) {
    const { capacity, limits, certificate, log } = options;
    this.admission = new Admission({ ...limits, connections: capacity.connections });
    this.tls = certificate && new TlsDoor(certificate, log);
    const most = { all: capacity.arrivals, perNetwork: arrivalsPerNetwork };
    this.arrivals = new Arrivals(most, (arrival) => this.displace(arrival));
  }

  /**
   * Listens on every address of `hosts`, all on the same port.
   * @param port 0 for a free one
   * @throws ListenError, and then it listens on none
   */
  async listen(hosts: readonly string[], port: number): Promise<AddressInfo[]> {
    try {
      return await this.listenOnAll(hosts, port);
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  private async listenOnAll(hosts: readonly string[], port: number): Promise<AddressInfo[]> {
    const addresses: AddressInfo[] = [];
    for (const place of await resolveHosts(hosts, port, '--host')) {
      const listener = this.createListener();
      const shared = addresses[0]?.port ?? port;
      addresses.push(await listenOn(listener, { ...place, port: shared, backlog }));
      listener.on('error', (error) => this.acceptFailed(error));
    }
    return addresses;
  }

  /** The certificate in use; undefined without TLS. */
  get certificateEnd(): number | undefined {
    return this.tls?.certificateEnd;
  }

  /** @throws the error of OpenSSL; the certificate from before stays in use */
  changeCertificate(certificate: Certificate): void {
    this.tls?.change(certificate);
  }

  /** How many sockets are arriving, by what they wait for. */
  arriving(): Map<ArrivalState, number> {
    return this.arrivals.count();
  }

  /** Accepts no more, and closes the sockets that are still arriving. */
  stop(): void {
    for (const listener of this.listeners) listener.close();
    for (const { socket } of this.arrivals) socket.destroy();
  }

  /** Destroys every socket that is left. */
  close(): void {
    this.options.incidents.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private createListener(): NetServer {
    const { keepAliveDelay } = this.options.limits;
    // A peer may end its stream before it has its replies: see the end of input in Connection.
    const listener = createServer(
      {
        allowHalfOpen: true,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: keepAliveDelay,
      },
      (socket) => this.receive(socket),
    );
    this.listeners.push(listener);
    return listener;
  }

  private receive(socket: Socket): void {
    const { remoteAddress: peer = '' } = socket;
    const isProxied = this.options.proxies.has(peer);
    const arrival = new Arrival(socket, peer, isProxied ? 'proxy_header' : 'first_bytes');
    this.sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      this.sockets.delete(socket);
      this.arrivals.remove(arrival);
    });
    if (this.sockets.size > this.options.capacity.sockets) {
      this.countRefusal('descriptors', peer);
      if (!this.tls) socket.end(encodeNotice('text', closingNotice('TOO_MANY_CONNECTIONS', busy)));
      socket.destroySoon();
      return;
    }
    this.arrivals.add(arrival);
    arrival.deadline = setTimeout(() => this.expire(arrival), this.options.arrivalTime);
    if (isProxied) this.readProxyHeader(arrival);
    else this.welcome(arrival);
  }

  private readProxyHeader(arrival: Arrival): void {
    receiveProxyHeader(arrival.socket, (header) => {
      // It was too late, and is being turned away.
      if (arrival.state !== 'proxy_header') return;
      if ('problem' in header) return this.refuseProxy(arrival, header.problem);
      if (header.address !== undefined) arrival.address = header.address;
      this.welcome(arrival);
    });
  }

  private welcome(arrival: Arrival): void {
    this.arrivals.assign(arrival);
    const { address } = arrival;
    const tooMany = this.admission.refusal(address);
    if (this.refuseBanned(arrival)) return;
    if (tooMany) this.refuseMore(arrival, tooMany);
    else if (this.tls) this.awaitHandshake(this.tls, arrival);
    else this.lookAtFirstBytes(arrival);
  }

  private awaitHandshake(tls: TlsDoor, arrival: Arrival): void {
    const { socket } = arrival;
    arrival.state = 'handshake';
    peek(socket, this.options.arrivalTime, (opening) => {
      if (opening === undefined) socket.destroy();
      else if (opening === 'tls') this.handshake(tls, arrival);
      else if (!this.refuseForeign(arrival, opening)) this.refusePlain(arrival, opening);
    });
  }

  private handshake(tls: TlsDoor, arrival: Arrival): void {
    const { socket, address } = arrival;
    // Others may have come in since.
    const tooMany = this.admission.refusal(address);
    if (tooMany) {
      this.refuseMore(arrival, tooMany);
      return;
    }
    const failed = () => {
      this.options.counts.handshakesFailed++;
    };
    socket.once('close', failed);
    tls.receive(socket, (secure) => {
      socket.off('close', failed);
      secure.on('error', () => {});
      arrival.stream = secure;
      this.lookAtFirstBytes(arrival);
    });
  }

  private lookAtFirstBytes(arrival: Arrival): void {
    const { socket, address } = arrival;
    // Others may have come in since.
    const tooMany = this.admission.enter(address);
    if (tooMany) {
      this.refuseMore(arrival, tooMany);
      return;
    }
    socket.once('close', () => this.admission.leave(address));
    arrival.state = 'first_bytes';
    arrival.hurry = peek(arrival.stream, greetingPause, (opening) => {
      arrival.hurry = undefined;
      if (!this.refuseForeign(arrival, opening)) this.enter(arrival);
    });
  }

  private enter(arrival: Arrival): void {
    // A ban that came meanwhile has ended the sessions that there were.
    if (this.refuseBanned(arrival)) return;
    const { stream, address } = arrival;
    this.arrivals.remove(arrival);
    this.options.enter({ stream, address });
    stream.resume();
  }

  /** Refuses a peer from a banned network. @returns whether it did */
  private refuseBanned(arrival: Arrival): boolean {
    const reason = this.options.bans.reasonFor(arrival.address);
    if (reason) this.refuse(arrival, 'banned', { code: 'EXPELLED', reason });
    return reason !== undefined;
  }

  /** Refuses what is no peer of a board. @returns whether it did */
  private refuseForeign(arrival: Arrival, opening: Opening | undefined): boolean {
    if (opening === 'http') {
      const reason = boardError('NOT_A_WEB_SERVER').message;
      this.refuse(arrival, 'http', { code: 'NOT_A_WEB_SERVER', reason }, opening);
    } else if (opening === 'proxy') {
      this.refuseProxy(arrival, 'your address is not among those of --proxy-protocol');
    } else return false;
    return true;
  }

  private refusePlain(arrival: Arrival, opening: Opening): void {
    const reason = boardError('TLS_REQUIRED').message;
    this.refuse(arrival, 'plain', { code: 'TLS_REQUIRED', reason }, opening);
  }

  private refuseProxy(arrival: Arrival, why: string): void {
    const reason = boardError('PROXY_REFUSED', why).message;
    this.refuse(arrival, 'proxy_header', { code: 'PROXY_REFUSED', reason }, 'text');
  }

  /** A handshake is work that one too many does not get: it is closed without a word. */
  private refuseMore(arrival: Arrival, { limit, message }: TooMany): void {
    this.refuse(arrival, limit, { code: 'TOO_MANY_CONNECTIONS', reason: message });
  }

  /**
   * Tells a peer why it is not let in, and closes its socket.
   * @param opening what it speaks; left out, it is waited for, and under TLS, which the peer would
   * need a handshake for, the socket is closed without a word
   */
  private refuse(arrival: Arrival, kind: RefusalKind, refusal: Refusal, opening?: Opening): void {
    const { socket, stream } = arrival;
    this.countRefusal(kind, arrival.address);
    if (this.tls && stream === socket && opening === undefined) {
      socket.destroy();
      return;
    }
    arrival.state = 'turned_away';
    if (opening !== undefined) turnAway(stream, opening, refusal);
    else peek(stream, openingTime, (found) => turnAway(stream, found, refusal));
  }

  private expire(arrival: Arrival): void {
    const { state, address, socket } = arrival;
    if (state === 'handshake') this.options.incidents.note(handshakeLate, address);
    if (state === 'proxy_header') this.refuseProxy(arrival, 'none came in time');
    else socket.destroy();
  }

  private displace({ socket, state, address, hurry }: Arrival): void {
    if (hurry) {
      hurry();
      return;
    }
    // A peer that is being turned away has nothing to lose.
    if (state !== 'turned_away') this.countRefusal('displaced', address);
    socket.destroy();
  }

  private countRefusal(kind: RefusalKind, address: string): void {
    countOne(this.options.counts.refused, kind);
    this.options.incidents.note(refusalWords[kind], address);
  }

  private acceptFailed(error: Error): void {
    this.options.counts.acceptsFailed++;
    this.options.incidents.note(`a connection could not be accepted: ${error.message}`, '');
  }
}
