import type { Ending, Outcome } from '../metrics/counts.ts';
import type { Method } from '../protocol/schemas.ts';
import type { Session } from './session.ts';

// What the log tells of a session, always under its number: `debug` all that it does, `info` who
// comes and goes. Never what people wrote, nor a name that was tried in vain: it may be a password
// that was typed in the wrong place.

const logins = new Set<Method>(['session.login', 'session.resume']);
const told: Partial<Record<Method, string>> = {
  'session.login': 'logged in',
  'session.resume': 'resumed',
  'account.setPassword': 'set a password',
};

/** A request that was carried out. */
export function logResult(session: Session, method: Method, params: unknown): void {
  const { login, address, encoding } = session;
  const words = told[method];
  if (words) session.log('info', { user: login?.user.name, address, encoding }, words);
  // Asked first, since every request comes here and few logs have it.
  else if (session.logs('debug')) session.log('debug', { method, ...place(params) }, 'done');
}

/** A request that was refused. Unexpected failures are logged by `toReply`. */
export function logRefusal(session: Session, method: Method, code: Outcome): void {
  const { address } = session;
  if (logins.has(method)) session.log('info', { method, code, address }, 'login refused');
  else session.log('debug', { method, code }, 'refused');
}

/** The end of a session; of one that nobody had logged in with, the address was told before. */
export function logEnd(session: Session, ending: Ending, reason?: string): void {
  const { login, began } = session;
  const seconds = Math.round((performance.now() - began) / 1000);
  const end = { user: login?.user.name, ending, reason, seconds };
  session.log(login ? 'info' : 'debug', end, 'disconnected');
}

/** Of the params, what says where: the group and the number of a message. */
function place(params: unknown) {
  const { group, number } = (params ?? {}) as { group?: unknown; number?: unknown };
  return { group, number };
}
