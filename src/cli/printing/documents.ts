import type { NetworkBan } from '../../board/network-bans.ts';
import type {
  GroupDetails,
  GroupMember,
  MessageSpan,
  NextRemoval,
  UserDetails,
  UserMembership,
} from '../../board/ports/administration.ts';
import type { Invitation } from '../../board/ports/groups.ts';
import type {
  MemberRestriction,
  ModerationDetails,
  OpenReport,
  Restriction,
} from '../../board/ports/moderation.ts';
import type { ClaimedKey, StoredKey } from '../../board/types.ts';
import { toLogLine } from '../../board/view.ts';
import { formatTime } from '../../protocol/time.ts';

// What `--json` prints: the field names of docs/protocol.md, and times as RFC 3339.

export function groupDocument(group: GroupDetails) {
  const hasLostOwner = group.createdBy !== null && group.owner === null && group.kind === 'group';
  return { ...group, createdAt: formatTime(group.createdAt), hasLostOwner };
}

/** A line of a group's log, as the protocol sends it. */
export const lineDocument = toLogLine;

function invitationDocument({ createdAt, until, ...invitation }: Invitation) {
  return { ...invitation, until: optionalTime(until), createdAt: formatTime(createdAt) };
}

export function restrictionDocument<R extends Restriction>({ until, ...restriction }: R) {
  return { ...restriction, until: optionalTime(until) };
}

export function reportDocument({ createdAt, ...report }: OpenReport) {
  return { ...report, createdAt: formatTime(createdAt) };
}

export function moderationDocument({ restrictions, invitations, log, ...set }: ModerationDetails) {
  return {
    ...set,
    restrictions: restrictions.map(restrictionDocument<MemberRestriction>),
    invitations: invitations.map(invitationDocument),
    log: log.map(lineDocument),
  };
}

export function removalDocument({ upTo, at, ...removal }: NextRemoval) {
  return { ...removal, upTo: formatTime(upTo), at: optionalTime(at) };
}

export function memberDocument(member: GroupMember) {
  return { ...member, joinedAt: formatTime(member.joinedAt) };
}

export function userDocument(user: UserDetails) {
  return {
    ...user,
    createdAt: formatTime(user.createdAt),
    lastSeenAt: optionalTime(user.lastSeenAt),
    bannedAt: optionalTime(user.bannedAt),
  };
}

export function keyDocument(key: StoredKey | ClaimedKey) {
  const { id, fingerprint, type, comment, addedAt, lastUsedAt } = key;
  return {
    ...{ fingerprint, type, comment, addedAt: formatTime(addedAt) },
    lastUsedAt: optionalTime(lastUsedAt),
    confirmed: id !== null,
  };
}

export function networkBanDocument({ network, reason, createdAt, endsAt }: NetworkBan) {
  return { network, reason, createdAt: formatTime(createdAt), endsAt: optionalTime(endsAt) };
}

/** A time, or null. */
export function optionalTime(time: number | null): string | null {
  return time === null ? null : formatTime(time);
}

export function membershipDocument(membership: UserMembership) {
  return { ...membership, joinedAt: formatTime(membership.joinedAt) };
}

export function spanDocument({ group, count, first, last }: MessageSpan) {
  return { group: group.name, count, first: first || null, last: last || null };
}
