import type { Call, Result } from '../protocol/schemas.ts';
import type { Credentials } from './credentials.ts';

/** For a connection that is logged in already, as that of `ssh … rpc` is: whoever opened it has said who the user is. */
export const shownSession: Credentials = {
  login: (call) => show(call),
  loginAgain: (call) => show(call),
  renamed: () => {},
  passwordSet: () => {},
};

/** Such a session has no token: it cannot move to another connection. */
async function show(call: Call): Promise<Result<'session.login'>> {
  return { ...(await call('session.show', {})), token: '' };
}
