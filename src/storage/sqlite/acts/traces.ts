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

/** Removes the roles in a group and the invitations to it: at most `limits.moderators` and `limits.invitations` rows. */
export function removeRolesAndInvitations(statements: Statements, group: number): void {
  statements.removeRolesIn.run({ group });
  statements.removeInvitationsIn.run({ group });
}

/**
 * Removes some of the rows that other tables have about a removed group. Memberships are the last: `db check` of an
 * earlier version expects that a muted thread is of a group of its user.
 * @param limit the maximum of rows that are removed
 * @returns whether none is left
 */
export function removeSomeOfGroup(statements: Statements, group: number, limit: number): boolean {
  let left = limit;
  for (const some of [
    statements.removeSomeReports,
    statements.removeSomePins,
    statements.removeSomeClosedThreads,
    statements.removeSomeLogLines,
    statements.removeSomeMutedThreads,
    statements.removeSomeRestrictions,
    statements.removeSomeMemberships,
  ]) {
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
