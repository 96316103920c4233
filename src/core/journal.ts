import type { Logger } from 'pino';
import type { EventOf } from '../board/events.ts';
import type { Ending, Outcome } from '../metrics/counts.ts';
import type { Method } from '../protocol/schemas.ts';
import { formatTime } from '../protocol/time.ts';
import type { Session } from './session.ts';

// The log lines about sessions, each with the number of the session. Level `debug` has all requests,
// `info` has logins and ends. No line has a text that people wrote, or a name whose login was refused: it
// may be a password that was typed in the wrong place.

const logins = new Set<Method>(['session.login', 'session.resume', 'door.login']);
const logged: Partial<Record<Method, string>> = {
  'session.login': 'logged in',
  'door.login': 'logged in',
  'session.resume': 'resumed',
  'account.setPassword': 'set a password',
  'account.addKey': 'added an SSH key',
  'account.removeKey': 'removed an SSH key',
};

/** A request that was carried out, or `count` of them: a line for each. */
export function logResult(session: Session, method: Method, params: unknown, count = 1): void {
  const { login, address, encoding } = session;
  const words = logged[method];
  if (words)
    session.log('info', { user: login?.user.name, address, encoding: encoding.name }, words);
  // Checked first, because every request comes here and few logs have the level.
  else if (session.logs('debug')) {
    for (let done = 0; done < count; done++) {
      session.log('debug', { method, ...place(params) }, 'done');
    }
  }
}

/** A request that was refused. Unexpected failures are logged by `toReply`. */
export function logRefusal(session: Session, method: Method, code: Outcome): void {
  const { address } = session;
  if (logins.has(method)) session.log('info', { method, code, address }, 'login refused');
  else session.log('debug', { method, code }, 'refused');
}

/** What the log says of a session that ends now. Its address was logged before. */
export function endOf({ login, began }: Session, ending: Ending, reason?: string) {
  const seconds = Math.round((performance.now() - began) / 1000);
  return { user: login?.user.name, ending, reason, seconds };
}

/** The end of a session, as `endOf` made it. */
export function logEnd(session: Session, end: ReturnType<typeof endOf>): void {
  session.log(end.user === undefined ? 'debug' : 'info', end, 'disconnected');
}

/** Messages that were deleted: by a rule, a member or a command. */
export function logPurged(event: EventOf<'messages.purged'>, log: Logger) {
  const { group, count, first, last, by } = event;
  const about = { group: group.name, count, first, last };
  if (!by) log.info(about, 'the operator deleted messages');
  else {
    const upTo = formatTime(by.upTo);
    log.info({ ...about, rule: by.rule, upTo }, 'retention deleted messages');
  }
}

/** A message that was deleted, unless its sender did it: that is a request like others. */
export function logDeleted(event: EventOf<'message.deleted'>, log: Logger) {
  const { group, number, by } = event;
  if (by === null) log.info({ group: group.name, number }, 'the operator deleted a message');
}

/** A report of a message, without its text and reason. */
export function logReported({ group, number, user }: EventOf<'message.reported'>, log: Logger) {
  log.info({ group: group.name, number, user: user.name }, 'a member reported a message');
}

export function logOwnerLost({ group }: EventOf<'group.ownerLost'>, log: Logger) {
  const hint = `corkboard group edit ${group.id} --owner gives it one`;
  log.info({ group: group.name, hint }, 'a group has lost its owner');
}

/** The params that may be logged: the group and the number of a message. */
function place(params: unknown) {
  const { group, number } = (params ?? {}) as { group?: unknown; number?: unknown };
  return { group, number };
}
