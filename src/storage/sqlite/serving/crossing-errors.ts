import Sqlite from 'better-sqlite3';
import { BoardError, type ErrorCode } from '../../../protocol/errors.ts';
import { LostFileError } from '../file/open-files.ts';

/** An error as plain data, because an error that is sent to another thread loses its class and its code. */
export type CrossingError =
  | {
      readonly kind: 'board';
      readonly code: ErrorCode;
      readonly message: string;
      readonly seconds: number | undefined;
      readonly cause: CrossingError | undefined;
    }
  | { readonly kind: 'sqlite'; readonly code: string; readonly message: string }
  | { readonly kind: 'lost'; readonly path: string; readonly message: string }
  | { readonly kind: 'other'; readonly message: string; readonly stack: string | undefined };

/** A `CrossingError` that was made from a `BoardError`. */
export type CrossingBoardError = Extract<CrossingError, { kind: 'board' }>;

export function encodeError(error: BoardError): CrossingBoardError;
export function encodeError(error: unknown): CrossingError;
export function encodeError(error: unknown): CrossingError {
  if (error instanceof BoardError) {
    const { code, message, seconds, cause } = error;
    return {
      kind: 'board',
      code,
      message,
      seconds,
      cause: cause === undefined ? undefined : encodeError(cause),
    };
  }
  if (error instanceof LostFileError) {
    return { kind: 'lost', path: error.path, message: error.message };
  }
  if (error instanceof Sqlite.SqliteError) {
    return { kind: 'sqlite', code: error.code, message: error.message };
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { kind: 'other', message, stack };
}

export function decodeError(sent: CrossingBoardError): BoardError;
export function decodeError(sent: CrossingError): Error;
export function decodeError(sent: CrossingError): Error {
  switch (sent.kind) {
    case 'board': {
      const { code, message, seconds, cause } = sent;
      return new BoardError(code, message, {
        seconds,
        ...(cause && { cause: decodeError(cause) }),
      });
    }
    case 'sqlite':
      return new Sqlite.SqliteError(sent.message, sent.code);
    case 'lost':
      return new LostFileError(sent.path, sent.message);
    case 'other': {
      const error = new Error(sent.message);
      if (sent.stack !== undefined) error.stack = sent.stack;
      return error;
    }
  }
}
