import type { Socket } from 'node:net';
import type { Connection, Session } from 'ssh2';
import { cleanLine } from '../protocol/clean.ts';
import type { SshLimits } from './limits.ts';
import type { Ssh2 } from './load.ts';
import { Login, type SshIdentity } from './login.ts';
import { type Guest, SshSession } from './session.ts';
import type { VouchedDoor } from './vouched-door.ts';

export interface ConnectionOptions {
  readonly library: Ssh2;
  readonly socket: Socket;
  readonly limits: SshLimits;
  readonly door: VouchedDoor;
  /** Runs what a visitor asks for. @returns the exit code */
  readonly receive: (guest: Guest, identity: SshIdentity) => Promise<number>;
  /** Called when the client has logged in. @returns whether there is room for it */
  readonly loggedIn: (identity: SshIdentity) => boolean;
  /** Takes the place of a session. @returns whether there was one */
  readonly takePlace: () => boolean;
  readonly freePlace: () => void;
  /** Whether the server closes, so that a connection without a session ends at once. */
  readonly isClosing: () => boolean;
  readonly log: (text: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly failed: (error: unknown) => void;
}

// How long the last bytes may take to leave, in milliseconds.
const farewellTime = 1000;
// How much of what the peer says is logged, in UTF-16 code units.
const mostSaid = 100;

/** What is private in the connection of ssh2. */
interface Private {
  readonly _protocol?: { readonly _kexinit?: unknown };
}

/** One connection: its limits, its login and its sessions, from the accepted socket to the end. */
export class SshConnection {
  private readonly sessions = new Set<SshSession>();
  private client: Connection | undefined;
  private identity: SshIdentity | undefined;
  private loginTimer: NodeJS.Timeout | undefined;
  private idleTimer: NodeJS.Timeout | undefined;
  private exchangedAt = performance.now();
  private exchangedBytes = 0;
  private exchangingSince: number | undefined;

  constructor(private readonly options: ConnectionOptions) {
    const { socket, limits } = options;
    this.loginTimer = setTimeout(() => this.end('did not log in in time'), limits.loginTime);
    socket.on('data', () => this.checkBytes());
    socket.on('close', () => this.closed());
  }

  /** The library has read the identification string of the client. */
  identified(client: Connection): void {
    const { library, door, limits } = this.options;
    this.client = client;
    const login = new Login({
      library,
      door,
      limits,
      letIn: (identity) => this.letIn(identity),
      giveUp: (reason) => this.end(reason),
    });
    client.on('error', ({ message }) => {
      const said = cleanLine(message.slice(0, mostSaid));
      this.end('the client has ended it, or broke the protocol', { said });
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

  /** Ends the connection. @param reason a clause, for the log */
  end(reason: string, fields: Readonly<Record<string, unknown>> = {}): void {
    const { socket, log } = this.options;
    if (socket.destroyed) return;
    log(reason, { user: this.identity?.user, ...fields });
    this.client?.end();
    socket.destroySoon();
    // A client that reads nothing would keep the socket.
    if (socket.writableLength > 0) setTimeout(() => socket.destroy(), farewellTime).unref();
  }

  /** The server ends: so does this connection, when its sessions have ended. @param scripts see `SshSession.stop` */
  stop(scripts: boolean): void {
    for (const session of this.sessions) session.stop(scripts);
    this.endIfIdle();
  }

  private endIfIdle(): void {
    if (this.sessions.size === 0) this.end('the server ends');
  }

  /** Is called every few seconds. */
  tend(now: number): void {
    const { limits } = this.options;
    if (!this.identity || !this.client) return;
    this.checkBytes();
    const isExchanging = (this.client as Private)._protocol?._kexinit !== undefined;
    this.exchangingSince = isExchanging ? (this.exchangingSince ?? now) : undefined;
    if (now - (this.exchangingSince ?? now) > limits.exchangeTime) {
      this.end('did not finish the exchange of keys');
      return;
    }
    const bytes = this.bytes - this.exchangedBytes;
    const isDue = now - this.exchangedAt >= limits.rekeyTime || bytes >= limits.rekeyBytes;
    if (isDue && !isExchanging) this.client.rekey();
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
    const { door, loggedIn } = this.options;
    clearTimeout(this.loginTimer);
    this.identity = identity;
    door.close();
    if (loggedIn(identity)) this.waitForSession();
    else this.end('too many connections');
  }

  private openSession(accept: () => Session, reject: () => void): void {
    const { identity } = this;
    const { limits, takePlace, freePlace, receive, socket, failed } = this.options;
    if (!identity || this.sessions.size >= limits.sessionsPerConnection) {
      reject();
      return;
    }
    const hasPlace = takePlace();
    clearTimeout(this.idleTimer);
    const session = new SshSession({
      session: accept(),
      socket,
      limits,
      failed,
      receive: hasPlace ? (guest) => receive(guest, identity) : full,
      ended: () => {
        this.sessions.delete(session);
        if (hasPlace) freePlace();
        if (this.sessions.size === 0) this.waitForSession();
      },
    });
    this.sessions.add(session);
  }

  private waitForSession(): void {
    clearTimeout(this.idleTimer);
    if (this.options.socket.destroyed) return;
    if (this.options.isClosing()) this.endIfIdle();
    else
      this.idleTimer = setTimeout(() => this.end('had no session'), this.options.limits.idleTime);
  }

  /** What the client makes the server keep is bounded here: ssh2 itself looks neither at its window nor at the socket. */
  private checkBytes(): void {
    const { socket, limits } = this.options;
    if (!this.identity && socket.bytesRead > limits.strangerBytes) {
      this.end('sent too much before the login');
    } else if (socket.writableLength > limits.unsent) {
      this.end('does not read what it is sent');
      socket.destroy();
    } else if ([...this.sessions].some(({ unread }) => unread > limits.unread)) {
      this.end('sent more than the window allows');
    }
  }

  private closed(): void {
    clearTimeout(this.loginTimer);
    clearTimeout(this.idleTimer);
    this.options.door.close();
    for (const session of [...this.sessions]) session.end();
  }
}

async function full({ errors }: Guest): Promise<number> {
  errors.write('corkboard: All places of this board for SSH are taken; try again later.\r\n');
  return 3;
}
