import { Brake } from '../../core/brake.ts';
import type { Dialect, Replies, Requests } from '../../core/dialect.ts';
import { dispatch, toReply } from '../../core/dispatch.ts';
import type { Context } from '../../core/handlers/context.ts';
import { type BoardError, boardError } from '../../protocol/errors.ts';
import { type Line, lineError } from '../../protocol/framing.ts';
import {
  BadRequest,
  formatError,
  formatNotice,
  formatResult,
  parseRequest,
  type RawRequest,
  type RequestId,
  resultInPieces,
} from '../../protocol/jsonrpc/messages.ts';
import { limits } from '../../protocol/limits.ts';
import { isOffered, methods } from '../../protocol/methods.ts';
import type { Method } from '../../protocol/schemas.ts';
import { JsonPost, JsonPosts } from './json-posts.ts';

/** JSON-RPC 2.0, for programs. */
export const jsonDialect: Dialect = {
  name: 'json',
  resumes: true,
  lineLimit: limits.jsonLine,
  // JSON may hold a CR between two words.
  endsAtCr: false,
  json: { depth: limits.jsonDepth, values: limits.jsonValues },
  pauseEndsLine: false,
  greeting: () => '',
  notice: formatNotice,
  start: (context, replies) => new JsonRequests(context, replies),
};

class JsonRequests implements Requests {
  readonly brake = new Brake();
  /** Made with the first post, because most connections are idle. */
  private posts: JsonPosts | undefined;

  constructor(
    readonly context: Context,
    readonly replies: Replies,
  ) {}

  get asks(): boolean {
    return false;
  }

  get isIdle(): boolean {
    return this.brake.isOpen;
  }

  receive(line: Line, bytes: number): void {
    try {
      if ('fault' in line) throw new BadRequest(null, lineError(line));
      if (line.text.trim() !== '') this.begin(parseRequest(line.text), bytes);
    } catch (error) {
      if (!(error instanceof BadRequest)) throw error;
      this.refuse(error.id, error.reason);
    }
  }

  end(): void {}

  private begin({ id, method, params }: RawRequest, bytes: number): void {
    if (!isOffered(method, this.context.session.isVouched)) {
      if (id !== undefined) this.refuse(id, boardError('METHOD_NOT_FOUND', method));
    } else if (id !== undefined && method === 'message.post') {
      this.posts ??= new JsonPosts(this);
      this.replies.requests.enqueue(new JsonPost(this.posts, id, params, bytes));
    } else if (id !== undefined) {
      const run = () => this.answer(id, method, params);
      this.replies.requests.add(methods[method].effect, bytes, run);
    } else if (methods[method].effect !== 'read') {
      this.refuse(null, boardError('INVALID_REQUEST', `${method} needs an id`));
    }
  }

  private async answer(id: RequestId, method: Method, params: unknown): Promise<void> {
    const { costs } = this.replies;
    this.posts?.send();
    // A write is answered in a later turn. Its caller charges for the work in this turn.
    let mark = methods[method].effect === 'write' ? undefined : costs.mark();
    try {
      this.brake.pass(costs);
      const result = await dispatch(this.context, method, params);
      mark = costs.markAgain(mark);
      const pieces = resultInPieces(id, result);
      if (pieces) await this.sayPieces(pieces);
      else this.replies.say(formatResult(id, result));
    } catch (error) {
      mark = costs.markAgain(mark);
      this.replies.say(formatError(id, toReply(error, this.context.session, method)));
    }
    costs.charge(mark);
  }

  /** Writes a long result piece by piece, with a turn for other sessions in between, and sends it as a whole. */
  private async sayPieces(pieces: Iterable<string>): Promise<void> {
    const chunks: Buffer[] = [];
    let mark = this.replies.costs.mark();
    for (const piece of pieces) {
      chunks.push(Buffer.from(piece));
      mark = await this.replies.costs.breathe(mark);
    }
    this.replies.say(...chunks);
    this.replies.costs.charge(mark);
  }

  /** The refusal is sent after the replies to earlier requests. */
  private refuse(id: RequestId | null, error: BoardError): void {
    this.replies.requests.add('read', 0, async () => this.replies.say(formatError(id, error)));
  }
}
