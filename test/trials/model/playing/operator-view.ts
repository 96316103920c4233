import { expect } from 'vitest';
import { healthChecks, problemsOf } from '../../../../src/storage/sqlite/file/health.ts';
import { databaseFile, openShared } from '../../../../src/storage/sqlite/file/open.ts';
import { logged } from '../oracle/group-log.ts';
import { isDirect } from '../oracle/names.ts';
import type { Stage } from './stage.ts';

/** Compares what the operator sees of each group and each user, and what `db check` says of the database. */
export async function compareOperatorsView(stage: Stage): Promise<void> {
  const { access, curation } = stage.oracle;
  const { names } = access;
  const author = (by: string | null) => (by === null ? null : names.of(by));
  await stage.board.operate(async (operator) => {
    for (const key of access.groups()) {
      const { staff, barred, silenced, invitations, closed, pins, reports, log } =
        access.charter(key);
      const found = await operator.group(stage.ref(key));
      const { moderation } = found;
      const expected = {
        ...{ name: names.of(key), ...access.rules(key) },
        ...{ description: access.charter(key).description, about: access.charter(key).about },
        memberships: sorted(
          [...access.model.group(key).members.keys()].map((user) => {
            return [names.of(user), staff.get(user)?.role ?? 'member'];
          }),
        ),
        restrictions: sorted([
          ...[...barred].map(([user, reason]) => [names.of(user), 'barred', reason]),
          ...[...silenced].map(([user, reason]) => [names.of(user), 'silenced', reason]),
        ]),
        invitations: invitations.map((each) => [
          'user' in each ? names.of(each.user) : null,
          author(each.by),
          'user' in each ? null : each.uses,
        ]),
        pins: [...pins].sort((a, b) => a - b),
        closedThreads: [...closed]
          .filter((thread) => curation.isThere(key, thread))
          .sort((a, b) => a - b),
        openReports: reports.filter(({ isOpen }) => isOpen).length,
        log: log.slice(-10).map(logged),
      };
      expect(
        {
          ...{ name: found.name, access: found.access, posting: found.posting },
          ...{ replying: found.replying, description: found.description, about: found.about },
          memberships: sorted(found.memberships.map(({ user, role }) => [user, role])),
          restrictions: sorted(
            moderation.restrictions.map(({ user, kind, reason }) => [user, kind, reason]),
          ),
          invitations: moderation.invitations.map(({ user, by, uses }) => [user, by, uses]),
          pins: moderation.pins,
          closedThreads: moderation.closedThreads,
          openReports: moderation.openReports,
          log: moderation.log.map(({ act, by, user, number, until, detail }) => ({
            ...{ act, by },
            ...(user !== null && { user }),
            ...(number !== null && { number }),
            ...(until !== null && { until: 'then' }),
            ...(detail !== '' && { detail }),
          })),
        },
        `what the operator sees of ${key}`,
      ).toEqual(expected);
    }
    for (const user of access.users) {
      const { memberships } = await operator.user(names.of(user));
      // The operator sees a conversation of both users before its first message, as in the list of its members above.
      const own = access.model
        .groupNames()
        .filter((key) => access.model.group(key).members.has(user));
      expect(
        memberships.map(({ role }) => role),
        `what the operator sees of ${user}`,
      ).toEqual(own.map((key) => (isDirect(key) ? 'member' : access.role(user, key))));
    }
  });
  const client = openShared(databaseFile(stage.board.data));
  try {
    expect(healthChecks.flatMap((check) => problemsOf(check, client))).toEqual([]);
  } finally {
    client.close();
  }
}

function sorted<T extends readonly unknown[]>(rows: readonly T[]): T[] {
  return [...rows].sort((a, b) => (String(a) < String(b) ? -1 : 1));
}
