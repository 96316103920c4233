import type { Call, Header } from '../schemas.ts';

/**
 * The number of the first message of a group that is visible to the user. It is asked for only if one of the headers
 * replies to an earlier message than the first of them, otherwise the result is 0.
 */
export async function firstVisible(
  headers: readonly Header[],
  group: string | number,
  call: Call,
): Promise<number> {
  const [first] = headers;
  if (!first || headers.every(({ replyTo = first.number }) => replyTo >= first.number)) return 0;
  const { messages } = await call('message.list', { group, after: 0, limit: 1 });
  return messages[0]?.number ?? 0;
}

/** The same for messages of several groups, such as the results of a search: by the numbers of their groups. */
export async function firstVisibleIn(
  found: readonly (Header & { readonly groupId: number })[],
  call: Call,
): Promise<ReadonlyMap<number, number>> {
  const firsts = new Map<number, number>();
  for (const group of new Set(found.map(({ groupId }) => groupId))) {
    const own = found.filter(({ groupId }) => groupId === group);
    own.sort((a, b) => a.number - b.number);
    firsts.set(group, await firstVisible(own, group, call));
  }
  return firsts;
}
