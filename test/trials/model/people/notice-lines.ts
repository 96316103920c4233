import type { Notice, Result } from '../../../../src/protocol/schemas.ts';
import type { Told } from './actor.ts';

type Line = Result<'group.log'>['lines'][number];

/** A notice as a person is shown it. Undefined if it is only for programs. */
export function noticeLine(told: Told): string | undefined {
  const { method, params } = told as unknown as Notice;
  const { group = '' } = params as { group?: string };
  const place = group.startsWith('@') ? `DIRECT:${group.slice(1)}` : `GROUP:${group}`;
  const notify = (text: string) => `[${place}] [NOTIFY] ${text}`;
  switch (method) {
    case 'message.posted': {
      const { number, sender, subject, replyTo } = params.message;
      const text = `New message from ${sender} (ID: ${number}, Date: DATE, Subject: ${subject})`;
      return notify(`${text}${replyTo ? ` | Reply to: ${replyTo}` : ''}`);
    }
    case 'message.edited': {
      const { number, sender, subject } = params.message;
      return notify(`${sender} edited a message (ID: ${number}, Subject: ${subject})`);
    }
    case 'message.deleted': {
      const { by, number, reason } = params;
      return notify(
        by === null
          ? `Message ${number} was removed by the operator.`
          : `Message ${number} was deleted by ${by}${reason ? `: ${reason}` : ''}.`,
      );
    }
    case 'member.joined':
      return notify(`User ${params.user} joined the group.`);
    case 'member.left':
      return notify(`User ${params.user} left the group.`);
    case 'member.renamed':
      return notify(`User ${params.was} is now called ${params.user}.`);
    case 'group.changed': {
      const { was, by, description, changed = ['description'] } = params;
      if (was.startsWith('@')) {
        return `[DIRECT:${was.slice(1)}] [NOTIFY] This conversation is now called ${group}.`;
      }
      if (was !== group) {
        const how = by === undefined ? 'The group is' : `${by} renamed the group: it is`;
        return `[GROUP:${was}] [NOTIFY] ${how} now called ${group}.`;
      }
      if (!changed.includes('description')) return undefined;
      return notify(
        `The description is now: ${description}${by === undefined ? '' : ` (by ${by})`}`,
      );
    }
    case 'group.removed':
      return notify(`The group was removed by ${params.by ?? 'the operator'}.`);
    case 'group.logged': {
      const text = announced(params.line);
      return text && notify(`${text}.`);
    }
    case 'membership.ended': {
      const { act, by, reason } = params;
      const how = act === 'bar' ? 'barred' : 'removed';
      const why = reason === undefined ? '' : `: ${reason}`;
      return notify(`You were ${how} from the group by ${by ?? 'the operator'}${why}.`);
    }
    case 'group.invited': {
      const { by, description } = params;
      const what = description === '' ? '' : ` (${description})`;
      const how = `Type %join ${group} to join it.`;
      return notify(`You were invited by ${by ?? 'the operator'}${what}. ${how}`);
    }
    case 'message.reported': {
      const { user, number, reason } = params;
      const how = `Type %reports ${group} for what is open.`;
      return notify(`${user} reported message ${number}: ${reason}. ${how}`);
    }
    case 'messages.purged': {
      const { count, first, last } = params;
      return notify(
        first === last
          ? `Message ${first} was removed by the operator.`
          : first === undefined
            ? `Messages up to ${last} were removed by the operator.`
            : `${count} message${count === 1 ? '' : 's'} between ${first} and ${last} were removed by the operator.`,
      );
    }
  }
  return undefined;
}

/** A line of a log as it is announced. Undefined if another notice of the act says it. */
function announced(line: Line): string | undefined {
  if (line.act === 'rename') return undefined;
  if (line.act !== 'edit') return logLine(line);
  const details = (line.detail ?? '').split(', ').filter((each) => each !== 'description');
  return details.length === 0 ? undefined : logLine({ ...line, detail: details.join(', ') });
}

/** A line of a log as a person is shown it. */
export function logLine({ act, by, user, number, until, detail }: Line): string {
  const who = by ?? 'The operator';
  const why = detail === undefined ? '' : `: ${detail}`;
  const end = until === undefined ? '' : ' until DATE';
  const role = detail === 'member' || detail === 'moderator' ? `a ${detail}` : `the ${detail}`;
  const sentences: Record<string, string> = {
    create: `${who} made the group`,
    rename: `${who} renamed the group${why}`,
    edit: `${who} changed the group${why}`,
    invite: `${who} invited ${user}`,
    code: `${who} made an invitation code${end}`,
    revoke:
      user === undefined
        ? `${who} revoked the invitation codes`
        : `${who} revoked the invitation of ${user}`,
    remove: `${who} removed ${user}${why}`,
    bar: `${who} barred ${user}${why}`,
    unbar: `${who} lets ${user} join again${why}`,
    silence: `${who} silenced ${user}${end}${why}`,
    unsilence: `${who} lets ${user} write again${why}`,
    role: by === null ? `${user} is ${role} now` : `${who} made ${user} ${role}`,
    delete: `${who} deleted message ${number}${why}`,
    close: `${who} closed thread ${number}`,
    reopen: `${who} reopened thread ${number}`,
    pin: `${who} pinned message ${number}`,
    unpin: `${who} unpinned message ${number}`,
  };
  return sentences[act] ?? act;
}
