import type { ExportLine } from '../../../board/export-format.ts';
import type { LogAct } from '../../../protocol/rights.ts';
import { formatTime } from '../../../protocol/time.ts';
import type { Client } from '../file/connection.ts';

interface RestrictionRow {
  group: string;
  user: string;
  kind: 'barred' | 'silenced';
  until: number | null;
  reason: string;
  created_at: number;
}

interface InvitationRow {
  group: string;
  user: string | null;
  code_hash: string | null;
  uses: number | null;
  until: number | null;
  by: string | null;
  created_at: number;
}

/** Who is restricted in groups, and who is invited to them. */
export function* restrictionLines(client: Client): Generator<ExportLine> {
  const restrictions = client.prepare<[], RestrictionRow>(`
    SELECT g.ref AS "group", u.name AS user, r.kind, r.until, r.reason, r.created_at
    FROM snap.restrictions r JOIN snap.groups g ON g.id = r.group_id JOIN snap.users u ON u.id = r.user_id
    ORDER BY r.group_id, r.user_id, r.kind`);
  for (const { group, user, kind, until, reason, created_at } of restrictions.iterate()) {
    yield {
      ...{ type: 'restriction', group, user, kind },
      ...(until !== null && { until: formatTime(until) }),
      ...(reason !== '' && { reason }),
      createdAt: formatTime(created_at),
    };
  }
  const invitations = client.prepare<[], InvitationRow>(`
    SELECT g.ref AS "group", u.name AS user, i.code_hash, i.uses, i.until, o.name AS by, i.created_at
    FROM snap.invitations i JOIN snap.groups g ON g.id = i.group_id
      LEFT JOIN snap.users u ON u.id = i.user_id LEFT JOIN snap.users o ON o.id = i.invited_by
    ORDER BY i.id`);
  for (const { group, user, code_hash, uses, until, by, created_at } of invitations.iterate()) {
    yield {
      ...{ type: 'invitation', group },
      ...(user !== null && { user }),
      ...(code_hash !== null && { codeHash: code_hash }),
      ...(uses !== null && { uses }),
      ...(until !== null && { until: formatTime(until) }),
      ...(by !== null && { by }),
      createdAt: formatTime(created_at),
    };
  }
}

interface LogRow {
  group: string;
  at: number;
  act: LogAct;
  by: string | null;
  user: string | null;
  number: number | null;
  posted_at: number | null;
  until: number | null;
  detail: string;
}

interface ReportRow {
  group: string;
  number: number;
  user: string | null;
  reason: string;
  created_at: number;
  closed_at: number | null;
}

/** The logs of groups, what is closed and pinned there, and the reports. */
export function* curationLines(client: Client): Generator<ExportLine> {
  const ofGroup = 'JOIN snap.groups g ON g.id = o.group_id';
  const log = client.prepare<[], LogRow>(
    `SELECT o.*, g.ref AS "group" FROM snap.group_log o ${ofGroup} ORDER BY o.id`,
  );
  for (const { group, at, act, by, user, number, posted_at, until, detail } of log.iterate()) {
    yield {
      ...{ type: 'logged', group, at: formatTime(at), act },
      ...(by !== null && { by }),
      ...(user !== null && { user }),
      ...(number !== null && { number }),
      ...(posted_at !== null && { postedAt: formatTime(posted_at) }),
      ...(until !== null && { until: formatTime(until) }),
      ...(detail !== '' && { detail }),
    };
  }
  const closed = client.prepare<[], { group: string; thread: number; closed_at: number }>(
    `SELECT o.*, g.ref AS "group" FROM snap.closed_threads o ${ofGroup} ORDER BY o.group_id, o.thread`,
  );
  for (const { group, thread, closed_at } of closed.iterate()) {
    yield { type: 'closed', group, thread, closedAt: formatTime(closed_at) };
  }
  const pins = client.prepare<[], { group: string; number: number; pinned_at: number }>(
    `SELECT o.*, g.ref AS "group" FROM snap.pins o ${ofGroup} ORDER BY o.group_id, o.number`,
  );
  for (const { group, number, pinned_at } of pins.iterate()) {
    yield { type: 'pin', group, number, pinnedAt: formatTime(pinned_at) };
  }
  const reports = client.prepare<[], ReportRow>(
    `SELECT o.*, g.ref AS "group", u.name AS user FROM snap.reports o ${ofGroup}
     LEFT JOIN snap.users u ON u.id = o.user_id ORDER BY o.id`,
  );
  for (const { group, number, user, reason, created_at, closed_at } of reports.iterate()) {
    yield {
      ...{ type: 'report', group, number, reason, createdAt: formatTime(created_at) },
      ...(user !== null && { user }),
      ...(closed_at !== null && { closedAt: formatTime(closed_at) }),
    };
  }
}
