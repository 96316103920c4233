import type { Method, Params, Result } from '../protocol/schemas.ts';

/**
 * Whether the answer leads on from what was asked: the messages of a page are between the bounds, in
 * the order of their numbers, and there is at least one if there are more; the next page of members
 * is a later one. Otherwise whoever reads page after page would read the same one for ever.
 */
export function leadsOn<M extends Method>(
  method: M,
  params: Params<M>,
  result: Result<M>,
): boolean {
  if (method === 'message.list') {
    const { after = 0, before = Number.POSITIVE_INFINITY } = params as Params<'message.list'>;
    const { messages, more } = result as Result<'message.list'>;
    let last = after;
    for (const { number } of messages) {
      if (number <= last || number >= before) return false;
      last = number;
    }
    return messages.length > 0 || !more;
  }
  if (method === 'group.members') {
    const { after = 0 } = params as Params<'group.members'>;
    const { next = Number.POSITIVE_INFINITY } = result as Result<'group.members'>;
    return next > after;
  }
  return true;
}
