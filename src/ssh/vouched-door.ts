import { connect, isIPv4, type Socket } from 'node:net';
import { LineSplitter } from '../protocol/framing.ts';
import type { Params, Result } from '../protocol/schemas.ts';

/** What the board knows of an SSH key and of a name. */
export type Look = Result<'door.look'>;

export type LoginParams = Params<'door.login'> & {
  readonly user: string;
  readonly password: string;
};

/** An SSH key whose signature was verified. */
export type ProvenKey = NonNullable<Params<'door.login'>['key']>;

/** The board as the login of one SSH connection sees it. */
export interface VouchedDoor {
  /** @throws DoorRefusal, DoorClosed */
  look(params: { user: string; fingerprint?: string }): Promise<Look>;
  /** Checks a password, or makes a user with it. @throws DoorRefusal, DoorClosed */
  login(params: LoginParams): Promise<void>;
  close(): void;
}

/** The board has refused a request. The message is its sentence. */
export class DoorRefusal extends Error {
  override readonly name = 'DoorRefusal';

  constructor(
    /** As `PASSWORD_WRONG`. */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The board cannot be reached, or has closed the connection. The message is its last sentence, if it sent any. */
export class DoorClosed extends Error {
  override readonly name = 'DoorClosed';
}

/** The two ends of a connection over TCP. */
export interface Ends {
  readonly address: string;
  readonly port: number;
  readonly localAddress: string;
  readonly localPort: number;
}

/** The first line to the vouched door: whom we speak for (version 1 of the PROXY protocol). */
function proxyLine({ address, port, localAddress, localPort }: Ends): string {
  const [source, target] = [address, localAddress].map((each) =>
    each.replace(/^::ffff:(?=\d+\.)/i, ''),
  );
  const family = isIPv4(source ?? '') ? 'TCP4' : 'TCP6';
  // A zone, as in fe80::1%eth0, has no place in the header.
  const bare = [source, target].map((each) => each?.replace(/%.*/, ''));
  return `PROXY ${family} ${bare.join(' ')} ${port} ${localPort}\r\n`;
}

// The longest line of the board, in bytes: as for other clients.
const lineLimit = 4 * 1024 * 1024;

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

interface Answer {
  readonly id?: number | null;
  readonly method?: string;
  readonly result?: unknown;
  readonly error?: { readonly message?: string; readonly data?: { readonly code?: string } };
}

/** One connection to the vouched door, which speaks JSON-RPC. It connects at the first request. */
export class DoorConnection implements VouchedDoor {
  private socket: Socket | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private next = 1;
  private closed: DoorClosed | undefined;
  private lastWords: string | undefined;

  /** @param path of the socket */
  constructor(
    private readonly path: string,
    private readonly ends: Ends,
  ) {}

  async look(params: { user: string; fingerprint?: string }): Promise<Look> {
    return (await this.call('door.look', params)) as Look;
  }

  async login(params: LoginParams): Promise<void> {
    await this.call('door.login', params);
  }

  close(): void {
    this.fail();
    this.socket?.destroy();
  }

  private call(method: string, params: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.closed) return reject(this.closed);
      const id = this.next++;
      this.waiting.set(id, { resolve, reject });
      this.opened().write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    });
  }

  private opened(): Socket {
    if (this.socket) return this.socket;
    const socket = connect(this.path);
    this.socket = socket;
    const lines = new LineSplitter(lineLimit);
    socket.on('error', () => {});
    socket.on('close', () => this.fail());
    socket.on('end', () => this.fail());
    socket.on('data', (bytes) => {
      lines.push(bytes, (line) => {
        if ('text' in line) this.receive(line.text);
      });
    });
    socket.write(proxyLine(this.ends));
    return socket;
  }

  private receive(line: string): void {
    const { id, result, error, method }: Answer = JSON.parse(line);
    if (method !== undefined) return;
    // A refusal without an id is for a request that could not be read, or for the connection itself.
    if (error && typeof id !== 'number') this.lastWords = error.message;
    const [first] = this.waiting.keys();
    const answered = typeof id === 'number' ? id : (first ?? 0);
    const waiting = this.waiting.get(answered);
    this.waiting.delete(answered);
    if (error) waiting?.reject(new DoorRefusal(error.data?.code ?? '', error.message ?? ''));
    else waiting?.resolve(result);
  }

  private fail(): void {
    this.closed ??= new DoorClosed(this.lastWords ?? 'The board does not answer.');
    for (const { reject } of this.waiting.values()) reject(this.closed);
    this.waiting.clear();
  }
}
