import { cleanLine } from '../clean.ts';
import type { BoardError } from '../errors.ts';
import { hintFor } from '../hints.ts';
import { limits } from '../limits.ts';
import type { Role } from '../rights.ts';
import type { Member, Result } from '../schemas.ts';
import { plainStyle, type Style, type Tag } from './style.ts';
import { alignedRows } from './table.ts';

// Members that `%users` names unless all are asked for.
export const membersShown = 50;

// Groups and users that a line names at most, and lines of unread groups after a login.
export const namesShown = 50;

const ruleLength = 40;

// The one column of the groups' table that may be cut.
const descriptionColumn = 2;

export function renderError(failure: BoardError, style: Style = plainStyle): string {
  const hint = hintFor(failure, 'typing');
  return error(`${cleanLine(failure.message)}${hint ? ` ${hint}` : ''}`, style);
}

export function error(text: string, style: Style = plainStyle): string {
  return tagged('[ERROR]', text, style);
}

export function info(text: string, style: Style = plainStyle): string {
  return tagged('[INFO]', text, style);
}

export function success(text: string, style: Style = plainStyle): string {
  return tagged('[SUCCESS]', text, style);
}

function tagged(tag: Tag, text: string, style: Style): string {
  return `${style.line(`${style.tag(tag)} ${text}`)}\n`;
}

const cannotWrite =
  'The board cannot write to its disk just now: you can read, and try again later to post.';

/** Printed after a login: what is unread, open invitations and, for moderators, open reports, and what to type next. */
export function renderWelcome(session: Result<'session.login'>, style: Style = plainStyle): string {
  const { user, memberships, readOnly = false } = session;
  const withUnread = memberships.filter((membership) => membership.unread > 0);
  const unread = withUnread
    .slice(0, namesShown)
    .map((membership) => info(`${style.group(membership.group)}: ${unreadOf(membership)}`, style));
  const more = withUnread.length - namesShown;
  if (more > 0) unread.push(info(`And in ${more} more groups: type %unread.`, style));
  const reading =
    unread.length > 0
      ? 'Type %next to read the oldest of them'
      : 'Type %list or %grouplist <group> to see what was posted';
  const next =
    memberships.length > 0
      ? `${reading}, %help for every command.`
      : 'Type %groups to see the groups, %join to join main, %help for every command.';
  const warning = readOnly ? info(cannotWrite, style) : '';
  const news = warning + unread.join('') + invitedTo(session, style) + reported(session, style);
  return info(`Welcome ${style.user(user)}`, style) + news + info(next, style);
}

function invitedTo({ invitations = [] }: Result<'session.login'>, style: Style): string {
  if (invitations.length === 0) return '';
  const groups = invitations.map(({ group }) => style.group(group)).join(', ');
  return info(`You are invited to ${groups}. Type %invitations for more.`, style);
}

function reported({ reports = [] }: Result<'session.login'>, style: Style): string {
  if (reports.length === 0) return '';
  const groups = reports.map(({ group, open }) => `${style.group(group)} (${open})`).join(', ');
  return info(`Open reports: ${groups}. Type %reports <group> to see them.`, style);
}

/** A table of groups, in pieces. Some pieces are empty. */
export function* renderGroups(
  { groups, more }: Result<'group.list'>,
  style: Style,
): Generator<string, void> {
  const cellsOf = (group: (typeof groups)[number]) => [
    String(group.id),
    group.name,
    cleanLine(group.description),
    count(group.members, 'member'),
    count(group.messages, 'message'),
    standing(group),
  ];
  yield '--- Groups ---\n';
  const layout = { cellsOf, columns: style.columns, cuttable: descriptionColumn };
  for (const rows of alignedRows(groups, layout)) {
    yield rows.map((row) => `${style.line(row)}\n`).join('');
  }
  if (more) yield info('There are more groups. %groupjoin takes the name of any.', style);
  yield listEnd(style);
}

/** `joined, 2 unread`, and what sets the group apart from an open one, or its user from others: `owner`, `secret`. */
function standing(group: Result<'group.list'>['groups'][number]): string {
  const { joined, unread, role, invited, access, posting } = group;
  const parts = [
    joined ? `joined, ${unreadCount(unread)}` : invited ? 'invited' : 'not joined',
    ...(role === 'member' ? [] : [role]),
    ...(access === 'open' ? [] : [access === 'invite' ? 'by invitation' : access]),
    ...(posting === 'members' ? [] : ['announcements']),
  ];
  return parts.join(', ');
}

/**
 * The members of a group. If `members` is only a part of all, it ends with a hint to type `all`.
 * @param all the command that shows all members
 */
export function renderMembers(
  { group, members, total }: { group: string } & Pick<Result<'group.members'>, 'members' | 'total'>,
  all: string,
  style: Style,
  roles: Roles = new Map(),
): string {
  const more = total - Math.min(members.length, membersShown);
  const names = renderNames(members.slice(0, membersShown), style, roles);
  const rest = more > 0 ? ` and ${more} more: type ${all}` : '';
  return info(`Members of ${style.group(group)} (${total}): ${names}${rest}`, style);
}

/** The names of those who have a role in a group, each with the role. */
export type Roles = ReadonlyMap<string, Role>;

export function renderNames(
  members: readonly Member[],
  style: Style,
  roles: Roles = new Map(),
): string {
  const names = members.map(({ name, online }) => {
    const role = roles.get(name);
    const notes = [...(role === undefined ? [] : [role]), ...(online ? ['online'] : [])];
    return `${style.user(name)}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`;
  });
  return names.join(', ');
}

/** The line that begins a list. */
export function frameStart(title: string, style: Style): string {
  return `${style.line(style.frame(`--- ${title} ---`))}\n`;
}

export function listEnd(style: Style): string {
  return `${rule(style)}\n`;
}

export function rule(style: Style): string {
  return style.frame('-'.repeat(Math.min(ruleLength, style.columns)));
}

/**
 * The first names of a list, and how many more there are.
 * @param all the command that shows all of them, if there is one
 */
export function firstOf(names: readonly string[], all?: string): string {
  const more = names.length - namesShown;
  if (more <= 0) return names.join(', ');
  const hint = all === undefined ? '' : ` (${all} shows all)`;
  return `${names.slice(0, namesShown).join(', ')} and ${more} more${hint}`;
}

/** `2 unread`, or `1000+ unread` at the limit of the count. */
export function unreadCount(unread: number): string {
  return `${unread}${plusAtLimit(unread)} unread`;
}

/** `3 unread, 1 mentions you` */
export function unreadOf({ unread, mentions }: { unread: number; mentions: number }): string {
  if (mentions === 0) return unreadCount(unread);
  const verb = mentions === 1 ? 'mentions' : 'mention';
  return `${unreadCount(unread)}, ${mentions}${plusAtLimit(mentions)} ${verb} you`;
}

/** A plus sign for a count of unread messages at its limit. */
export function plusAtLimit(unread: number): string {
  return unread >= limits.unread ? '+' : '';
}

/** `1 message`, `2 messages`. */
export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
