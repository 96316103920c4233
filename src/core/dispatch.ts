import { BoardError, boardError } from '../protocol/errors.ts';
import { checkParams, isOffered, methods } from '../protocol/methods.ts';
import type { Method, Params, Result } from '../protocol/schemas.ts';
import type { Context, Handler, Handlers } from './handlers/context.ts';
import { directHandlers } from './handlers/direct.ts';
import { editHandlers } from './handlers/edit.ts';
import { groupHandlers } from './handlers/group.ts';
import { keyHandlers } from './handlers/keys.ts';
import { messageHandlers } from './handlers/message.ts';
import { moderationHandlers } from './handlers/moderation.ts';
import { muteHandlers } from './handlers/mutes.ts';
import { screenHandlers } from './handlers/screens.ts';
import { searchHandlers } from './handlers/search.ts';
import { sessionHandlers } from './handlers/session.ts';
import { threadHandlers } from './handlers/threads.ts';
import { logRefusal, logResult } from './journal.ts';
import { reserveConversation } from './reserve-conversation.ts';
import type { Session } from './session.ts';

const handlers: Handlers = {
  ...sessionHandlers,
  ...keyHandlers,
  ...groupHandlers,
  ...messageHandlers,
  ...directHandlers,
  ...threadHandlers,
  ...editHandlers,
  ...searchHandlers,
  ...muteHandlers,
  ...moderationHandlers,
  ...screenHandlers,
};

/** Carries out one request: the checks of the command table, then its handler. Counts and logs it. */
export async function dispatch<M extends Method>(
  context: Context,
  method: M,
  params: unknown,
): Promise<Result<M>> {
  const began = performance.now();
  try {
    const result = await carryOut(context, method, params);
    noteResult(context, method, params, began);
    return result;
  } catch (error) {
    noteRefusal(context, method, error, began);
    throw error;
  }
}

function carryOut<M extends Method>(context: Context, method: M, params: unknown) {
  const checked = admit(context, method, params);
  const release = reserveConversation(context, method, checked);
  const handler: Handler<M> = handlers[method];
  const result = handler(context, checked);
  return release ? result.finally(release) : result;
}

/**
 * The checks of the command table. A caller that does not use `dispatch` calls `reserveConversation` too.
 * @returns the params, checked
 * @throws BoardError
 */
export function admit<M extends Method>(
  context: Pick<Context, 'session' | 'hub'>,
  method: M,
  params: unknown,
): Params<M> {
  const { session } = context;
  if (!isOffered(method, session.isVouched)) throw boardError('METHOD_NOT_FOUND', method);
  if (methods[method].login && !session.login) throw boardError('NOT_LOGGED_IN');
  return checkParams(method, params);
}

/** Counts and logs requests that were carried out. @param began by `performance.now()` @param count how many they are */
export function noteResult(
  { session, counts }: Context,
  method: Method,
  params: unknown,
  began: number,
  count = 1,
): void {
  counts.requests[method].note('ok', began, count);
  logResult(session, method, params, count);
}

/** Counts and logs a request that was refused. */
export function noteRefusal(
  { session, counts }: Context,
  method: Method,
  error: unknown,
  began: number,
): void {
  const outcome = error instanceof BoardError ? error.code : 'INTERNAL_ERROR';
  counts.requests[method].note(outcome, began);
  logRefusal(session, method, outcome);
}

/**
 * The error that the peer gets for a failure. A failure that is not expected is a bug: it is logged with
 * its context, the peer gets an internal error, and the server keeps running.
 */
export function toReply(error: unknown, session: Session, method: string): BoardError {
  const context = { method, user: session.login?.user.name };
  if (error instanceof BoardError) {
    // `StorageTrouble` logs once that the disk fails, so this is not logged for each request.
    if (error.cause) session.log('debug', { ...context, err: error.cause }, error.code);
    return error;
  }
  session.log('error', { ...context, err: error }, 'a request failed: this is a bug');
  return boardError('INTERNAL_ERROR');
}
