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

export function removeTracesOfGroup(statements: Statements, group: number): void {
  removeTracesUpTo(statements, group, Number.MAX_SAFE_INTEGER);
  statements.removeMutedThreadsIn.run({ group });
  removeRulesOfGroup(statements, group);
}

/** Removes who is invited to a group, barred from it or silenced, what is closed and pinned, its reports and its log. */
export function removeRulesOfGroup(statements: Statements, group: number): void {
  statements.removeInvitationsIn.run({ group });
  statements.removeRestrictionsIn.run({ group });
  statements.removeClosedThreadsIn.run({ group });
  statements.removePinsUpTo.run({ group, number: Number.MAX_SAFE_INTEGER });
  statements.removeReportsUpTo.run({ group, number: Number.MAX_SAFE_INTEGER });
  statements.removeLogOf.run({ group });
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
