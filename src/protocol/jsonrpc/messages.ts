import { z } from 'zod';
import { BoardError, boardError, catalogue, type ErrorCode } from '../errors.ts';
import { Expected } from '../expected.ts';
import { limits } from '../limits.ts';
import type { Notice } from '../schemas.ts';
import { rpcCodes } from './codes.ts';

export type RequestId = string | number;

/** A request as it was received. The method and the params are not checked yet. */
export interface RawRequest {
  /** Missing in a notification, which gets no reply. */
  readonly id?: RequestId;
  readonly method: string;
  readonly params: unknown;
}

const idSchema = z.union([z.string().max(limits.requestId), z.int()], {
  error: `give a whole number, or a string of at most ${limits.requestId} characters`,
});

const requestSchema = z.object({
  jsonrpc: z.literal('2.0'),
  id: idSchema.optional(),
  method: z.string(),
  params: z.unknown().optional(),
});

/** A line that is not a request. `id` is for the reply; it is null if it could not be read. */
export class BadRequest extends Expected {
  constructor(
    readonly id: RequestId | null,
    readonly reason: BoardError,
  ) {
    super(reason.message);
  }
}

/**
 * Parses one line as a JSON-RPC 2.0 request. The params can be anything.
 * @param line within the bounds of `LineSplitter.boundJson`
 * @throws BadRequest if it is not JSON, is an array (batches are not served), or is not a request
 */
export function parseRequest(line: string): RawRequest {
  const value = parseJson(line);
  return isRequest(value) ? rawRequest(value) : checkedRequest(value);
}

/** Whether `requestSchema` accepts `value`: it decides for nearly all requests, in a tenth of the time of zod. */
function isRequest(value: unknown): value is z.infer<typeof requestSchema> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { jsonrpc, id, method } = value as Record<string, unknown>;
  if (jsonrpc !== '2.0' || typeof method !== 'string') return false;
  if (typeof id === 'string') return id.length <= limits.requestId;
  return id === undefined || Number.isSafeInteger(id);
}

function rawRequest({ id, method, params = {} }: z.infer<typeof requestSchema>): RawRequest {
  return id === undefined ? { method, params } : { id, method, params };
}

/** @throws BadRequest that says what is wrong */
export function checkedRequest(value: unknown): RawRequest {
  if (Array.isArray(value)) {
    throw invalid(null, 'batches are not served; send the requests one after another');
  }
  const parsed = requestSchema.safeParse(value);
  if (!parsed.success) {
    const id = z.object({ id: idSchema }).safeParse(value);
    const issue = parsed.error.issues[0];
    const where = issue?.path.join('.');
    throw invalid(id.success ? id.data.id : null, `${where ? `${where}: ` : ''}${issue?.message}`);
  }
  return rawRequest(parsed.data);
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new BadRequest(null, boardError('PARSE_ERROR', (error as Error).message));
  }
}

function invalid(id: RequestId | null, why: string): BadRequest {
  return new BadRequest(id, boardError('INVALID_REQUEST', why));
}

export function formatResult(id: RequestId, result: object): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${textOf(result)}}\n`;
}

// The JSON of results that never change.
const constantTexts = new WeakMap<object, string>();

/** Marks a result that never changes, so that its JSON is made once. */
export function constantResult<T extends object>(result: T): T {
  constantTexts.set(result, JSON.stringify(result));
  return result;
}

/** A list of a result that writes its own JSON, entry by entry. */
export interface WrittenList {
  readonly key: string;
  readonly length: number;
  /** The JSON of the entries from `from` on, before `to`, with commas between them. */
  write(from: number, to: number): string;
}

/**
 * The property of a result with a list that writes its own JSON, so that the entries need not exist as objects. For readers other
 * than programs, the result has the list under `WrittenList.key` too, as a getter of its class.
 */
export const writtenList = Symbol('written list');

function writtenListOf(result: { readonly [writtenList]?: WrittenList }): WrittenList | undefined {
  return result[writtenList];
}

function textOf(result: object): string {
  const list = writtenListOf(result);
  if (!list) return constantTexts.get(result) ?? JSON.stringify(result);
  return [...parts(result, list, list.length)].join('');
}

// Entries of a list that are encoded at once. 200 headers with subjects of maximum length take 0.4 ms.
const piece = 100;

/**
 * The line of `formatResult` in pieces, each made when it is needed, for a result with a long list.
 * Undefined for any other result.
 */
export function resultInPieces(id: RequestId, result: object): Iterable<string> | undefined {
  const list = writtenListOf(result) ?? longList(result);
  return list && list.length > piece ? lineInPieces(id, result, list) : undefined;
}

function* lineInPieces(id: RequestId, result: object, list: WrittenList): Generator<string> {
  const start = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":`;
  yield* parts(result, list, piece, { start, end: '}\n' });
}

function longList(result: object): WrittenList | undefined {
  for (const key in result) {
    const value: unknown = result[key as keyof typeof result];
    if (!Array.isArray(value) || value.length <= piece) continue;
    const write = (from: number, to: number) => JSON.stringify(value.slice(from, to)).slice(1, -1);
    return { key, length: value.length, write };
  }
  return undefined;
}

/** The JSON of a result, with `size` entries of the list at a time. */
function* parts(
  result: object,
  list: WrittenList,
  size: number,
  around = { start: '', end: '' },
): Generator<string> {
  const { key, length } = list;
  const others = Object.keys(result).filter((name) => name !== key);
  const rest = Object.fromEntries(
    others.map((name) => [name, result[name as keyof typeof result]]),
  );
  yield `${around.start}{${JSON.stringify(key)}:[`;
  for (let at = 0; at < length; at += size) {
    const text = list.write(at, Math.min(at + size, length));
    yield at === 0 ? text : `,${text}`;
  }
  const end = JSON.stringify(rest).slice(1);
  yield `]${end === '}' ? '' : ','}${end}${around.end}`;
}

export function formatError(id: RequestId | null, error: BoardError): string {
  const { code, message, seconds } = error;
  const body = { code: rpcCodes[code], message, data: { code, seconds } };
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"error":${JSON.stringify(body)}}\n`;
}

export function formatNotice(notice: Notice): string {
  return `{"jsonrpc":"2.0","method":"${notice.method}","params":${JSON.stringify(notice.params)}}\n`;
}

/** A request, as a client sends it. */
export function formatRequest(id: RequestId, method: string, params: unknown): string {
  return `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;
}

const errorData = z.object({
  code: z.string(),
  seconds: z.number().positive().optional().catch(undefined),
});
const incomingSchema = z.object({
  id: z.union([z.string(), z.int(), z.null()]).optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.object({ message: z.string(), data: errorData.optional() }).optional(),
});

/** A message to a client: a reply, or a notice with any name. */
export type Incoming =
  | { kind: 'result'; id: RequestId; result: unknown }
  | { kind: 'error'; id: RequestId | null; error: BoardError }
  | { kind: 'notice'; method: string; params: unknown };

/**
 * Parses one line from the server. Null for a line that is not JSON-RPC, such as the greeting for
 * people. An error whose word this program does not know becomes `INTERNAL_ERROR` with its sentence.
 */
export function parseIncoming(line: string): Incoming | null {
  if (!line.startsWith('{')) return null;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  const parsed = incomingSchema.safeParse(value);
  if (!parsed.success) return null;
  const { id, method, params, result, error } = parsed.data;
  if (method !== undefined) return { kind: 'notice', method, params };
  if (error) {
    const word = error.data?.code ?? '';
    const code = Object.hasOwn(catalogue, word) ? (word as ErrorCode) : 'INTERNAL_ERROR';
    const { seconds } = error.data ?? {};
    return {
      kind: 'error',
      id: id ?? null,
      error: new BoardError(code, error.message, { seconds }),
    };
  }
  return id === undefined || id === null ? null : { kind: 'result', id, result };
}
