import { BoardError } from '../errors.ts';
import type { Result } from '../schemas.ts';
import type { TextContext } from './command.ts';

export interface TakeNameContext extends Pick<TextContext, 'call' | 'ask'> {
  /** False refuses a name that does not exist yet. */
  readonly create?: false;
}

/** Logs in, and asks for a password if the board wants one. */
export async function takeName(
  user: string,
  { call, ask, create }: TakeNameContext,
): Promise<Result<'session.login'>> {
  try {
    return await call('session.login', { user, ...(create === false && { create }) });
  } catch (error) {
    const code = error instanceof BoardError ? error.code : undefined;
    if (code === 'PASSWORD_REQUIRED') {
      return call('session.login', { user, password: await ask('Password: ') });
    }
    if (code === 'REGISTRATION_REQUIRED' && create !== false) {
      const password = await ask(`Choose a password for ${user}: `, true);
      return call('session.login', { user, password, create: true });
    }
    throw error;
  }
}
