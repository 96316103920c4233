import type { Method, Params, Result } from '../../src/protocol/schemas.ts';
import type { TestBoard } from '../helpers/board.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';
import type { TextPeer } from '../helpers/text-peer.ts';
import type { Act } from './rights-table.ts';
import { linesOf } from './rights-ways.ts';

export const encodings = ['JSON-RPC', 'text'] as const;
export type Encoding = (typeof encodings)[number];

/** What an act answers. */
export interface Answer {
  /** The word of the error, which only JSON-RPC has, and its sentence; undefined if there was none. */
  readonly error?: { readonly code?: string; readonly message: string } | undefined;
  readonly result?: unknown;
}

/** A user with a connection, or two: those who make groups need JSON-RPC to make them. */
export class Actor {
  private constructor(
    private readonly json: JsonPeer | undefined,
    private readonly text: TextPeer | undefined,
  ) {}

  /** @param password undefined for an unprotected name, which can have one connection at a time */
  static async enter(
    board: TestBoard,
    { name, password, isMaker }: { name: string; password?: string | undefined; isMaker?: boolean },
    encoding: Encoding,
  ): Promise<Actor> {
    const isText = encoding === 'text';
    if (password === undefined) {
      if (isText) return new Actor(undefined, await board.person(name));
      return new Actor(await board.program(name), undefined);
    }
    const json = isText && !isMaker ? undefined : await board.protectedProgram(name, password);
    if (!isText) return new Actor(json, undefined);
    const text = await board.connect();
    text.send(name, password);
    await text.expect('%help for every command.\n');
    return new Actor(json, text);
  }

  /** Carries out an act in the encoding. @param line the text command */
  async ask(act: Pick<Act, 'method'>, params: object, line?: string): Promise<Answer> {
    if (line === undefined) {
      const { error, result } = await this.program.request(act.method, params);
      return error ? { error: { code: error.data.code, message: error.message } } : { result };
    }
    const said = (await this.text?.ask(line)) ?? '';
    const [, message] = /^\[ERROR\] (.*)$/m.exec(said) ?? [];
    return { error: message === undefined ? undefined : { message } };
  }

  /** Carries out a request that succeeds, and is needed for others. */
  async call<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    return this.program.call(method, params);
  }

  /** The same for requests without a result, in whatever encoding the user speaks. */
  async do<M extends Method>(method: M, params: Params<M>): Promise<void> {
    if (this.json) {
      await this.json.call(method, params);
      return;
    }
    const act = { name: method, method, options: [], rules: [], cells: {} as Act['cells'] };
    const lines = linesOf(act, params as Record<string, unknown>);
    const { error } = await this.ask(act, params, lines && 'none' in lines ? '' : lines?.[0]);
    if (error) throw new Error(`${method}: ${error.message}`);
  }

  /** Waits until the server has ended the connections. */
  async closed(): Promise<void> {
    await Promise.all([this.json?.closed(), this.text?.toEnd()]);
  }

  private get program(): JsonPeer {
    if (!this.json) throw new Error('This user has no JSON-RPC connection.');
    return this.json;
  }
}
