import type { Socket } from 'node:net';
import type { Connection, Session } from 'ssh2';
import { cleanLine } from '../protocol/clean.ts';
import { type EndReason, endingsOf, errorLine } from './endings.ts';
import { endGently } from './farewell.ts';
import type { SshLimits } from './limits.ts';
import type { Ssh2 } from './load.ts';
import { Login, type SshIdentity } from './login.ts';
import type { Full } from './places.ts';
import { closeUnstarted, disconnect, guardWindows, isExchanging } from './private.ts';
import { type Guest, SshSession } from './session.ts';
import type { VouchedDoor } from './vouched-door.ts';

export interface ConnectionOptions {
  readonly library: Ssh2;
  readonly socket: Socket;
  readonly limits: SshLimits;
  readonly door: VouchedDoor;
  /** Runs what a visitor asks for. @returns the exit code */
  readonly receive: (guest: Guest, identity: SshIdentity) => Promise<number>;
  /** Called when the client has logged in. @returns what is full, if there is no place for it */
  readonly loggedIn: (identity: SshIdentity) => Full | undefined;
  /** Takes a place for a session. @returns a function that frees it, or what is full */
  readonly takePlace: () => (() => void) | Full;
  /** Whether the server closes, so that a connection without a session ends at once. */
  readonly isClosing: () => boolean;
  readonly log: (text: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly failed: (error: unknown) => void;
}

// How much of what the peer says is logged, in UTF-16 code units.
const mostSaid = 100;

interface Words {
  /** Why, for the client. If it is left out, it is that of the reason. */
  readonly sentence?: string | undefined;
  /** What the client said, for the log. */
  readonly said?: string;
}

/** One connection: its limits, its login and its sessions, from the accepted socket to the end. */
export class SshConnection {
  private readonly sessions = new Set<SshSession>();
  private readonly endings;
  private sessionsInAll = 0;
  private hasEnded = false;
  private client: Connection | undefined;
  private identity: SshIdentity | undefined;
  private loginTimer: NodeJS.Timeout | undefined;
  private idleTimer: NodeJS.Timeout | undefined;
  private handover: NodeJS.Timeout | undefined;
  private exchangedAt = performance.now();
  private exchangedBytes = 0;
  private exchangingSince: number | undefined;

  constructor(private readonly options: ConnectionOptions) {
    const { socket, limits } = options;
    this.endings = endingsOf(limits);
    this.loginTimer = setTimeout(() => this.end('loginTime'), limits.loginTime);
    socket.on('data', () => this.checkBytes());
    socket.on('close', () => this.closed());
  }

  /** The library has read the identification string of the client. */
  identified(client: Connection): void {
    const { library, door, limits, failed } = this.options;
    this.client = client;
    guardWindows(client, () => this.end('window'));
    const login = new Login({
      library,
      door,
      limits,
      failed,
      letIn: (identity) => this.letIn(identity),
      giveUp: (reason, sentence) => this.end(reason, { sentence }),
    });
    client.on('error', ({ message, level }: Error & { readonly level?: string }) => {
      const said = cleanLine(message.slice(0, mostSaid));
      this.end(level === 'client-timeout' ? 'silence' : 'protocol', { said });
    });
    client.on('authentication', (context) => {
      login.authenticate(context);
    });
    client.on('ready', () => login.ready());
    client.on('session', (accept, reject) => this.openSession(accept, reject));
    client.on('rekey', () => this.exchanged());
    // With a listener, ssh2 respects no-more-sessions@openssh.com; everything else here asks for a forwarding.
    client.on('request', (_, reject) => reject?.());
  }

  /** Ends the connection. Does nothing if it has ended. */
  end(reason: EndReason, { sentence, said }: Words = {}): void {
    if (this.hasEnded) return;
    const { socket, log } = this.options;
    const ending = this.endings[reason];
    log(ending.log, { user: this.identity?.user, said: said ?? sentence });
    if (this.client) disconnect(this.client, ending.code, sentence ?? ending.sentence);
    // A program that does not speak SSH can show a line of text.
    else if (reason === 'identification') socket.write(`${ending.sentence}\r\n`);
    this.closed();
    // A peer that does not read would only keep the bytes in memory for longer.
    if (reason === 'unread') socket.destroy();
    else endGently(socket);
  }

  /** The server ends: so does this connection, when its sessions have ended. @param scripts see `SshSession.stop` */
  stop(scripts: boolean): void {
    for (const session of this.sessions) session.stop(scripts);
    this.endIfIdle();
  }

  private endIfIdle(): void {
    if (this.sessions.size === 0) this.end('closing');
  }

  /** Is called every few seconds. */
  tend(now: number): void {
    const { limits } = this.options;
    if (!this.identity || !this.client) return;
    this.checkBytes();
    const exchanging = isExchanging(this.client);
    this.exchangingSince = exchanging ? (this.exchangingSince ?? now) : undefined;
    if (now - (this.exchangingSince ?? now) > limits.exchangeTime) {
      this.end('exchange');
      return;
    }
    const bytes = this.bytes - this.exchangedBytes;
    const isDue = now - this.exchangedAt >= limits.rekeyTime || bytes >= limits.rekeyBytes;
    if (isDue && !exchanging) this.client.rekey();
  }

  private get bytes(): number {
    const { bytesRead, bytesWritten } = this.options.socket;
    return bytesRead + bytesWritten;
  }

  private exchanged(): void {
    this.exchangedAt = performance.now();
    this.exchangedBytes = this.bytes;
  }

  private letIn(identity: SshIdentity): void {
    const { door, limits, loggedIn } = this.options;
    clearTimeout(this.loginTimer);
    this.identity = identity;
    // A password or a new user has logged in at the door. Its session lasts until the visit has one, so that the board announces
    // one arrival and not an arrival, a departure and another arrival.
    if (identity.password === undefined) door.close();
    else this.handover = setTimeout(() => door.close(), limits.handover);
    const full = loggedIn(identity);
    if (full === undefined) this.waitForSession();
    else this.end(full);
  }

  private openSession(accept: () => Session, reject: () => void): void {
    const { identity, client } = this;
    const { limits, takePlace, receive, socket, failed } = this.options;
    if (this.sessionsInAll >= limits.sessionsInAll) {
      reject();
      if (this.sessions.size === 0) this.end('sessions');
      return;
    }
    this.sessionsInAll++;
    if (!identity || !client || this.sessions.size >= limits.sessionsPerConnection) {
      reject();
      return;
    }
    const place = takePlace();
    clearTimeout(this.idleTimer);
    const opened = accept();
    const session = new SshSession({
      session: opened,
      socket,
      limits,
      failed,
      receive:
        typeof place === 'function' ? (guest) => receive(guest, identity) : this.refuse(place),
      closeUnstarted: (why) => closeUnstarted(client, opened, why),
      ended: () => {
        this.sessions.delete(session);
        if (typeof place === 'function') place();
        if (this.sessions.size === 0) this.waitForSession();
      },
    });
    this.sessions.add(session);
  }

  /** In place of running what a visitor asks for. */
  private refuse(full: Full): (guest: Guest) => Promise<number> {
    return async ({ errors, terminal }) => {
      errors.write(errorLine(this.endings[full].sentence, terminal));
      return 3;
    };
  }

  private waitForSession(): void {
    clearTimeout(this.idleTimer);
    if (this.hasEnded) return;
    const { isClosing, limits } = this.options;
    if (isClosing()) this.endIfIdle();
    else if (this.sessionsInAll >= limits.sessionsInAll) this.end('sessions');
    else this.idleTimer = setTimeout(() => this.end('idle'), limits.idleTime);
  }

  /** ssh2 does not look at how much waits to be sent. */
  private checkBytes(): void {
    const { socket, limits } = this.options;
    if (!this.identity && socket.bytesRead > limits.strangerBytes) {
      this.end('strangerBytes');
    } else if (socket.writableLength > limits.unsent) {
      this.end('unread');
    }
  }

  private closed(): void {
    this.hasEnded = true;
    clearTimeout(this.loginTimer);
    clearTimeout(this.idleTimer);
    clearTimeout(this.handover);
    this.options.door.close();
    for (const session of [...this.sessions]) session.end();
  }
}
