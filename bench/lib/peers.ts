import { connect, type Socket } from 'node:net';
import { requestLine } from '../../test/helpers/json-lines.ts';

const lineEnd = 10;
// Received bytes are counted in place: all sockets share this buffer, because their callbacks run one after the other.
const shared = Buffer.alloc(256 * 1024);

/** A connection of the load. It counts the bytes and lines that it receives. Only `call` and `until` decode any. */
export class Peer {
  bytes = 0;
  lines = 0;
  /** When false, only bytes are counted. */
  counting = true;
  /** Called with how many lines have been received. */
  onLines: (count: number) => void = () => {};
  readonly socket: Socket;
  private reading: ((text: string) => void) | undefined;
  private lastId = 0;

  private constructor(port: number, localAddress: string) {
    const onread = { buffer: shared, callback: (length: number) => this.receive(length) };
    this.socket = connect({ port, host: '127.0.0.1', localAddress, noDelay: true, onread });
  }

  static async open(port: number, localAddress = '127.0.0.1'): Promise<Peer> {
    const peer = new Peer(port, localAddress);
    await new Promise<void>((resolve, reject) => {
      peer.socket.once('connect', resolve).once('error', reject);
    });
    peer.socket.on('error', () => {});
    return peer;
  }

  private receive(length: number): boolean {
    this.bytes += length;
    if (this.reading) this.reading(shared.toString('utf8', 0, length));
    if (!this.counting) return true;
    let lines = 0;
    for (let at = shared.indexOf(lineEnd); at !== -1 && at < length; ) {
      lines++;
      at = shared.indexOf(lineEnd, at + 1);
    }
    this.lines += lines;
    if (lines > 0) this.onLines(lines);
    return true;
  }

  write(chunk: string | Uint8Array): void {
    this.socket.write(chunk);
  }

  /** Sends a JSON-RPC request and returns its result. For requests whose speed is not measured. */
  async call(method: string, params: object): Promise<Record<string, unknown>> {
    const id = ++this.lastId;
    const begins = `{"jsonrpc":"2.0","id":${id},`;
    let rest = '';
    const reply = new Promise<Reply>((resolve) => {
      this.reading = (text) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        const found = lines.find((line) => line.startsWith(begins));
        if (found) resolve(JSON.parse(found) as Reply);
      };
    });
    this.write(request(method, params, id));
    const { error, result } = await reply;
    this.reading = undefined;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }

  /** Sends `chunk` and waits for `lines` more lines. */
  ask(chunk: string, lines = 1): Promise<void> {
    return new Promise((resolve) => {
      let left = lines;
      this.onLines = (came: number) => {
        left -= came;
        if (left <= 0) resolve();
      };
      this.write(chunk);
    });
  }

  /** Sends `chunk` and waits until `pattern` matches the end of the text received since, which it keeps only in part. */
  until(chunk: string, pattern: RegExp): Promise<void> {
    let last = '';
    return new Promise((resolve) => {
      this.reading = (text) => {
        last = (last + text).slice(-text.length - 200);
        if (!pattern.test(last)) return;
        this.reading = undefined;
        resolve();
      };
      if (chunk !== '') this.write(chunk);
    });
  }

  /** Resets the connection, so that no port stays in TIME_WAIT. */
  close(): void {
    this.socket.resetAndDestroy();
  }
}

interface Reply {
  readonly error?: { readonly message: string };
  readonly result?: Record<string, unknown>;
}

/** The line of a request. */
export const request = (method: string, params: object, id = 1) => requestLine(method, params, id);

interface Opening {
  /** How many connections are opened at the same time. */
  readonly width?: number;
  /** Called with each connection and its index. */
  readonly enter?: (peer: Peer, at: number) => Promise<unknown>;
}

/** Opens `count` connections. */
export async function openMany(
  port: number,
  count: number,
  { width = 100, enter }: Opening = {},
): Promise<Peer[]> {
  const peers = new Array<Peer>(count);
  let next = 0;
  const work = async () => {
    while (next < count) {
      const at = next++;
      peers[at] = await Peer.open(port);
      await enter?.(peers[at], at);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, work));
  return peers;
}

/** Opens `count` connections that log in as `name(0)`, `name(1)` … */
export function openMembers(
  port: number,
  count: number,
  name: (at: number) => string,
): Promise<Peer[]> {
  const enter = (peer: Peer, at: number) => peer.call('session.login', { user: name(at) });
  return openMany(port, count, { enter });
}

export const pause = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

export interface Load {
  /** What one peer sends, the same each time: called with its index. */
  readonly request: (at: number) => string;
  /** Requests under way on each peer. */
  readonly outstanding: number;
  readonly seconds: number;
  readonly linesPerReply?: number;
  /** The amount to count instead of replies: called at the beginning and the end. */
  readonly count?: () => number;
}

/** Keeps `outstanding` requests under way on each peer. @returns how many were answered a second */
export async function closedLoop(
  peers: readonly Peer[],
  { request, outstanding, seconds, linesPerReply = 1, count }: Load,
): Promise<number> {
  const isIdle: (() => boolean)[] = [];
  let replies = 0;
  let going = true;
  for (const [at, peer] of peers.entries()) {
    const burst = Buffer.from(request(at).repeat(outstanding));
    const size = burst.length / outstanding;
    let lines = 0;
    let underWay = outstanding;
    peer.onLines = (came: number) => {
      lines += came;
      const done = Math.floor(lines / linesPerReply);
      lines -= done * linesPerReply;
      replies += done;
      underWay -= done;
      if (!going) return;
      peer.write(burst.subarray(0, done * size));
      underWay += done;
    };
    // A line that is not a reply, such as an IRC server's own PING, makes this negative.
    isIdle.push(() => underWay <= 0);
    peer.write(burst);
  }
  await pause(seconds * 300);
  const amount = count ?? (() => replies);
  const before = amount();
  const start = performance.now();
  await pause(seconds * 1000);
  const rate = (amount() - before) / ((performance.now() - start) / 1000);
  going = false;
  await settled(peers, isIdle);
  return rate;
}

/**
 * Waits for the last replies. If peers are notified of each other's requests, a peer that sent more than others cannot
 * know whether it has received all replies. Then half a second without any bytes is the end.
 */
async function settled(peers: readonly Peer[], isIdle: (() => boolean)[]): Promise<void> {
  let before = 0;
  for (let quiet = 0; quiet < 100 && !isIdle.every((idle) => idle()); ) {
    await pause(5);
    const received = peers.reduce((sum, { bytes }) => sum + bytes, 0);
    quiet = received === before ? quiet + 1 : 0;
    before = received;
  }
}

/** Sends requests one after the other. @returns the milliseconds of each round trip, sorted */
export async function roundTrips(peer: Peer, requests: Iterable<string>): Promise<number[]> {
  const times: number[] = [];
  for (const each of requests) {
    const start = performance.now();
    await peer.ask(each);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b);
}

/** The quantile of sorted `values`, such as `part` 0.99. */
export function quantile(values: readonly number[], part: number): number {
  return values[Math.min(values.length - 1, Math.floor(values.length * part))];
}
