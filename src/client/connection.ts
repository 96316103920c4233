import { EventEmitter, once } from 'node:events';
import { createConnection, isIP, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { type Address, socketPathOf } from '../protocol/address.ts';
import { BoardError, boardError } from '../protocol/errors.ts';
import { type Line, LineSplitter } from '../protocol/framing.ts';
import type { JsonBounds } from '../protocol/jsonrpc/json-shape.ts';
import { formatRequest, parseIncoming, type RequestId } from '../protocol/jsonrpc/messages.ts';
import { limits } from '../protocol/limits.ts';
import {
  type Call,
  type Method,
  type Notice,
  type NoticeName,
  noticeSchemas,
  type Params,
  type Result,
  schemas,
} from '../protocol/schemas.ts';
import { leadsOn } from './answer-check.ts';
import { cleanIncoming } from './clean-incoming.ts';
import {
  ConnectionError,
  ConnectionLost,
  connectFailure,
  errorCode,
  lossReason,
  systemError,
} from './failure.ts';
import { type Patience, SilenceWatch } from './silence.ts';

// How long a board may take to answer the first request, connecting included; when a silent peer
// is asked whether it is still there. In milliseconds.
const connectPatience = 10_000;
const keepAliveDelay = 60_000;
/** How a path that has died without a word is found. */
export const defaultPatience: Patience = { quiet: 30_000, answer: 10_000 };
// What no board sends, and what would hold the program up or fill its memory: the longest line in bytes, and the JSON
// in it. A thousand headers hold 8,000 values.
const longestLine = 4 * 1024 * 1024;
const jsonBounds: JsonBounds = { depth: 64, values: 50_000 };
// How long reading may take of a turn of the event loop, in milliseconds.
const slice = 10;

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

interface ConnectionEvents {
  notice: [notice: Notice];
  /** The other side or the network ended it; `reason` is a sentence. Not told after `close()`. */
  closed: [reason: string];
}

/**
 * A connection to a board over JSON-RPC. Replies and notices are handed on in the order in which
 * the server sent them. Notices that this program does not know are skipped, and so is what is no
 * JSON-RPC, such as the greeting for people.
 */
export class Connection extends EventEmitter<ConnectionEvents> {
  private readonly waiting = new Map<RequestId, Waiting>();
  private readonly splitter = new LineSplitter(longestLine);
  private lastId = 0;
  private closed = false;
  /** What the server gave as its reason to end the session. */
  private farewell: { reason: string; code?: string | undefined } | undefined;
  private readonly silence: SilenceWatch;
  /** Why there is no connection any more. */
  lost: ConnectionLost | undefined;

  private constructor(
    private readonly socket: Socket,
    patience: Patience,
  ) {
    super();
    this.silence = new SilenceWatch(patience, {
      ask: () => void this.call('ping', {}).catch(() => undefined),
      dead: () => socket.destroy(systemError('ETIMEDOUT')),
    });
    this.splitter.boundJson(jsonBounds);
    void this.read();
  }

  /**
   * Connects, and makes sure that a board answers.
   * @param signal gives up when aborted
   * @throws ConnectionError
   */
  static async open(
    address: Address,
    signal?: AbortSignal,
    patience: Patience = defaultPatience,
  ): Promise<Connection> {
    const socket = openSocket(address);
    const giveUp = (code: string) => socket.destroy(systemError(code));
    const timer = setTimeout(giveUp, connectPatience, 'ETIMEDOUT');
    const abort = () => giveUp('ABORT_ERR');
    signal?.addEventListener('abort', abort);
    try {
      signal?.throwIfAborted();
      await once(socket, socket instanceof TLSSocket ? 'secureConnect' : 'connect');
      const connection = new Connection(socket, patience);
      await connection.call('server.info', {}).catch((error) => {
        // A board that refuses for the moment is there.
        if (!(error instanceof BoardError)) throw error;
      });
      return connection;
    } catch (error) {
      socket.destroy();
      throw connectFailure(error, address);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  /** @throws BoardError as the server says, ConnectionError if no answer comes that makes sense */
  readonly call: Call = async <M extends Method>(method: M, params: Params<M>) => {
    const parsed = schemas[method].result.safeParse(await this.request(method, params));
    if (!parsed.success || !leadsOn(method, params, parsed.data as Result<M>)) {
      throw new ConnectionError(`The server's answer to ${method} makes no sense to this program.`);
    }
    return parsed.data as Result<M>;
  };

  /** Ends it at once. What is waiting for a reply is rejected with `ConnectionLost`. */
  close(): void {
    this.closed = true;
    this.socket.destroy();
  }

  private async request(method: Method, params: unknown): Promise<unknown> {
    if (this.lost) throw this.lost;
    const id = ++this.lastId;
    const line = formatRequest(id, method, params);
    // The server would skip it without having read whose request it was.
    const opensSession = method === 'session.login' || method === 'session.resume';
    const limit = opensSession ? limits.strangerLine : limits.jsonLine;
    if (Buffer.byteLength(line) > limit) throw boardError('LINE_TOO_LONG', limit);
    this.socket.write(line);
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  private async read(): Promise<void> {
    let cause: unknown;
    try {
      for await (const chunk of this.socket as AsyncIterable<Buffer>) {
        this.silence.heard();
        const lines: Line[] = [];
        this.splitter.push(chunk, (line) => lines.push(line));
        let began = performance.now();
        for (const line of lines) {
          // Who waited for a reply gets to act on it before the next line is looked at.
          const isReply = this.take(line);
          if (!isReply && performance.now() - began < slice) continue;
          await setImmediate();
          began = performance.now();
        }
        // Its end may never come.
        if (this.splitter.isSkipping) throw systemError('EPROTO');
      }
    } catch (error) {
      // What a listener throws is a bug, and no failure of the connection.
      if (errorCode(error) === undefined) throw error;
      cause = error;
      this.socket.destroy();
    }
    this.finish(cause);
  }

  /** Takes one line; true if it was a reply. @throws Error with the code `EPROTO` for what no board sends */
  private take(line: Line): boolean {
    if (isAbsurd(line)) throw systemError('EPROTO');
    const incoming = 'text' in line ? cleanIncoming(parseIncoming(line.text)) : null;
    if (incoming?.kind === 'notice') this.takeNotice(incoming.method, incoming.params);
    if (!incoming || incoming.kind === 'notice' || incoming.id === null) return false;
    const waiting = this.waiting.get(incoming.id);
    this.waiting.delete(incoming.id);
    if (incoming.kind === 'result') waiting?.resolve(incoming.result);
    else waiting?.reject(incoming.error);
    return true;
  }

  private takeNotice(method: string, params: unknown): void {
    if (!Object.hasOwn(noticeSchemas, method)) return;
    const name = method as NoticeName;
    const parsed = noticeSchemas[name].safeParse(params);
    if (!parsed.success) return;
    const notice = { method: name, params: parsed.data } as Notice;
    if (notice.method === 'session.closing') this.farewell = notice.params;
    else if (!this.closed) this.emit('notice', notice);
  }

  private finish(cause: unknown): void {
    this.silence.close();
    const { reason, code } = this.farewell ?? { reason: lossReason(cause) };
    this.lost = new ConnectionLost(reason, { cause }, code);
    for (const { reject } of this.waiting.values()) reject(this.lost);
    this.waiting.clear();
    if (!this.closed) this.emit('closed', this.lost.reason);
  }
}

/** Whether a line is not looked at, because of what that might cost. */
function isAbsurd(line: Line): boolean {
  return 'fault' in line && line.fault !== 'NOT_UTF8';
}

function openSocket({ host, port, tls }: Address): Socket {
  const path = socketPathOf(host);
  if (path !== undefined) return createConnection({ path });
  const options = {
    host,
    port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: keepAliveDelay,
  };
  if (!tls) return createConnection(options);
  const trusted = tls.ca === undefined ? {} : { ca: tls.ca };
  // An address has no name to send; its certificate is checked all the same.
  const named = isIP(host) ? {} : { servername: host };
  return connectTls({ ...options, ...trusted, ...named, minVersion: 'TLSv1.2' });
}
