import type { Statements } from '../statements/statements.ts';

// What tables other than `messages` have about a message, a group or a user. The acts that delete groups and users run
// without foreign keys, so these functions remove what the foreign keys would remove.

/** Removes what belongs to the text of a message. */
export function removeTraces(statements: Statements, group: number, number: number): void {
  statements.removeMentionsOf.run({ group, number });
  statements.removeRevisionsOf.run({ group, number });
  statements.unpin.run({ group, number });
  statements.removeReportsOf.run({ group, number });
}

/** Removes what belongs to the texts of a group's messages up to a number. */
export function removeTracesUpTo(statements: Statements, group: number, number: number): void {
  statements.removeMentionsUpTo.run({ group, number });
  statements.removeRevisionsUpTo.run({ group, number });
  statements.removePinsUpTo.run({ group, number });
  statements.removeReportsUpTo.run({ group, number });
  statements.removeClosedThreadsUpTo.run({ group, number });
}

/**
 * Removes the roles in a group, the invitations to it, what is closed and pinned, its reports and its log, of all of which
 * there is only so much. What every user may have a row of is left to `removeSomeOfGroup`.
 */
export function removeRulesOfGroup(statements: Statements, group: number): void {
  statements.removeRolesIn.run({ group });
  statements.removeInvitationsIn.run({ group });
  statements.removeClosedThreadsIn.run({ group });
  statements.removePinsUpTo.run({ group, number: Number.MAX_SAFE_INTEGER });
  statements.removeReportsUpTo.run({ group, number: Number.MAX_SAFE_INTEGER });
  statements.removeLogOf.run({ group });
}

/**
 * Removes some of the rows that users have in a group: muted threads, bars and silences, and then memberships, because no thread may be
 * muted by anybody who is not a member.
 * @param limit how many
 * @returns whether none is left
 */
export function removeSomeOfGroup(statements: Statements, group: number, limit: number): boolean {
  const { removeSomeMutedThreads, removeSomeRestrictions, removeSomeMemberships } = statements;
  let left = limit;
  for (const some of [removeSomeMutedThreads, removeSomeRestrictions, removeSomeMemberships]) {
    left -= some.run({ group, limit: left }).changes;
  }
  return left > 0;
}

export function removeTracesOfUser(statements: Statements, user: number): void {
  statements.removeMentionsOfUser.run({ user });
  statements.removeBlocksOfUser.run({ user });
  statements.removeMutedUsersOfUser.run({ user });
  statements.removeMutedThreadsOfUser.run({ user });
  statements.removeInvitationsOfUser.run({ user });
  statements.removeInvitationsBy.run({ user });
  statements.removeRestrictionsOfUser.run({ user });
  statements.forgetReporter.run({ user });
  statements.removeKeysOfUser.run({ user });
  statements.removeClaimsOfUser.run({ user });
  statements.removeDraftsOfUser.run({ user });
  statements.removeScreenKeysOfUser.run({ user });
}
