import type { Header } from './schemas.ts';

/** What `mentions` of a header has if the message mentions all members. No user can have this name. */
export const everyone = '@all';

/** Whether a message mentions a user, by the name or as one of all members. */
export function isMentioned({ mentions = [] }: Pick<Header, 'mentions'>, user: string): boolean {
  return mentions.includes(user) || mentions.includes(everyone);
}
