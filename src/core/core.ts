import type { Logger } from 'pino';
import type { Accounts } from '../board/accounts.ts';
import type { NetworkBans } from '../board/network-bans.ts';
import type { EndingToken } from '../board/ports/accounts.ts';
import type { Actor } from '../board/ports/actor.ts';
import { countOne, type Ending, type ServerCounts } from '../metrics/counts.ts';
import type { Survey } from '../metrics/sources.ts';
import type { ServerLimits } from '../protocol/limits.ts';
import type { Result } from '../protocol/schemas.ts';
import { Admission } from './admission.ts';
import { Charges } from './charges.ts';
import type { Costs } from './costs.ts';
import { toReply } from './dispatch.ts';
import type { Encoding } from './encoding.ts';
import { type Context, SessionContext, type Shared } from './handlers/context.ts';
import type { Hub } from './hub.ts';
import { Incidents } from './incidents.ts';
import { endOf, logEnd } from './journal.ts';
import { Paced } from './paced.ts';
import { type Outlet, Session } from './session.ts';
import { SessionLog } from './session-log.ts';
import { WaitingBytes } from './waiting-bytes.ts';
import type { Wire } from './wire.ts';

// Milliseconds of each turn of the event loop in which sessions are removed that have ended. Thousands may end in the same
// turn, when a network fails or when all are too slow for a busy group.
const endingsPerTurn = 1;

/** What is stored of the end of a session. */
interface End {
  readonly actor: Actor;
  readonly token: EndingToken | null;
  /** The session was sent what was published until then. */
  readonly until: number;
}

export interface CoreOptions extends Shared {
  readonly bans: NetworkBans;
  /** Connections that the process has file descriptors for, at most those of the limits. */
  readonly connections: number;
  readonly log: Logger;
}

/**
 * The part of the server that each door uses: the board, and the state that all sessions share. A door
 * calls `begin` for each peer that it lets in, and `ended` and `closed` in this order.
 */
export class Core {
  readonly bans: NetworkBans;
  readonly hub: Hub;
  readonly info: Result<'server.info'>;
  readonly limits: ServerLimits;
  readonly counts: ServerCounts;
  readonly log: Logger;
  /** Logs what strangers can cause in any number. */
  readonly incidents: Incidents;
  /** Counts connections against the limits in all and per address. */
  readonly admission: Admission;
  readonly charges: Charges;
  readonly waitingBytes: WaitingBytes;
  /** Whether the server shuts down. */
  isClosing = false;
  private readonly accounts: Accounts;
  private readonly shared: Shared;
  private readonly sessionLog: SessionLog;
  private readonly sessions = new Set<Session>();
  private readonly encodings = new Set<string>();
  private readonly endings = new Paced<() => void>(endingsPerTurn, (end) => end());
  private lastId = 0;

  constructor({ bans, connections, log, ...shared }: CoreOptions) {
    const { accounts, hub, info, limits, counts } = shared;
    this.shared = shared;
    this.accounts = accounts;
    this.bans = bans;
    this.hub = hub;
    this.info = info;
    this.limits = limits;
    this.counts = counts;
    this.log = log;
    this.incidents = new Incidents(log);
    this.sessionLog = new SessionLog(log, this.incidents);
    this.admission = new Admission({ ...limits, connections });
    this.charges = new Charges(limits, counts);
    this.waitingBytes = new WaitingBytes(limits, counts);
  }

  /** Registers a door and its encodings, so that their metrics start at zero. */
  register(door: string, encodings: readonly Encoding[]): void {
    if (!this.counts.connections.has(door)) this.counts.connections.set(door, 0);
    for (const { name } of encodings) this.encodings.add(name);
  }

  /** Begins the session of a peer. @param door the name of the door that lets it in */
  begin(wire: Pick<Wire, 'address' | 'secure' | 'vouched'>, door: string, outlet: Outlet): Session {
    const { address, secure } = wire;
    const session = new Session(++this.lastId, wire, this.sessionLog, outlet);
    session.log('debug', { address, door, secure }, 'connected');
    countOne(this.counts.connections, door);
    this.sessions.add(session);
    this.hub.add(session);
    return session;
  }

  /**
   * Everything that the requests of a session use.
   * @param payer has the costs of the session; they may be others at the next request
   */
  context(session: Session, payer: { readonly costs: Costs }): Context {
    return new SessionContext(this.shared, session, payer);
  }

  /** Replaces the banned networks, and closes the sessions that come from one. */
  banNetworks(banned: Parameters<NetworkBans['replace']>[0]): void {
    this.bans.replace(banned);
    for (const session of this.hub.connected) {
      const reason = this.bans.reasonFor(session.address);
      if (reason) session.closeUnlessOver('EXPELLED', reason);
    }
  }

  /** Ends all sessions. Their clients may connect again at once. */
  endSessions(reason: string): void {
    for (const session of this.hub.connected) {
      session.closeUnlessOver('SHUTTING_DOWN', reason);
    }
  }

  /**
   * Called once, when a session is over. Notices already pending are still delivered; later ones are not. The session is
   * removed from its groups in this turn of the event loop or, if many end at once, in one of the next. The peer may still
   * be reading.
   * @param reason in words, if the server closed the session
   */
  ended(session: Session, ending: Ending, reason?: string): void {
    session.end();
    this.hub.endTurn();
    const { login, endingToken: token } = session;
    const line = endOf(session, ending, reason);
    // Noted now: until the session is removed, more events are published, and another connection may take it over.
    const end = login && { actor: session.actor, token, until: this.accounts.publishedUntil() };
    this.endings.add(() => {
      this.hub.remove(session);
      countOne(this.counts.endings, ending);
      logEnd(session, line);
      if (end && !session.loggedOut) this.noteEnd(session, end);
    });
  }

  private noteEnd(session: Session, { actor, token, until }: End): void {
    this.accounts
      .disconnect(actor, token, until)
      .catch((error) => void toReply(error, session, 'logout'));
  }

  /** Called once, when nothing of a session's connection is left. */
  closed(session: Session): void {
    this.sessions.delete(session);
  }

  /** Counts the sessions and what waits for them. Costs time in proportion to the number of sessions. */
  survey(): Survey {
    const survey: Survey = {
      sessions: new Map([...this.encodings].map((name) => [name, { loggedIn: 0, strangers: 0 }])),
      outboxBytes: 0,
      outboxLargest: 0,
      waitingBytes: this.waitingBytes.total,
      requestsWaiting: 0,
    };
    for (const { encoding, login, load } of this.sessions) {
      const alike = survey.sessions.get(encoding.name) ?? { loggedIn: 0, strangers: 0 };
      survey.sessions.set(encoding.name, alike);
      if (login) alike.loggedIn++;
      else alike.strangers++;
      survey.outboxBytes += load.unsentBytes;
      survey.outboxLargest = Math.max(survey.outboxLargest, load.unsentBytes);
      survey.requestsWaiting += load.requestsWaiting;
    }
    return survey;
  }

  /** Ends the sessions that are over, and logs the incidents that are counted and not logged yet. */
  close(): void {
    this.endings.finish();
    this.incidents.close();
  }
}
