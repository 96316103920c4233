import { boardError } from '../protocol/errors.ts';
import type { Name } from './name-key.ts';
import type { Account } from './types.ts';

/** Who may connect: any free name, new names with a password, or only names the operator made. */
export type Access = 'open' | 'registered' | 'closed';

/**
 * What a login has shown, and so what has to be true of its name when the login is committed. It is data,
 * because the check runs in the transaction of the login, where the database is.
 */
export type Admission =
  /** No password. `create` as in `LoginRequest`; `mayCreate` says whether a user may be made of a free name. */
  | {
      readonly by: 'name';
      readonly access: Access;
      readonly create: boolean | undefined;
      readonly mayCreate: boolean;
    }
  /** A new password, which registers a free name. */
  | { readonly by: 'registration'; readonly access: Access }
  /** The right password of the account with this id and hash. */
  | { readonly by: 'password'; readonly user: number; readonly passwordHash: string | null };

/**
 * Checks a login against what its name has now; making or checking a hash takes long, so that may be another user,
 * or another password, than before.
 * @param found undefined for a free name
 * @throws BoardError `PASSWORD_REQUIRED`, `REGISTRATION_REQUIRED`, `USER_NOT_FOUND`, `USER_EXISTS`, `PASSWORD_WRONG`
 */
export function requireAdmitted(
  admission: Admission,
  { name }: Name,
  found: Account | undefined,
): void {
  switch (admission.by) {
    case 'name': {
      const { access, create, mayCreate } = admission;
      if (found?.passwordHash === null) return;
      if (found || access === 'closed') throw boardError('PASSWORD_REQUIRED');
      if (access === 'registered') throw boardError('REGISTRATION_REQUIRED');
      if (create === false || !mayCreate) throw boardError('USER_NOT_FOUND', name);
      return;
    }
    case 'registration':
      if (found) throw boardError('USER_EXISTS', found.user.name);
      if (admission.access === 'closed') throw boardError('PASSWORD_WRONG');
      return;
    case 'password': {
      const { user, passwordHash } = admission;
      if (found?.user.id !== user || found.passwordHash !== passwordHash)
        throw boardError('PASSWORD_WRONG');
    }
  }
}
