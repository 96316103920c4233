import { cleanLine, cleanText } from '../../clean.ts';
import type { Access, Role } from '../../rights.ts';
import type { Header, Result } from '../../schemas.ts';
import { describeLine } from '../log-line.ts';
import { count, frameStart, info, listEnd, namesShown } from '../render.ts';
import { renderList } from '../render-messages.ts';
import type { Style } from '../style.ts';
import { piecesOf } from '../table.ts';

const joining: Record<Access, string> = {
  open: 'open, anybody can join',
  invite: 'invite, only those who are invited can join',
  secret: 'secret, only its members and those who are invited know of it',
};

/** What `group.show` says, for people. */
export function renderAbout(group: Result<'group.show'>, style: Style): string {
  const { description, about, access, posting, replying, owner, moderators } = group;
  const names = (users: readonly string[]) => users.map((name) => style.user(name)).join(', ');
  const lines = [
    ...(description === '' ? [] : [cleanLine(description)]),
    `Access: ${joining[access]}`,
    `Threads by: ${posting} | Replies by: ${replying}`,
    ...(owner === undefined ? [] : [`Owner: ${style.user(owner)}`]),
    ...(moderators.length === 0 ? [] : [`Moderators: ${names(moderators)}`]),
    `Members: ${group.members} | You: ${whatYouAre(group, style)}`,
  ];
  const text = about === '' ? '' : `${listEnd(style)}${style.content(cleanText(about))}\n`;
  return [
    frameStart(`Group: ${group.group}`, style),
    ...lines.map((line) => `${style.line(line)}\n`),
    text,
    listEnd(style),
  ].join('');
}

function whatYouAre(
  { joined, invited, role, silencedUntil, group }: Result<'group.show'>,
  style: Style,
): string {
  if (invited && !joined) return `invited, type %join ${group}`;
  if (!joined) return 'not a member';
  const end = silencedUntil === undefined ? '' : `, silenced until ${style.date(silencedUntil)}`;
  return `${role}${end}`;
}

/** The messages that are pinned, as a list. */
export function renderPins({ group, pins }: Result<'group.show'>, style: Style): string {
  return renderList(group, pins, style, 'Pins');
}

/** One line for each pinned message, for who comes into a group. */
export function renderPinned(pins: readonly Header[], style: Style): string {
  return pins
    .map(({ number, sender, subject }) => {
      const what = `${style.strong(String(number))}, ${style.user(sender)}`;
      return info(`Pinned: ${what}: ${cleanLine(subject)}`, style);
    })
    .join('');
}

type Received = NonNullable<Result<'invitation.list'>['received']>[number];

/** The invitations of the user, one a line. */
export function renderReceived(received: readonly Received[], style: Style): string {
  return received
    .map(({ group, description, by }) => {
      const who = by === null ? 'the operator' : style.user(by);
      const what = description === '' ? '' : ` (${cleanLine(description)})`;
      const how = `Type %join ${group} to join.`;
      return info(`${style.group(group)}${what}: invited by ${who}. ${how}`, style);
    })
    .join('');
}

type Open = NonNullable<Result<'invitation.list'>['invitations']>[number];

/** The open invitations of a group, one a line. */
export function renderInvitations(open: readonly Open[], style: Style): string {
  return open
    .map(({ user, by, uses, until, createdAt }) => {
      const whose = user === undefined ? `A code for ${usesLeft(uses)}` : style.user(user);
      const who = by === null ? 'the operator' : style.user(by);
      const end = until === undefined ? '' : `, until ${style.date(until)}`;
      return info(`${whose}: by ${who}, ${style.date(createdAt)}${end}`, style);
    })
    .join('');
}

function usesLeft(uses: number | undefined): string {
  return uses === undefined ? 'any number of users' : count(uses, 'user');
}

/** The open reports of a group, one a line, and what to do about them, in pieces. */
export function* renderReports(
  { group, reports }: Result<'report.list'>,
  style: Style,
): Generator<string, void> {
  if (reports.length === 0) {
    yield info(`${style.group(group)} has no open report.`, style);
    return;
  }
  yield frameStart(`Group: ${group} Reports`, style);
  const lineOf = ({ number, user, reason, createdAt }: (typeof reports)[number]) => {
    const what = `ID: ${style.strong(String(number))} | Reported by: ${style.user(user)}`;
    const line = `${what} | Date: ${style.date(createdAt)} | Reason: ${cleanLine(reason)}`;
    return `${style.line(line)}\n`;
  };
  for (const piece of piecesOf(reports, namesShown)) yield piece.map(lineOf).join('');
  const how = `Read with %groupmessage ${group} <number>, delete with %groupdelete, or %groupclosereport.`;
  yield listEnd(style) + info(how, style);
}

/** A page of a group's log, the oldest line first. */
export function renderLog({ group, lines }: Result<'group.log'>, style: Style): string {
  const shown = lines.toReversed().map((line) => {
    return `${style.line(`${style.date(line.at)} | ${describeLine(line, style)}`)}\n`;
  });
  return (
    frameStart(`Group: ${group} Log`, style) + (shown.join('') || '(no lines)\n') + listEnd(style)
  );
}

/** `owner` and `moderator` by name, for lists of members. */
export function rolesByName({
  owner,
  moderators,
}: Pick<Result<'group.show'>, 'owner' | 'moderators'>): ReadonlyMap<string, Role> {
  const roles = new Map<string, Role>(moderators.map((name) => [name, 'moderator']));
  if (owner !== undefined) roles.set(owner, 'owner');
  return roles;
}
