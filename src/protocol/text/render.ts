import { cleanLine, cleanText } from '../clean.ts';
import { isDirectName, userOfDirectName } from '../direct.ts';
import type { BoardError } from '../errors.ts';
import { hintFor } from '../hints.ts';
import { limits } from '../limits.ts';
import { isMentioned } from '../mentions.ts';
import type { Role } from '../rights.ts';
import type { FullMessage, Header, Member, Notice, Result } from '../schemas.ts';
import { announcedLine } from './log-line.ts';
import { plainStyle, type Style, type Tag } from './style.ts';
import { alignedRows } from './table.ts';

// A notice of presence names at most so many users.
const presenceNames = 10;
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
  { groups }: Result<'group.list'>,
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

export function listStart(group: string, style: Style): string {
  return frameStart(`Group: ${group} History`, style);
}

/** The line that begins a list. */
export function frameStart(title: string, style: Style): string {
  return `${style.line(style.frame(`--- ${title} ---`))}\n`;
}

export function listEnd(style: Style): string {
  return `${rule(style)}\n`;
}

/** @param first the first visible number of the group, if there are replies to messages that may be older */
export function renderHeaders(messages: readonly Header[], style: Style, first = 0): string {
  return messages.map((header) => `${style.line(headerLine(header, style, first))}\n`).join('');
}

/** The line of a list for a message that has just arrived. @param reader as in `renderNotice` */
export function renderArrivedHeader(header: Header, style: Style, reader: string): string {
  return `${style.line(`${headerLine(header, style)}${mentionMark(header, style, reader)}`)}\n`;
}

/** ` (mentions you)` if a message mentions the user who reads it. */
function mentionMark(message: Header, style: Style, reader: string | undefined): string {
  if (reader === undefined || message.sender === reader || !isMentioned(message, reader)) return '';
  return ` ${style.strong('(mentions you)')}`;
}

function headerLine(header: Header, style: Style, first = 0): string {
  const { number, sender, postedAt, subject, replyTo, editedAt } = header;
  return style.entry({
    number: style.strong(String(number)),
    sender: style.user(sender),
    date: style.date(postedAt),
    subject: style.strong(cleanLine(subject)),
    notes: [
      ...(replyTo === undefined ? [] : [replyNote(replyTo, first)]),
      ...(editedAt === undefined ? [] : ['Edited']),
    ],
  });
}

function replyNote(replyTo: number, first: number): string {
  return replyTo < first ? `↩ ${replyTo} (you cannot see it)` : `Reply to: ${replyTo}`;
}

/** Threads, one a line. */
export function renderThreads(threads: Result<'thread.list'>['threads'], style: Style): string {
  const lines = threads.map(({ thread, subject, startedBy, replies, unread, ...last }) => {
    const entry = style.thread({
      number: style.strong(String(thread)),
      startedBy: startedBy === undefined ? undefined : style.user(startedBy),
      lastNumber: last.lastNumber,
      lastDate: style.date(last.lastPostedAt),
      replies: `${replies}${plusAtLimit(replies)}`,
      unread: unread > 0 ? `${unread}${plusAtLimit(unread)}` : undefined,
      subject: style.strong(cleanLine(subject)),
    });
    return `${style.line(entry)}\n`;
  });
  return lines.join('');
}

export function searchStart(query: string, style: Style): string {
  return `${style.line(style.frame(`--- Search: ${cleanLine(query)} ---`))}\n`;
}

export function searchEnd(style: Style): string {
  return listEnd(style);
}

/** Headers of several groups, each with its group. @param firsts the first visible numbers of the groups */
export function renderFound(
  messages: readonly (Header & { group: string; groupId: number })[],
  firsts: ReadonlyMap<number, number>,
  style: Style,
): string {
  const lines = messages.map((found) =>
    style.line(
      `Group: ${style.group(found.group)} | ${headerLine(found, style, firsts.get(found.groupId))}`,
    ),
  );
  return lines.map((line) => `${line}\n`).join('');
}

/** @param what what the list shows of the group */
export function renderList(
  group: string,
  messages: Header[],
  style: Style,
  what = 'History',
): string {
  const lines = renderHeaders(messages, style) || '(no messages)\n';
  return `${frameStart(`Group: ${group} ${what}`, style)}${lines}${listEnd(style)}`;
}

/** @param first as in `renderHeaders` */
export function renderMessage(message: FullMessage, style: Style, first = 0): string {
  const { number, group, sender, postedAt, subject, content, replyTo, editedAt } = message;
  return [
    style.line(style.frame(`--- Message ID: ${number} (Group: ${group}) ---`)),
    style.line(`Sender: ${style.user(sender)}`),
    `Date: ${style.date(postedAt)}`,
    style.line(`Subject: ${style.strong(cleanLine(subject))}`),
    ...(replyTo === undefined ? [] : [replyNote(replyTo, first)]),
    ...(editedAt === undefined ? [] : [`Edited: ${style.date(editedAt)}`]),
    rule(style),
    style.content(cleanText(content)),
    rule(style),
    '',
  ].join('\n');
}

/** Texts of a message, each with its date. */
export function renderHistory(
  { group, number, revisions }: Result<'message.history'>,
  style: Style,
): string {
  const entry = ({ revision, writtenAt, subject, content }: (typeof revisions)[number]) => [
    style.line(
      style.frame(`--- Message ID: ${number} (Group: ${group}), ${written(revision)} ---`),
    ),
    `Date: ${style.date(writtenAt)}`,
    style.line(`Subject: ${style.strong(cleanLine(subject))}`),
    rule(style),
    style.content(cleanText(content)),
    rule(style),
  ];
  return revisions.map((revision) => `${entry(revision).join('\n')}\n`).join('');
}

function written(revision: number): string {
  return revision === 0 ? 'as posted' : `edit ${revision}`;
}

function rule(style: Style): string {
  return style.frame('-'.repeat(Math.min(ruleLength, style.columns)));
}

type Purged = Extract<Notice, { method: 'messages.purged' }>['params'];

/**
 * A notice as one line. Null for a notice that is only for programs.
 * @param reader the name of the user who reads it, so that a message that mentions the user is marked
 */
export function renderNotice(
  { method, params }: Notice,
  style: Style = plainStyle,
  reader?: string,
): string | null {
  switch (method) {
    case 'message.posted': {
      const { number, sender, postedAt, subject, replyTo } = params.message;
      const header = [
        `ID: ${style.strong(String(number))}`,
        `Date: ${style.date(postedAt)}`,
        `Subject: ${style.strong(cleanLine(subject))}`,
      ];
      const text = `New message from ${style.user(sender)} (${header.join(', ')})`;
      const reply = replyTo === undefined ? '' : ` | Reply to: ${replyTo}`;
      const mark = mentionMark(params.message, style, reader);
      return notify(params.group, `${text}${reply}${mark}`, style);
    }
    case 'message.edited': {
      const { number, sender, subject } = params.message;
      const what = `ID: ${style.strong(String(number))}, Subject: ${style.strong(cleanLine(subject))}`;
      return notify(params.group, `${style.user(sender)} edited a message (${what})`, style);
    }
    case 'message.deleted': {
      const { group, number, by, reason } = params;
      const how = by === null ? 'removed by the operator' : `deleted by ${style.user(by)}`;
      const why = reason === undefined ? '' : `: ${cleanLine(reason)}`;
      return notify(group, `Message ${style.strong(String(number))} was ${how}${why}.`, style);
    }
    case 'member.joined':
      return notify(params.group, `User ${style.user(params.user)} joined the group.`, style);
    case 'member.left':
      return notify(params.group, `User ${style.user(params.user)} left the group.`, style);
    case 'member.renamed':
      return notify(
        params.group,
        `User ${style.user(params.was)} is now called ${style.user(params.user)}.`,
        style,
      );
    case 'presence.changed': {
      const { online, offline, moreOnline = 0, moreOffline = 0 } = params;
      const parts = [
        ...presence('Online', online, moreOnline, style),
        ...presence('Offline', offline, moreOffline, style),
      ];
      return notify(params.group, parts.join(' '), style);
    }
    case 'group.logged': {
      const text = announcedLine(params.line, style);
      return text === null ? null : notify(params.group, `${text}.`, style);
    }
    case 'membership.ended': {
      const by = params.by === null ? 'the operator' : style.user(params.by);
      const how = params.act === 'bar' ? 'barred' : 'removed';
      const why = params.reason === undefined ? '' : `: ${cleanLine(params.reason)}`;
      return notify(params.group, `You were ${how} from the group by ${by}${why}.`, style);
    }
    case 'group.invited': {
      const by = params.by === null ? 'the operator' : style.user(params.by);
      const what = params.description === '' ? '' : ` (${cleanLine(params.description)})`;
      const how = `Type %join ${params.group} to join it.`;
      return notify(params.group, `You were invited by ${by}${what}. ${how}`, style);
    }
    case 'message.reported': {
      const { user, number, reason } = params;
      const what = `message ${style.strong(String(number))}: ${cleanLine(reason)}`;
      const how = `Type %reports ${params.group} for what is open.`;
      return notify(params.group, `${style.user(user)} reported ${what}. ${how}`, style);
    }
    case 'group.changed':
      return renderChange(params, style);
    case 'group.removed':
      return notify(
        params.group,
        `The group was removed by ${params.by === undefined ? 'the operator' : style.user(params.by)}.`,
        style,
      );
    case 'messages.purged':
      return notify(params.group, `${purged(params)} removed by the operator.`, style);
    case 'session.closing':
      return info(`${cleanLine(params.reason)} Goodbye.`, style);
    case 'membership.changed':
    case 'mutes.changed':
    case 'groups.changed':
    case 'marks.changed':
    case 'direct.opened':
      return null;
  }
}

type Changed = Extract<Notice, { method: 'group.changed' }>['params'];

/** A new name or description. What else has changed is in the line of the log. */
function renderChange(changed: Changed, style: Style): string | null {
  const { group, was, description, by, changed: fields = ['description'] } = changed;
  if (was !== group) {
    const what = isDirectName(group) ? 'This conversation' : 'The group';
    const renamed =
      by === undefined
        ? `${what} is now called ${style.group(group)}.`
        : `${style.user(by)} renamed the group: it is now called ${style.group(group)}.`;
    return notify(was, renamed, style);
  }
  if (!fields.includes('description')) return null;
  const author = by === undefined ? '' : ` (by ${style.user(by)})`;
  return notify(group, `The description is now: ${cleanLine(description)}${author}`, style);
}

function purged({ count: number, first, last }: Purged): string {
  if (first === last) return `Message ${first} was`;
  if (first === undefined || number === undefined) return `Messages up to ${last} were`;
  return `${count(number, 'message')} between ${first} and ${last} were`;
}

/** What happened in a group, several notices in one line. */
export function renderGathered(group: string, text: string, style: Style): string {
  return notify(group, text, style);
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

function notify(group: string, text: string, style: Style): string {
  const place = isDirectName(group)
    ? `DIRECT:${style.user(userOfDirectName(group))}`
    : `GROUP:${style.group(group)}`;
  return `${style.line(`[${place}] ${style.tag('[NOTIFY]')} ${text}`)}\n`;
}

/** @param unnamed how many users there are beside `names` */
function presence(word: string, names: string[], unnamed: number, style: Style): string[] {
  if (names.length === 0) return unnamed > 0 ? [`${word}: ${unnamed} more.`] : [];
  const shown = names.slice(0, presenceNames).map((name) => style.user(name));
  const more = names.length - shown.length + unnamed;
  return [`${word}: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`];
}
