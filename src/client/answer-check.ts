import { noneLeft } from '../protocol/exhaustive.ts';
import type { Answer, Method, Params, Result } from '../protocol/schemas.ts';
import { parsePlace } from '../protocol/search-place.ts';

/**
 * Whether a page of a list is a later one than was asked for. A caller that reads page after page
 * would otherwise read the same page for ever. Messages of a page are between the bounds and in the
 * order of their numbers, and if there are more, the page has at least one. Answers of methods
 * without pages always pass.
 */
export function leadsOn<M extends Method>(
  method: M,
  params: Params<M>,
  result: Result<M>,
): boolean {
  const answer = { method, params, result } as Answer;
  switch (answer.method) {
    case 'message.list':
      return messagesLeadOn(answer.params, answer.result);
    case 'group.members':
      return (answer.result.next ?? Number.POSITIVE_INFINITY) > (answer.params.after ?? 0);
    case 'thread.get':
      return messagesLeadOn({ after: answer.params.after }, answer.result);
    case 'thread.list':
      return (answer.result.next ?? 0) < (answer.params.before ?? Number.POSITIVE_INFINITY);
    case 'direct.list':
      return (answer.result.next ?? Number.POSITIVE_INFINITY) > (answer.params.after ?? 0);
    case 'message.search':
    case 'mention.list':
      return searchLeadsOn(answer.params, answer.result);
    case 'message.history': {
      const { params, result } = answer;
      const { from = 0 } = params;
      const inOrder = result.revisions.every(({ revision }, at) => revision === from + at);
      return inOrder && (result.revisions.length > 0 || !result.more);
    }
    case 'group.log':
      return logLeadsOn(answer.params, answer.result);
    case 'group.changes':
      return changesLeadOn(answer.params, answer.result);
    case 'server.info':
    case 'session.login':
    case 'session.resume':
    case 'session.logout':
    case 'account.setPassword':
    case 'group.list':
    case 'membership.set':
    case 'thread.mute':
    case 'thread.unmute':
    case 'user.mute':
    case 'user.unmute':
    case 'mute.list':
    case 'user.block':
    case 'user.unblock':
    case 'user.blocked':
    case 'group.join':
    case 'direct.open':
    case 'group.leave':
    case 'message.post':
    case 'message.get':
    case 'message.edit':
    case 'message.delete':
    case 'message.markRead':
    case 'message.next':
    case 'group.markRead':
    case 'group.restoreMarks':
    case 'group.create':
    case 'group.edit':
    case 'group.delete':
    case 'group.show':
    case 'group.invite':
    case 'invitation.list':
    case 'invitation.revoke':
    case 'group.remove':
    case 'group.bar':
    case 'group.unbar':
    case 'group.silence':
    case 'group.unsilence':
    case 'group.setRole':
    case 'thread.close':
    case 'thread.reopen':
    case 'message.pin':
    case 'message.unpin':
    case 'message.report':
    case 'report.list':
    case 'session.show':
    case 'account.keys':
    case 'account.addKey':
    case 'account.removeKey':
    case 'door.look':
    case 'door.dropClaims':
    case 'draft.list':
    case 'draft.set':
    case 'screen.keys':
    case 'screen.setKeys':
    case 'door.login':
    case 'report.close':
    case 'ping':
    case 'rpc.discover':
      return true;
  }
  noneLeft(answer);
  return true;
}

function changesLeadOn(
  { after }: Params<'group.changes'>,
  { changes, change: next, more }: Result<'group.changes'>,
): boolean {
  let last = after;
  for (const { change } of changes) {
    if (change < last || change <= after || change > next) return false;
    last = change;
  }
  return next >= after && (next > after || !more);
}

function logLeadsOn(
  { before = Number.POSITIVE_INFINITY }: Params<'group.log'>,
  { lines, more }: Result<'group.log'>,
): boolean {
  let last = before;
  for (const { id } of lines) {
    if (id >= last) return false;
    last = id;
  }
  return lines.length > 0 || !more;
}

function messagesLeadOn(
  {
    after = 0,
    before = Number.POSITIVE_INFINITY,
  }: Pick<Params<'message.list'>, 'after' | 'before'>,
  { messages, more }: Pick<Result<'message.list'>, 'messages' | 'more'>,
): boolean {
  let last = after;
  for (const { number } of messages) {
    if (number <= last || number >= before) return false;
    last = number;
  }
  return messages.length > 0 || !more;
}

/** A page of a search that may have more says where to go on: before the place where it began. */
function searchLeadsOn(
  { before }: Pick<Params<'message.search'>, 'before'>,
  { more, next }: Pick<Result<'message.search'>, 'more' | 'next'>,
): boolean {
  if (!more) return true;
  const to = next === undefined ? undefined : parsePlace(next);
  const from = before === undefined ? undefined : parsePlace(before);
  if (!to || !from) return to !== undefined;
  return to.time < from.time || (to.time === from.time && to.group < from.group);
}
