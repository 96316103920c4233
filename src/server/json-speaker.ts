import { type BoardError, boardError } from '../protocol/errors.ts';
import { type Line, lineError } from '../protocol/framing.ts';
import {
  BadRequest,
  formatError,
  formatResult,
  parseRequest,
  type RawRequest,
} from '../protocol/jsonrpc.ts';
import { limits } from '../protocol/limits.ts';
import { isMethod, methods } from '../protocol/methods.ts';
import type { Method } from '../protocol/schemas.ts';
import { dispatch, toReply } from './dispatch.ts';
import type { Context } from './handlers/context.ts';
import type { Speaker, Voice } from './speaker.ts';

/** JSON-RPC 2.0, for programs. */
export class JsonSpeaker implements Speaker {
  constructor(
    private readonly context: Context,
    private readonly voice: Voice,
  ) {
    context.session.encoding = 'json';
    // The greeting for people has no line ending; a program's first line starts on its own.
    voice.say('\n');
  }

  receive(line: Line): void {
    try {
      if ('fault' in line) throw new BadRequest(null, lineError(line.fault, limits.jsonLine));
      if (line.text.trim() !== '') this.begin(parseRequest(line.text));
    } catch (error) {
      if (!(error instanceof BadRequest)) throw error;
      this.refuse(error.id, error.reason);
    }
  }

  end(): void {}

  private begin({ id, method, params }: RawRequest): void {
    if (!isMethod(method)) {
      if (id !== undefined) this.refuse(id, boardError('METHOD_NOT_FOUND', method));
    } else if (id !== undefined) {
      this.voice.requests.add(methods[method].effect, () => this.answer(id, method, params));
    } else if (methods[method].effect !== 'read') {
      this.refuse(null, boardError('INVALID_REQUEST', `${method} needs an id`));
    }
  }

  private async answer(id: string | number, method: Method, params: unknown): Promise<void> {
    try {
      this.voice.rate.spend();
      this.voice.say(formatResult(id, await dispatch(this.context, method, params)));
    } catch (error) {
      this.voice.say(formatError(id, toReply(error, this.context.session, method)));
    }
  }

  /** Takes its turn behind what was sent before. */
  private refuse(id: string | number | null, error: BoardError): void {
    this.voice.requests.add('read', async () => this.voice.say(formatError(id, error)));
  }
}
