import type { Method, Params, Result } from '../protocol/schemas.ts';
import { parsePlace } from '../protocol/search-place.ts';

/** The methods with pages: a request says where its page begins, and the answer whether there is more. */
type Paged = {
  [M in Method]: Extract<keyof Params<M>, 'after' | 'before' | 'from'> extends never
    ? never
    : Extract<keyof Result<M>, 'more' | 'next'> extends never
      ? never
      : M;
}[Method];

type Check<M extends Method> = (params: Params<M>, result: Result<M>) => boolean;

const checks: { readonly [M in Paged]: Check<M> } = {
  'message.list': messagesLeadOn,
  'thread.get': messagesLeadOn,
  'thread.list': ({ before = Number.POSITIVE_INFINITY }, { next = 0 }) => next < before,
  'group.members': peopleLeadOn,
  'direct.list': peopleLeadOn,
  'message.search': searchLeadsOn,
  'mention.list': searchLeadsOn,
  'message.history': historyLeadsOn,
  'group.log': logLeadsOn,
  'group.changes': changesLeadOn,
};

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
  const check = (checks as Partial<Record<Method, unknown>>)[method] as Check<M> | undefined;
  return check?.(params, result) ?? true;
}

function peopleLeadOn(
  { after = 0 }: Pick<Params<'group.members'>, 'after'>,
  { next = Number.POSITIVE_INFINITY }: Pick<Result<'group.members'>, 'next'>,
): boolean {
  return next > after;
}

function historyLeadsOn(
  { from = 0 }: Params<'message.history'>,
  { revisions, more }: Result<'message.history'>,
): boolean {
  const inOrder = revisions.every(({ revision }, at) => revision === from + at);
  return inOrder && (revisions.length > 0 || !more);
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
