import { cleanLine, cleanText } from '../clean.ts';
import type { BoardError, ErrorCode } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Header, Member, Notice, Result } from '../schemas.ts';
import { toSeconds } from '../time.ts';

// The longest list of names that a notice of presence spells out.
const presenceNames = 10;
const rule = '-'.repeat(40);

/** What to type next, where that helps a person. */
const hints: Partial<Record<ErrorCode, string>> = {
  METHOD_NOT_FOUND: 'Type %help for the commands.',
  NOT_LOGGED_IN: 'Type your name.',
  NAME_IN_USE: 'Please choose another.',
  NAME_INVALID: 'Please choose another.',
  GROUP_NOT_FOUND: 'Type %groups to see them.',
  ALREADY_MEMBER: 'Type %list or %grouplist to see its messages.',
  NOT_MEMBER: 'Join it first: %groupjoin <group>, or %join for main.',
  MESSAGE_NOT_FOUND: 'Type %list or %grouplist to see which there are.',
};

export function renderError(error: BoardError): string {
  const hint = hints[error.code];
  return `[ERROR] ${cleanLine(error.message)}${hint ? ` ${hint}` : ''}\n`;
}

export function info(text: string): string {
  return `[INFO] ${text}\n`;
}

export function success(text: string): string {
  return `[SUCCESS] ${text}\n`;
}

/** What follows a login: what has come since, and what to type next. */
export function renderWelcome({ user, memberships }: Result<'session.login'>): string {
  const unread = memberships
    .filter((membership) => membership.unread > 0)
    .map((membership) => info(`${membership.group}: ${unreadCount(membership.unread)}`));
  const next =
    memberships.length > 0
      ? 'Type %unread, %list or %grouplist <group> to read, %help for every command.'
      : 'Type %groups to see the groups, %join to join main, %help for every command.';
  return info(`Welcome ${user}`) + unread.join('') + info(next);
}

export function renderGroups({ groups }: Result<'group.list'>): string {
  const rows = groups.map((group) => [
    String(group.id),
    group.name,
    cleanLine(group.description),
    count(group.members, 'member'),
    count(group.messages, 'message'),
    group.joined ? `joined, ${unreadCount(group.unread)}` : 'not joined',
  ]);
  const widths = rows.reduce<number[]>(
    (most, row) => row.map((cell, column) => Math.max(most[column] ?? 0, cell.length)),
    [],
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join(' | ')
      .trimEnd(),
  );
  return ['--- Groups ---', ...lines, rule, ''].join('\n');
}

export function renderMembers(group: string, members: Member[]): string {
  const names = members.map(({ name, online }) => (online ? `${name} (online)` : name));
  return info(`Members of ${group} (${members.length}): ${names.join(', ')}`);
}

export function listStart(group: string): string {
  return `--- Group: ${group} History ---\n`;
}

export const listEnd = `${rule}\n`;

export function renderHeaders(messages: Header[]): string {
  return messages
    .map(
      ({ number, sender, postedAt, subject }) =>
        `ID: ${number} | Sender: ${sender} | Date: ${toSeconds(postedAt)} | Subject: ${cleanLine(subject)}\n`,
    )
    .join('');
}

export function renderList(group: string, messages: Header[]): string {
  return `${listStart(group)}${renderHeaders(messages) || '(no messages)\n'}${listEnd}`;
}

export function renderMessage(message: Result<'message.get'>): string {
  return [
    `--- Message ID: ${message.number} (Group: ${message.group}) ---`,
    `Sender: ${message.sender}`,
    `Date: ${toSeconds(message.postedAt)}`,
    `Subject: ${cleanLine(message.subject)}`,
    rule,
    cleanText(message.content),
    rule,
    '',
  ].join('\n');
}

/** A notice as one line; null for one that text has no words for. */
export function renderNotice({ method, params }: Notice): string | null {
  switch (method) {
    case 'message.posted': {
      const { number, sender, postedAt, subject } = params.message;
      return notify(
        params.group,
        `New message from ${sender} (ID: ${number}, Date: ${toSeconds(postedAt)}, Subject: ${cleanLine(subject)})`,
      );
    }
    case 'member.joined':
      return notify(params.group, `User ${params.user} joined the group.`);
    case 'member.left':
      return notify(params.group, `User ${params.user} left the group.`);
    case 'member.renamed':
      return notify(params.group, `User ${params.was} is now called ${params.user}.`);
    case 'presence.changed':
      return notify(
        params.group,
        [...presence('Online', params.online), ...presence('Offline', params.offline)].join(' '),
      );
    case 'group.changed':
      return params.was === params.group
        ? notify(params.group, `The description is now: ${cleanLine(params.description)}`)
        : notify(params.was, `The group is now called ${params.group}.`);
    case 'group.removed':
      return notify(params.group, 'The group was removed by the operator.');
    case 'messages.purged':
      return notify(
        params.group,
        params.first === params.last
          ? `Message ${params.first} was removed by the operator.`
          : `${count(params.count, 'message')} between ${params.first} and ${params.last} were removed by the operator.`,
      );
    case 'session.closing':
      return info(`${cleanLine(params.reason)} Goodbye.`);
    default:
      return null;
  }
}

/** `2 unread`; the most that is counted may be more. */
export function unreadCount(unread: number): string {
  return `${unread}${unread >= limits.unread ? '+' : ''} unread`;
}

/** `1 message`, `2 messages`. */
export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

function notify(group: string, text: string): string {
  return `[GROUP:${group}] [NOTIFY] ${text}\n`;
}

function presence(word: string, names: string[]): string[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, presenceNames).join(', ');
  const more = names.length - presenceNames;
  return [`${word}: ${shown}${more > 0 ? ` and ${more} more` : ''}.`];
}
