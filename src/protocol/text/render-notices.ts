import { cleanLine } from '../clean.ts';
import { isDirectName, userOfDirectName } from '../direct.ts';
import type { Notice } from '../schemas.ts';
import { announcedLine } from './log-line.ts';
import { count, info } from './render.ts';
import { mentionMark } from './render-messages.ts';
import { plainStyle, type Style } from './style.ts';

// A notice of presence names at most so many users.
const presenceNames = 10;

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
