import { UserError } from '../errors.ts';
import { ask, canAsk } from './ask.ts';

/**
 * Asks the user to confirm what cannot be undone. Any answer but yes means no.
 * @param what a question without its mark, such as `Delete message 3 of main`
 * @param otherwise printed after a no
 * @throws UserError if the answer is no, or there is no terminal to ask at
 */
export async function confirm(
  what: string,
  { yes }: { yes?: true },
  otherwise = 'Nothing was deleted.',
): Promise<void> {
  if (yes) return;
  if (!canAsk()) {
    throw new UserError(`${what}? There is no terminal to ask on; add --yes to do it.`);
  }
  const answer = (await ask(`${what}? [y/N] `)) ?? '';
  if (!/^y(es)?$/i.test(answer.trim())) throw new UserError(otherwise);
}
