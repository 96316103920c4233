import { boardError, type catalogue, type ErrorCode } from '../../../../src/protocol/errors.ts';

export type Result = Record<string, unknown>;

/** A refusal: the code, and the sentence of the catalogue. */
export interface Refusal {
  readonly error: string;
}

/** What a method has to answer. */
export type Answer = { readonly result: Result } | Refusal;

/** The refusal of a code of the catalogue. */
export function refusal<C extends ErrorCode>(
  code: C,
  ...args: Parameters<(typeof catalogue)[C]>
): Refusal {
  return { error: `${code}: ${boardError(code, ...args).message}` };
}
