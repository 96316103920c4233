import type { Membership, Proof, Standing } from '../../../board/types.ts';
import { effectiveRole } from '../../../protocol/rights.ts';
import type { Statements } from '../statements/statements.ts';
import { mutesOf } from './mutes.ts';

// How many groups a login counts at once: 2 ms. The others are counted in steps.
const countedGroups = 100;

/** All memberships of a user. The first of them have the number of unread messages. */
export function membershipRows({ membershipsOf: some }: Statements, user: number): MembershipRow[] {
  const first = some.all({ user, after: 0, limit: countedGroups, counted: 1 });
  const last = first[countedGroups - 1];
  if (!last) return first;
  const limit = Number.MAX_SAFE_INTEGER;
  return [...first, ...some.all({ user, after: last.id, limit, counted: 0 })];
}

/** The mutes and invitations for a login. One query finds whether there are any, and most users have none. */
export function besidesMemberships(
  statements: Statements,
  user: number,
): Pick<Standing, 'mutes' | 'invited'> {
  const flags = statements.loginFlags.get({ user });
  return {
    ...(flags?.mutes === 1 && { mutes: mutesOf(statements, user) }),
    ...(flags?.invited === 1 && { invited: true }),
  };
}

type MembershipRow = ReturnType<Statements['membershipsOf']['all']>[number];

/** Makes memberships as a login gives them, of a user who is protected or not. */
export function membershipOf({ isProtected }: Pick<Proof, 'isProtected'>) {
  return (row: MembershipRow): Membership => {
    const { id, name, lastNumber, unread, toAll, joinedAt, notify } = row;
    return {
      group: { id, name },
      lastRead: row.lastRead,
      ranges: row.ranges,
      rules: { access: row.access, posting: row.posting, replying: row.replying },
      role: effectiveRole(row.role, isProtected),
      lastNumber,
      unread,
      mentions: unread === null ? null : toAll,
      joinedAt,
      notify,
    };
  };
}
