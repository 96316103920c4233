import type { Socket } from 'node:net';
import { isLoopback, networkOf } from '../../board/addresses.ts';
import { countOne } from '../../metrics/counts.ts';
import type { ArrivalState } from '../../metrics/sources.ts';

/** A socket that is not a connection yet: it is being let in, or turned away. */
export class Arrival {
  /** The stream of the peer's own bytes. With TLS, this is not the accepted socket. */
  stream: Socket;
  network: string | undefined;
  /** Lets the peer in now, if its socket only waits for first bytes. */
  letIn: (() => void) | undefined;
  /** Whether it is counted against the limits of connections. */
  isCounted = false;
  /** Ends the arrival at its time limit. */
  deadline: NodeJS.Timeout | undefined;

  constructor(
    readonly socket: Socket,
    /** The address of the peer, or that of its proxy until the header has come. */
    public address: string,
    public state: ArrivalState,
  ) {
    this.stream = socket;
  }
}

/**
 * All arrivals. Their number is limited, in total and per network. An arrival over a limit replaces the oldest
 * one, so that peers that never finish do not keep others out. For loopback there is only the total limit.
 */
export class Arrivals<A extends Arrival = Arrival> {
  private readonly all = new Set<A>();
  private readonly byNetwork = new Map<string, Set<A>>();

  constructor(
    private readonly limits: { readonly all: number; readonly perNetwork: number },
    /** Called with an arrival that was removed to make room for a new one. */
    private readonly displaced: (arrival: A) => void,
  ) {}

  add(arrival: A): void {
    this.all.add(arrival);
    if (this.all.size > this.limits.all) this.displace(this.all);
  }

  /** Counts an arrival to the network of its address. */
  assign(arrival: A): void {
    if (!this.all.has(arrival) || isLoopback(arrival.address)) return;
    const network = networkOf(arrival.address);
    const fellows = this.byNetwork.get(network) ?? new Set<A>();
    this.byNetwork.set(network, fellows);
    arrival.network = network;
    fellows.add(arrival);
    if (fellows.size > this.limits.perNetwork) this.displace(fellows);
  }

  /** An arrival that was removed before is ignored. */
  remove(arrival: A): void {
    this.all.delete(arrival);
    clearTimeout(arrival.deadline);
    arrival.deadline = undefined;
    const { network = '' } = arrival;
    const fellows = this.byNetwork.get(network);
    fellows?.delete(arrival);
    if (fellows?.size === 0) this.byNetwork.delete(network);
  }

  [Symbol.iterator](): Iterator<A> {
    return this.all.values();
  }

  /** How many arrivals there are in each state. */
  count(): Map<ArrivalState, number> {
    const counts = new Map<ArrivalState, number>();
    for (const { state } of this.all) countOne(counts, state);
    return counts;
  }

  private displace(oldestFirst: Set<A>): void {
    const [oldest] = oldestFirst;
    if (!oldest) return;
    this.remove(oldest);
    this.displaced(oldest);
  }
}
