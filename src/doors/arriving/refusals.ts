import type { TooMany } from '../../core/admission.ts';
import type { Core } from '../../core/core.ts';
import { closingNotice } from '../../core/session.ts';
import { countOne, type RefusalKind } from '../../metrics/counts.ts';
import { boardError } from '../../protocol/errors.ts';
import type { Opening } from '../../protocol/first-bytes.ts';
import { dialectOf } from '../dialects/by-first-bytes.ts';
import type { Arrival } from './arrivals.ts';
import { peek } from './peek.ts';
import { type Refusal, turnAway } from './turn-away.ts';

// How long a peer that is turned away has to show its encoding, in milliseconds.
const openingTime = 1000;

const busy = boardError('TOO_MANY_CONNECTIONS', 'to this board').message;
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

/** An arrival at a gate. With `handshakes`, the gate speaks TLS and nothing else. */
type Refused = Arrival & { readonly gate: { readonly handshakes?: unknown } };

/** Refuses peers: sends the reason, counts the refusal and logs it. */
export class Refusals {
  constructor(private readonly core: Pick<Core, 'bans' | 'counts' | 'incidents'>) {}

  /** Refuses a socket for which the process may have no file descriptors left, without waiting for anything. */
  refuseWithoutDescriptors({ socket, gate, address }: Refused): void {
    this.count('descriptors', address);
    const notice = closingNotice('TOO_MANY_CONNECTIONS', busy);
    if (!gate.handshakes) socket.end(dialectOf(undefined).notice(notice));
    socket.destroySoon();
  }

  /** Refuses a peer from a banned network. @returns whether it did */
  refuseBanned(arrival: Refused): boolean {
    const reason = this.core.bans.reasonFor(arrival.address);
    if (reason) this.refuse(arrival, 'banned', { code: 'EXPELLED', reason });
    return reason !== undefined;
  }

  /** Refuses a peer that speaks another protocol. @returns whether it did */
  refuseForeign(arrival: Refused, opening: Opening | undefined): boolean {
    if (opening === 'http') {
      const reason = boardError('NOT_A_WEB_SERVER').message;
      this.refuse(arrival, 'http', { code: 'NOT_A_WEB_SERVER', reason }, opening);
    } else if (opening === 'proxy') {
      this.refuseProxy(arrival, 'your address is not among those of --proxy-protocol');
    } else return false;
    return true;
  }

  refusePlain(arrival: Refused, opening: Opening): void {
    const reason = boardError('TLS_REQUIRED').message;
    this.refuse(arrival, 'plain', { code: 'TLS_REQUIRED', reason }, opening);
  }

  refuseProxy(arrival: Refused, why: string): void {
    const reason = boardError('PROXY_REFUSED', why).message;
    this.refuse(arrival, 'proxy_header', { code: 'PROXY_REFUSED', reason }, 'text');
  }

  /** A peer beyond the limits is not worth the work of a handshake, so its socket is closed without an answer. */
  refuseMore(arrival: Refused, { limit, message }: TooMany): void {
    this.refuse(arrival, limit, { code: 'TOO_MANY_CONNECTIONS', reason: message });
  }

  count(kind: RefusalKind, address: string): void {
    countOne(this.core.counts.refused, kind);
    this.core.incidents.note(refusalWords[kind], address);
  }

  /**
   * Sends a peer the reason why it is not let in, and closes its socket.
   * @param opening the protocol of the peer. If it is left out, the server waits for the first bytes. With TLS
   * the socket is then closed without an answer, because an answer would need a handshake
   */
  private refuse(arrival: Refused, kind: RefusalKind, refusal: Refusal, opening?: Opening): void {
    const { socket, stream, gate } = arrival;
    this.count(kind, arrival.address);
    if (gate.handshakes && stream === socket && opening === undefined) {
      socket.destroy();
      return;
    }
    arrival.state = 'turned_away';
    if (opening !== undefined) turnAway(stream, opening, refusal);
    else peek(stream, openingTime, (found) => turnAway(stream, found, refusal));
  }
}
