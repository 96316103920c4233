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
