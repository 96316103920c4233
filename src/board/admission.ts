import { boardError } from '../protocol/errors.ts';
import type { Name } from './name-key.ts';
import type { Account } from './types.ts';

/** The policy for logins: any free name, new names only with a password, or only names that the operator made. */
export type Access = 'open' | 'registered' | 'closed';

/**
 * Conditions that the name of a login must still meet when the login is committed. They are data and not a function,
 * because the check runs in the transaction of the login.
 */
export type Admission =
  /** No password. `create` as in `LoginRequest`. */
  | {
      readonly by: 'name';
      readonly access: Access;
      readonly create: boolean | undefined;
    }
  /** A new password, which registers a free name. */
  | { readonly by: 'registration'; readonly access: Access }
  /** The right password of the account with this id and hash. */
  | { readonly by: 'password'; readonly user: number; readonly passwordHash: string | null }
  /** A signature under an SSH key that the user of the name has added as a line, and that nobody else has proven to hold. */
  | { readonly by: 'claim'; readonly fingerprint: string }
  /** A signature under the SSH key with this id, whose owner logs in, whatever the name. */
  | { readonly by: 'key'; readonly key: number; readonly fingerprint: string };

/**
 * Checks a login against the current state of its name. While a hash was made or checked, the user or the
 * password may have changed.
 * @param found undefined for a free name, and for an SSH key without an owner
 * @throws BoardError `PASSWORD_REQUIRED`, `REGISTRATION_REQUIRED`, `USER_NOT_FOUND`, `USER_EXISTS`, `PASSWORD_WRONG`,
 * `SSH_KEY_NOT_FOUND`
 */
export function requireAdmitted(
  admission: Admission,
  { name }: Name,
  found: Account | undefined,
): void {
  switch (admission.by) {
    case 'name': {
      const { access, create } = admission;
      if (found && !found.isProtected) return;
      if (found || access === 'closed') throw boardError('PASSWORD_REQUIRED');
      if (access === 'registered') throw boardError('REGISTRATION_REQUIRED');
      if (create === false) throw boardError('USER_NOT_FOUND', name);
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
      return;
    }
    case 'claim':
    case 'key':
      // The key was removed, or its user deleted.
      if (!found) throw boardError('SSH_KEY_NOT_FOUND', 'The board knows', admission.fingerprint);
  }
}
