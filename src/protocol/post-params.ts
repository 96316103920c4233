import { isPostKeyLength, type Params } from './schemas.ts';

/**
 * Whether the schema of `message.post` accepts `params`, as it does for nearly all posts: zod takes 1 µs longer. What is not
 * accepted here is left to the schema, which says what is wrong. `test/protocol/methods.test.ts` compares the two.
 */
export function isPostParams(params: unknown): params is Params<'message.post'> {
  if (typeof params !== 'object' || params === null || Array.isArray(params)) return false;
  for (const name in params) if (!isName(name)) return false;
  const { group, subject, content, key } = params as Record<string, unknown>;
  if (typeof subject !== 'string' || typeof content !== 'string' || !isGroup(group)) return false;
  return key === undefined || (typeof key === 'string' && key !== '' && isPostKeyLength(key));
}

function isName(name: string): boolean {
  return name === 'group' || name === 'subject' || name === 'content' || name === 'key';
}

function isGroup(group: unknown): boolean {
  if (typeof group === 'string') return group !== '';
  return Number.isSafeInteger(group) && (group as number) > 0;
}
