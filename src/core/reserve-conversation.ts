import { isDirectName, userOfDirectName } from '../protocol/direct.ts';
import type { Method, Params } from '../protocol/schemas.ts';
import type { Context } from './handlers/context.ts';

/**
 * Refuses a request that would begin a direct conversation if too many were begun from the network of its session, or are being
 * begun. Requests about conversations that the user has go on.
 * @returns a function to call once the request is carried out or refused; undefined if it begins no conversation, or there is no limit
 * @throws BoardError `DIRECT_LIMIT`
 */
export function reserveConversation<M extends Method>(
  { session, hub }: Pick<Context, 'session' | 'hub'>,
  method: M,
  params: Params<M>,
): (() => void) | undefined {
  const name = begins(method, params);
  if (name === undefined) return undefined;
  return hub.conversations.reserve(session, name, () => hub.hasConversation(session, name));
}

/** The user with whom a request may begin a conversation. */
function begins(method: Method, params: object): string | undefined {
  if (method === 'direct.open') return (params as Params<'direct.open'>).user;
  if (method !== 'message.post') return undefined;
  const { group } = params as Params<'message.post'>;
  return typeof group === 'string' && isDirectName(group) ? userOfDirectName(group) : undefined;
}
