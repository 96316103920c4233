import { z } from 'zod';
import { fingerprint, none, sshKey } from './shapes.ts';

/** Methods on the account of a user. */
export const accountMethods = {
  'account.setPassword': {
    params: z.strictObject({ password: z.string(), current: z.string().optional() }),
    result: z.object({}),
  },
  'account.keys': { params: none, result: z.object({ keys: z.array(sshKey) }) },
  'account.addKey': {
    /**
     * A line of an `authorized_keys` file; left out for the SSH key that the session came by. With a line, a protected name needs
     * its password as `current`, unless the session logged in by an SSH key.
     */
    params: z.strictObject({ line: z.string().optional(), current: z.string().optional() }),
    result: z.object({ key: sshKey }),
  },
  'account.removeKey': {
    params: z.strictObject({ fingerprint, current: z.string().optional() }),
    result: z.object({ key: sshKey }),
  },
} as const;
