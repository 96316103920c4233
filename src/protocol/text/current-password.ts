import { BoardError } from '../errors.ts';
import type { AskSecret } from './command.ts';

/**
 * Makes a call that needs the current password of a name that has one: asks for it if the board does.
 * @throws what the call and `AskSecret` throw
 */
export async function withCurrentPassword<T>(
  ask: AskSecret,
  call: (current: { current?: string }) => Promise<T>,
): Promise<T> {
  try {
    return await call({});
  } catch (error) {
    if (!(error instanceof BoardError) || error.code !== 'PASSWORD_REQUIRED') throw error;
    return call({ current: await ask('Current password: ') });
  }
}
