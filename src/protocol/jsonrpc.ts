import { z } from 'zod';
import { BoardError, boardError, catalogue, type ErrorCode } from './errors.ts';
import type { Notice } from './schemas.ts';

export type RequestId = string | number;

/** A request as it came: the method and params are not checked yet. */
export interface RawRequest {
  /** Missing for a notification, which gets no reply. */
  readonly id?: RequestId;
  readonly method: string;
  readonly params: unknown;
}

const idSchema = z.union([z.string(), z.int()], { error: 'give a string or a whole number' });

const requestSchema = z.object({
  jsonrpc: z.literal('2.0'),
  id: idSchema.optional(),
  method: z.string(),
  params: z.unknown().optional(),
});

/** A line that is no request, with the id to answer it under (null where none could be read). */
export class BadRequest extends Error {
  constructor(
    readonly id: RequestId | null,
    readonly reason: BoardError,
  ) {
    super(reason.message);
  }
}

/**
 * Reads one line as a JSON-RPC 2.0 request, with whatever it has for params.
 * @throws BadRequest for what is not JSON, an array (batches are not served), or no request
 */
export function parseRequest(line: string): RawRequest {
  const value = parseJson(line);
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
  const { id, method, params = {} } = parsed.data;
  return id === undefined ? { method, params } : { id, method, params };
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

export function formatResult(id: RequestId, result: unknown): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${JSON.stringify(result)}}\n`;
}

export function formatError(id: RequestId | null, error: BoardError): string {
  const { rpc } = catalogue[error.code];
  const body = { code: rpc, message: error.message, data: { code: error.code } };
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"error":${JSON.stringify(body)}}\n`;
}

export function formatNotice(notice: Notice): string {
  return `{"jsonrpc":"2.0","method":"${notice.method}","params":${JSON.stringify(notice.params)}}\n`;
}

/** The client's half: a request to send. */
export function formatRequest(id: RequestId, method: string, params: unknown): string {
  return `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;
}

const incomingSchema = z.object({
  id: z.union([z.string(), z.int(), z.null()]).optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z
    .object({ message: z.string(), data: z.object({ code: z.string() }).optional() })
    .optional(),
});

/** The client's half: what the server sent, a reply or a notice of any name. */
export type Incoming =
  | { kind: 'result'; id: RequestId; result: unknown }
  | { kind: 'error'; id: RequestId | null; error: BoardError }
  | { kind: 'notice'; method: string; params: unknown };

/**
 * Reads one line from the server; null for a line that is no JSON-RPC, such as the greeting for
 * people. An error word this program does not know is kept as an internal error with its sentence.
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
    return { kind: 'error', id: id ?? null, error: new BoardError(code, error.message) };
  }
  return id === undefined || id === null ? null : { kind: 'result', id, result };
}
