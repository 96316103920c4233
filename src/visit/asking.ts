import type { Result } from '../protocol/schemas.ts';
import type { Identity } from './visitor.ts';

/** Asks a visitor at a terminal, line by line. */
export interface Asker {
  print(text: string): void;
  /** @returns undefined after Ctrl-C or Ctrl-D, and if the visitor has gone */
  answer(prompt: string): Promise<string | undefined>;
  /** What is typed is not shown. @throws GivenUp as `answer` returns undefined */
  secret(prompt: string): Promise<string>;
}

export type Look = Result<'door.look'>;

// How often a visitor may answer before they are sent away.
export const mostAnswers = 5;

export const askedOften = 'That was asked often enough. Connect again to go on.';

export function knowsNow({
  fingerprint,
}: Pick<NonNullable<Identity['key']>, 'fingerprint'>): string {
  return `I know you by your key ${fingerprint} from now on.`;
}

/** `alice`, `alice and bob`, `alice, bob and carol` */
export function names(all: readonly string[]): string {
  const last = all.at(-1) ?? '';
  return all.length > 1 ? `${all.slice(0, -1).join(', ')} and ${last}` : last;
}
