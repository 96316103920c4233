import type { Socket } from 'node:net';
import type { NetworkMap } from '../../board/addresses.ts';
import type { Core } from '../../core/core.ts';
import { Paced } from '../../core/paced.ts';
import type { Wire } from '../../core/wire.ts';
import type { ArrivalState } from '../../metrics/sources.ts';
import type { Connections } from '../stream/connections.ts';
import { Arrival, Arrivals } from './arrivals.ts';
import type { Capacity } from './descriptors.ts';
import { peek } from './peek.ts';
import { receiveProxyHeader } from './proxy-header.ts';
import { Refusals } from './refusals.ts';
import type { Handshakes } from './tls.ts';

// How long the greeting waits for first bytes, in milliseconds. A program sends its first bytes at once, and a
// person waits for the greeting. An HTTP client must get no greeting before its answer.
const greetingPause = 100;
// Arrivals of one network at once.
const arrivalsPerNetwork = 50;
const defaultArrivalTime = 10_000;
// Milliseconds of each turn of the event loop in which accepted sockets begin to arrive. Node accepts all waiting
// connections in one turn; when thousands of members come back, the others have their turn in between.
const arrivalsPerTurn = 1;

const handshakeLate = 'a TLS handshake was not finished in time';

export interface EntranceOptions {
  readonly core: Core;
  readonly capacity: Capacity;
  /** The networks whose connections begin with a header of the PROXY protocol. */
  readonly proxies: NetworkMap<true>;
  /** How long a socket may take to become a connection, whatever it sends, in milliseconds; 10 s if left out. */
  readonly arrivalTime?: number | undefined;
}

/** How the sockets of one door are let in. */
export interface Gate {
  readonly connections: Connections;
  /** With it, the gate speaks TLS and nothing else. */
  readonly handshakes?: Handshakes | undefined;
  /** The address of every peer, for sockets that have none of their own. */
  readonly address?: string;
  /** Whether its peers are trusted to say who somebody is, and from which address: each begins with a PROXY header. */
  readonly vouched?: true | undefined;
  /** Its sockets: those that are arriving, connections, and those that are being turned away. */
  readonly sockets: Set<Socket>;
  /** Calls `Entrance.left` for a connection that has ended. */
  readonly left: NonNullable<Wire['left']>;
}

/** An arrival at a gate. */
class Visitor extends Arrival {
  constructor(
    socket: Socket,
    readonly gate: Gate,
    address: string,
    state: ArrivalState,
  ) {
    super(socket, address, state);
  }

  /** Set by the entrance, which listens to its socket until the peer is let in. */
  closed = ignore;
}

function ignore(): void {}

/**
 * Lets the peers of all doors in that accept sockets: PROXY header, bans, limits, TLS and first bytes, in
 * this order. Until then a socket is an arrival, which has a deadline that nothing renews. There is one
 * entrance for all doors, because the process has file descriptors for so many sockets in all.
 */
export class Entrance {
  private readonly core: Core;
  private readonly arrivalTime: number;
  private readonly arrivals: Arrivals<Visitor>;
  private readonly accepted = new Paced<Visitor>(arrivalsPerTurn, (visitor) => this.begin(visitor));
  private readonly refusals: Refusals;
  private sockets = 0;

  constructor(private readonly options: EntranceOptions) {
    const { core, capacity, arrivalTime = defaultArrivalTime } = options;
    this.core = core;
    this.refusals = new Refusals(core);
    this.arrivalTime = arrivalTime;
    const most = { all: capacity.arrivals, perNetwork: arrivalsPerNetwork };
    this.arrivals = new Arrivals(most, (arrival) => this.displace(arrival));
  }

  /** How many sockets are arriving, by their state. */
  arriving(): Map<ArrivalState, number> {
    return this.arrivals.count();
  }

  /** Closes the sockets that are still arriving at a gate. */
  stop(gate: Gate): void {
    for (const arrival of this.arrivals) if (arrival.gate === gate) arrival.socket.destroy();
  }

  /** A socket could not be accepted, for want of file descriptors. */
  acceptFailed(error: Error): void {
    this.core.counts.acceptsFailed++;
    this.core.incidents.note(`a connection could not be accepted: ${error.message}`, '');
  }

  /**
   * Called when a socket is closed.
   * @param address if it was counted against the limits of connections
   */
  left(gate: Gate, socket: Socket, address: string | undefined): void {
    this.sockets--;
    gate.sockets.delete(socket);
    if (address !== undefined) this.core.admission.leave(address);
  }

  /** Lets in the peer of a socket that was accepted, or turns it away. */
  receive(socket: Socket, gate: Gate): void {
    const peer = gate.address ?? socket.remoteAddress ?? '';
    const isProxied = gate.vouched ?? this.options.proxies.has(peer);
    const arrival = new Visitor(socket, gate, peer, isProxied ? 'proxy_header' : 'first_bytes');
    this.sockets++;
    gate.sockets.add(socket);
    arrival.closed = () => {
      this.arrivals.remove(arrival);
      this.left(gate, socket, arrival.isCounted ? arrival.address : undefined);
    };
    socket.on('error', ignore).on('close', arrival.closed);
    if (this.sockets > this.options.capacity.sockets) {
      this.refusals.refuseWithoutDescriptors(arrival);
      return;
    }
    this.accepted.add(arrival);
  }

  private begin(arrival: Visitor): void {
    // A socket that waited until the doors close is no arrival yet, so `stop` does not know it.
    if (this.core.isClosing) arrival.socket.destroy();
    if (arrival.socket.destroyed) return;
    this.arrivals.add(arrival);
    arrival.deadline = setTimeout(() => this.expire(arrival), this.arrivalTime);
    if (arrival.state === 'proxy_header') this.readProxyHeader(arrival);
    else this.welcome(arrival);
  }

  private readProxyHeader(arrival: Visitor): void {
    receiveProxyHeader(arrival.socket, (header) => {
      // The deadline has passed, and the socket is being turned away.
      if (arrival.state !== 'proxy_header') return;
      if ('problem' in header) return this.refusals.refuseProxy(arrival, header.problem);
      if (header.address !== undefined) arrival.address = header.address;
      this.welcome(arrival);
    });
  }

  private welcome(arrival: Visitor): void {
    this.arrivals.assign(arrival);
    const { address } = arrival;
    const tooMany = this.core.admission.refusal(address);
    if (this.refusals.refuseBanned(arrival)) return;
    if (tooMany) this.refusals.refuseMore(arrival, tooMany);
    else if (arrival.gate.handshakes) this.awaitHandshake(arrival.gate.handshakes, arrival);
    else this.lookAtFirstBytes(arrival);
  }

  private awaitHandshake(handshakes: Handshakes, arrival: Visitor): void {
    const { socket } = arrival;
    arrival.state = 'handshake';
    peek(socket, this.arrivalTime, (opening, first) => {
      if (opening === undefined) socket.destroy();
      else if (opening === 'tls') {
        // TLS reads what its socket has in memory.
        socket.unshift(first);
        this.handshake(handshakes, arrival);
      } else if (!this.refusals.refuseForeign(arrival, opening))
        this.refusals.refusePlain(arrival, opening);
    });
  }

  private handshake(handshakes: Handshakes, arrival: Visitor): void {
    const { socket, address } = arrival;
    // Other peers may have been let in since the first check.
    const tooMany = this.core.admission.refusal(address);
    if (tooMany) {
      this.refusals.refuseMore(arrival, tooMany);
      return;
    }
    const failed = () => {
      this.core.counts.handshakesFailed++;
    };
    socket.once('close', failed);
    handshakes.receive(socket, (secure) => {
      socket.off('close', failed);
      secure.on('error', () => {});
      arrival.stream = secure;
      this.lookAtFirstBytes(arrival);
    });
  }

  private lookAtFirstBytes(arrival: Visitor): void {
    const { address } = arrival;
    // Other peers may have been let in since the first check.
    const tooMany = this.core.admission.enter(address);
    if (tooMany) {
      this.refusals.refuseMore(arrival, tooMany);
      return;
    }
    arrival.isCounted = true;
    arrival.state = 'first_bytes';
    arrival.letIn = peek(arrival.stream, greetingPause, (opening, first) => {
      arrival.letIn = undefined;
      if (!this.refusals.refuseForeign(arrival, opening)) this.enter(arrival, first);
    });
  }

  private enter(arrival: Visitor, first: Buffer | undefined): void {
    // Check again: a new ban closes only the sessions that exist at that moment.
    if (this.refusals.refuseBanned(arrival)) return;
    const { stream, address, socket, gate } = arrival;
    this.arrivals.remove(arrival);
    const { vouched } = gate;
    const secure = stream !== socket;
    // From now on the connection listens. That needs less memory than an arrival for each idle member. With TLS it listens to
    // another stream.
    if (!secure) socket.off('error', ignore).off('close', arrival.closed);
    const left = secure ? undefined : gate.left;
    gate.connections.enter({ stream, address, secure, vouched, first, left });
  }

  private expire(arrival: Visitor): void {
    const { state, address, socket } = arrival;
    if (state === 'handshake') this.core.incidents.note(handshakeLate, address);
    if (state === 'proxy_header') this.refusals.refuseProxy(arrival, 'none came in time');
    else socket.destroy();
  }

  private displace({ socket, state, address, letIn }: Visitor): void {
    if (letIn) {
      letIn();
      return;
    }
    // A peer that is being turned away has been counted already.
    if (state !== 'turned_away') this.refusals.count('displaced', address);
    socket.destroy();
  }
}
