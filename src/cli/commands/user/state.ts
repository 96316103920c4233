import type { userDocument } from '../../printing/documents.ts';

type UserDocument = ReturnType<typeof userDocument>;

/** Whether a name is protected and whether it is banned, in words. Empty if neither. */
export function userState(user: UserDocument): string {
  return [user.protected && 'protected', user.bannedAt !== null && banned(user)]
    .filter(Boolean)
    .join(', ');
}

function banned({ banReason }: UserDocument): string {
  return banReason === null ? 'banned' : `banned: ${banReason}`;
}
