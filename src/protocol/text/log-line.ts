import { cleanLine } from '../clean.ts';
import type { LogLine } from '../schemas.ts';
import { plainStyle, type Style } from './style.ts';

/**
 * A new line of a log as a sentence without its full stop, for a notice. Null if another notice of the same act says it:
 * that of a new name or description.
 */
export function announcedLine(line: LogLine, style: Style = plainStyle): string | null {
  if (line.act === 'rename') return null;
  if (line.act !== 'edit') return describeLine(line, style);
  const details = (line.detail ?? '').split(', ').filter((each) => each !== 'description');
  return details.length === 0 ? null : describeLine({ ...line, detail: details.join(', ') }, style);
}

/** A line of a group's log as a sentence, such as `alice removed bob: spam`. */
export function describeLine(line: LogLine, style: Style = plainStyle): string {
  const { by, until, detail = '' } = line;
  const who = by === null ? 'The operator' : style.user(by);
  const user = line.user === undefined ? '' : style.user(line.user);
  const number = style.strong(String(line.number ?? ''));
  const why = detail === '' ? '' : `: ${cleanLine(detail)}`;
  const end = until === undefined ? '' : ` until ${style.date(until)}`;
  switch (line.act) {
    case 'create':
      return `${who} made the group`;
    case 'rename':
      return `${who} renamed the group${why}`;
    case 'edit':
      return `${who} changed the group${why}`;
    case 'invite':
      return `${who} invited ${user}`;
    case 'code':
      return `${who} made an invitation code${end}`;
    case 'revoke':
      return user === ''
        ? `${who} revoked the invitation codes`
        : `${who} revoked the invitation of ${user}`;
    case 'remove':
      return `${who} removed ${user}${why}`;
    case 'bar':
      return `${who} barred ${user}${why}`;
    case 'unbar':
      return `${who} lets ${user} join again${why}`;
    case 'silence':
      return `${who} silenced ${user}${end}${why}`;
    case 'unsilence':
      return `${who} lets ${user} write again${why}`;
    case 'role':
      return describeRole(line, user, who);
    case 'delete':
      return `${who} deleted message ${number}${why}`;
    case 'close':
      return `${who} closed thread ${number}`;
    case 'reopen':
      return `${who} reopened thread ${number}`;
    case 'pin':
      return `${who} pinned message ${number}`;
    case 'unpin':
      return `${who} unpinned message ${number}`;
  }
}

function describeRole({ by, detail }: LogLine, user: string, who: string): string {
  const what =
    detail === 'owner' ? 'the owner' : detail === 'moderator' ? 'a moderator' : 'a member';
  // Without an author, the board did it by its rules: see `settleOwner`.
  return by === null ? `${user} is ${what} now` : `${who} made ${user} ${what}`;
}
