import { Brake } from '../../core/brake.ts';
import { dispatch, toReply } from '../../core/dispatch.ts';
import type { Context } from '../../core/handlers/context.ts';
import type { Speaker, Voice } from '../../core/speaker.ts';
import { type BoardError, boardError } from '../../protocol/errors.ts';
import { type Line, lineError } from '../../protocol/framing.ts';
import {
  BadRequest,
  formatError,
  formatResult,
  parseRequest,
  type RawRequest,
  type RequestId,
  resultInPieces,
} from '../../protocol/jsonrpc/messages.ts';
import { isMethod, methods } from '../../protocol/methods.ts';
import type { Method } from '../../protocol/schemas.ts';

/** JSON-RPC 2.0, for programs. */
export class JsonSpeaker implements Speaker {
  readonly asks = false;
  private readonly brake = new Brake();

  constructor(
    private readonly context: Context,
    private readonly voice: Voice,
  ) {
    context.session.encoding = 'json';
    // The greeting for people has no line ending; a program's first line starts on its own.
    voice.say('\n');
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
    if (!isMethod(method)) {
      if (id !== undefined) this.refuse(id, boardError('METHOD_NOT_FOUND', method));
    } else if (id !== undefined) {
      const run = () => this.answer(id, method, params);
      this.voice.requests.add(methods[method].effect, bytes, run);
    } else if (methods[method].effect !== 'read') {
      this.refuse(null, boardError('INVALID_REQUEST', `${method} needs an id`));
    }
  }

  private async answer(id: RequestId, method: Method, params: unknown): Promise<void> {
    const { costs } = this.voice;
    let mark = costs.mark();
    try {
      this.brake.pass(() => costs.spend());
      const result = await dispatch(this.context, method, params);
      mark = costs.markAgain(mark);
      await this.sayResult(id, result);
    } catch (error) {
      this.voice.say(formatError(id, toReply(error, this.context.session, method)));
    }
    costs.charge(mark);
  }

  /** A long result is put into words piece by piece, between which the others have their turn, and said as one. */
  private async sayResult(id: RequestId, result: object): Promise<void> {
    const pieces = resultInPieces(id, result);
    if (!pieces) return this.voice.say(formatResult(id, result));
    const chunks: Buffer[] = [];
    let mark = this.voice.costs.mark();
    for (const piece of pieces) {
      chunks.push(Buffer.from(piece));
      mark = await this.voice.costs.breathe(mark);
    }
    for (const chunk of chunks) this.voice.say(chunk);
    this.voice.costs.charge(mark);
  }

  /** Takes its turn behind what was sent before. */
  private refuse(id: RequestId | null, error: BoardError): void {
    this.voice.requests.add('read', 0, async () => this.voice.say(formatError(id, error)));
  }
}
