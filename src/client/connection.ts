import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
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
import { type Destination, dial } from './dial.ts';
import {
  ConnectionError,
  ConnectionLost,
  connectFailure,
  errorCode,
  lossReason,
  systemError,
} from './failure.ts';
import { SilenceWatch, type Timeouts } from './silence.ts';

/** The default times for detecting a dead connection. */
export const defaultTimeouts: Timeouts = { quiet: 30_000, answer: 10_000, reply: 120_000 };
// Limits of a line from the server: its length in bytes, and its JSON. No board comes near them (a thousand headers
// have 8,000 values). A longer line would block the program or fill its memory.
const lineLimit = 4 * 1024 * 1024;
const jsonBounds: JsonBounds = { depth: 64, values: 50_000 };
// How long reading may block the event loop at a time, in milliseconds.
const slice = 10;

interface Waiting {
  readonly method: Method;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

interface ConnectionEvents {
  notice: [notice: Notice];
  /** The server or the network ended it. `reason` is a sentence. Not emitted after `close()`. */
  closed: [reason: string];
}

/**
 * A connection to a board over JSON-RPC. Replies and notices are delivered in the order in which the
 * server sent them. Unknown notices are ignored, and so are lines that are not JSON-RPC, such as the
 * greeting for people.
 */
export class Connection extends EventEmitter<ConnectionEvents> {
  private readonly waiting = new Map<RequestId, Waiting>();
  private readonly splitter = new LineSplitter(lineLimit);
  private lastId = 0;
  private closed = false;
  /** The server's notice `session.closing`, once it was received. */
  private closing: { reason: string; code?: string | undefined } | undefined;
  private readonly silence: SilenceWatch;
  private replyTimer: NodeJS.Timeout | undefined;
  /** Set once the connection is lost. */
  lost: ConnectionLost | undefined;

  private constructor(
    private readonly socket: Duplex,
    private readonly timeouts: Timeouts,
  ) {
    super();
    this.silence = new SilenceWatch(timeouts, {
      ask: () => void this.call('ping', {}).catch(() => undefined),
      dead: () => socket.destroy(systemError('ETIMEDOUT')),
    });
    this.splitter.boundJson(jsonBounds);
    void this.read();
  }

  /**
   * Connects, and checks that a board answers.
   * @param signal gives up when aborted
   * @throws ConnectionError
   */
  static async open(
    destination: Destination,
    signal?: AbortSignal,
    timeouts: Timeouts = defaultTimeouts,
  ): Promise<Connection> {
    const { stream: socket, opened, timeout } = dial(destination);
    const giveUp = (code: string) => socket.destroy(systemError(code));
    const timer = setTimeout(giveUp, timeout, 'ETIMEDOUT');
    const abort = () => giveUp('ABORT_ERR');
    signal?.addEventListener('abort', abort);
    try {
      signal?.throwIfAborted();
      await opened;
      const connection = new Connection(socket, timeouts);
      await connection.call('server.info', {}).catch((error) => {
        // A board that refuses the call has answered.
        if (!(error instanceof BoardError)) throw error;
      });
      return connection;
    } catch (error) {
      socket.destroy();
      throw connectFailure(error, destination);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  /** @throws BoardError of the server; ConnectionError if there is no valid answer */
  readonly call: Call = async <M extends Method>(method: M, params: Params<M>) => {
    const parsed = schemas[method].result.safeParse(await this.request(method, params));
    if (!parsed.success || !leadsOn(method, params, parsed.data as Result<M>)) {
      throw new ConnectionError(
        `The server's answer to ${method} is not valid. Check that it is a corkboard, and that this program is not older.`,
      );
    }
    return parsed.data as Result<M>;
  };

  /** Closes it at once. Calls without a reply are rejected with `ConnectionLost`. */
  close(): void {
    this.closed = true;
    this.socket.destroy();
  }

  private async request(method: Method, params: unknown): Promise<unknown> {
    if (this.lost) throw this.lost;
    const id = ++this.lastId;
    const line = formatRequest(id, method, params);
    // The server would skip the line without reading its id, so no reply would come.
    const opensSession = method === 'session.login' || method === 'session.resume';
    const limit = opensSession ? limits.strangerLine : limits.jsonLine;
    if (Buffer.byteLength(line) > limit) throw boardError('LINE_TOO_LONG', limit);
    this.socket.write(line);
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { method, resolve, reject });
      if (this.waiting.size === 1) this.awaitOldest();
    });
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
          // Lets the caller run with its reply before the next line is handled.
          const isReply = this.receive(line);
          if (!isReply && performance.now() - began < slice) continue;
          await setImmediate();
          began = performance.now();
        }
        // The end of the line may never come.
        if (this.splitter.isSkipping) throw systemError('EPROTO');
      }
    } catch (error) {
      // An error that a listener throws is a bug, and not a failure of the connection.
      if (errorCode(error) === undefined) throw error;
      cause = error;
      this.socket.destroy();
    }
    this.finish(cause);
  }

  /** Handles one line. @returns whether it was a reply. @throws Error with the code `EPROTO` if it is over a limit */
  private receive(line: Line): boolean {
    if (isOverLimit(line)) throw systemError('EPROTO');
    const incoming = 'text' in line ? cleanIncoming(parseIncoming(line.text)) : null;
    if (incoming?.kind === 'notice') this.receiveNotice(incoming.method, incoming.params);
    if (!incoming || incoming.kind === 'notice' || incoming.id === null) return false;
    const waiting = this.waiting.get(incoming.id);
    this.settled(incoming.id);
    if (incoming.kind === 'result') waiting?.resolve(incoming.result);
    else waiting?.reject(incoming.error);
    return true;
  }

  /** Starts the timeout of the oldest call. */
  private awaitOldest(): void {
    clearTimeout(this.replyTimer);
    const [oldest] = this.waiting;
    if (!oldest) return;
    const [id, { method, reject }] = oldest;
    const { reply } = this.timeouts;
    this.replyTimer = setTimeout(() => {
      this.settled(id);
      const seconds = Math.round(reply / 1000);
      reject(
        new ConnectionError(
          `The server has not answered ${method} for ${seconds} s: it may or may not have been done.`,
        ),
      );
    }, reply).unref();
  }

  private settled(id: RequestId): void {
    const [oldest] = this.waiting.keys();
    this.waiting.delete(id);
    if (id === oldest) this.awaitOldest();
  }

  private receiveNotice(method: string, params: unknown): void {
    if (!Object.hasOwn(noticeSchemas, method)) return;
    const name = method as NoticeName;
    const parsed = noticeSchemas[name].safeParse(params);
    if (!parsed.success) return;
    const notice = { method: name, params: parsed.data } as Notice;
    if (notice.method === 'session.closing') this.closing = notice.params;
    else if (!this.closed) this.emit('notice', notice);
  }

  private finish(cause: unknown): void {
    this.silence.close();
    clearTimeout(this.replyTimer);
    const { reason, code } = this.closing ?? { reason: lossReason(cause) };
    this.lost = new ConnectionLost(reason, { cause }, code);
    for (const { reject } of this.waiting.values()) reject(this.lost);
    this.waiting.clear();
    if (!this.closed) this.emit('closed', this.lost.reason);
  }
}

/** Whether a line is over a limit of length or of JSON. */
function isOverLimit(line: Line): boolean {
  return 'fault' in line && line.fault !== 'NOT_UTF8';
}
