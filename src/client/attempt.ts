import type { Address } from '../protocol/address.ts';
import { BoardError, type ErrorCode } from '../protocol/errors.ts';
import type { Call, Result } from '../protocol/schemas.ts';
import { Connection } from './connection.ts';
import { ConnectionError } from './failure.ts';
import { patientCall } from './put-off.ts';
import type { Patience } from './silence.ts';

/** A connection on which a session stands. */
export interface Standing {
  readonly connection: Connection;
  readonly session: Result<'session.login'>;
}

export interface AttemptOptions {
  readonly address: Address;
  readonly signal?: AbortSignal | undefined;
  readonly patience: Patience;
  /** How long to wait where the board refuses a session for the moment, in milliseconds. */
  readonly refused: number;
}

/**
 * Connects and opens a session; leaves nothing behind if either fails.
 * @throws ConnectionError, BoardError
 */
export async function attempt(
  { address, signal, patience, refused }: AttemptOptions,
  open: (call: Call) => Promise<Result<'session.login'>>,
): Promise<Standing> {
  const connection = await Connection.open(address, signal, patience);
  const abort = () => connection.close();
  signal?.addEventListener('abort', abort);
  try {
    return { connection, session: await open(patientCall(connection.call, refused, signal)) };
  } catch (error) {
    connection.close();
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

const passing: ReadonlySet<ErrorCode> = new Set([
  'RATE_LIMITED',
  'STORAGE_FAILED',
  'SHUTTING_DOWN',
  'INTERNAL_ERROR',
]);

/**
 * Whether an attempt that failed is worth another one.
 * @param since when the session was lost, as `performance.now()` tells it
 * @param nameInUse how long the name may be held by one's own connection, which is gone, in milliseconds
 */
export function isPassing(error: unknown, since: number, nameInUse: number): boolean {
  if (error instanceof ConnectionError) return true;
  if (!(error instanceof BoardError)) return false;
  if (error.code === 'NAME_IN_USE') return performance.now() - since < nameInUse;
  return passing.has(error.code);
}
