import type { Line } from '../protocol/framing.ts';
import type { JsonBounds } from '../protocol/jsonrpc/json-shape.ts';
import type { Result } from '../protocol/schemas.ts';
import type { Costs } from './costs.ts';
import type { Encoding } from './encoding.ts';
import type { Context } from './handlers/context.ts';
import type { RequestQueue } from './request-queue.ts';

/** How the bytes of a peer are cut into lines. */
export interface Framing {
  /** Bytes of the longest line after the login; before it, `limits.strangerLine`. */
  readonly lineLimit: number;
  /** Whether a CR alone ends a line, as some clients of people send it. */
  readonly endsAtCr: boolean;
  /** Bounds of the JSON in one line, if lines are JSON. */
  readonly json?: JsonBounds;
  /** Whether a pause may end a line, for clients that send no line endings. */
  readonly pauseEndsLine: boolean;
}

/** The language of a peer: text or JSON-RPC. One object per kind, not per connection. */
export interface Dialect extends Encoding, Framing {
  /** The first bytes that the server sends. */
  greeting(info: Result<'server.info'>): string;
  /** Begins to serve a session. */
  start(context: Context, replies: Replies): Requests;
}

/** Serves the lines of one session. */
export interface Requests {
  /** Whether a request that is under way waits for the next line. */
  readonly asks: boolean;
  /** Whether it keeps nothing from one request to the next, so that another may serve the next line. Asked while no request waits. */
  readonly isIdle: boolean;
  /** @param bytes of the line, about */
  receive(line: Line, bytes: number): void;
  /** Called at least once: no more lines will come. */
  end(): void;
}

/** The queue and the output of a connection, as `Requests` use them. */
export interface Replies {
  readonly requests: RequestQueue;
  readonly costs: Costs;
  /** Sends the chunks of one reply. No notice comes between them. */
  say(...chunks: (string | Buffer)[]): void;
  /** Asks for the next line, because a request that is under way waits for it. */
  readOn(): void;
  /** Settles once the peer has read enough for more to be said; with false if it has disconnected. */
  ready(): Promise<boolean>;
}
