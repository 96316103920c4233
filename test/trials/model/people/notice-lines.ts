import type { Told } from './actor.ts';
import type { Any } from './rendering.ts';

/** A notice as a person is shown it. Undefined if it is only for programs. */
export function noticeLine({ method, params }: Told): string | undefined {
  const { group = '', message, user, number, by, reason, was, count, first, last } = params as Any;
  const place = group.startsWith('@') ? `DIRECT:${group.slice(1)}` : `GROUP:${group}`;
  const notify = (text: string) => `[${place}] [NOTIFY] ${text}`;
  switch (method) {
    case 'message.posted': {
      const { sender, subject, replyTo } = message;
      const text = `New message from ${sender} (ID: ${message.number}, Date: DATE, Subject: ${subject})`;
      return notify(`${text}${replyTo ? ` | Reply to: ${replyTo}` : ''}`);
    }
    case 'message.edited': {
      const what = `ID: ${message.number}, Subject: ${message.subject}`;
      return notify(`${message.sender} edited a message (${what})`);
    }
    case 'message.deleted':
      return notify(
        by === null
          ? `Message ${number} was removed by the operator.`
          : `Message ${number} was deleted by ${by}${reason ? `: ${reason}` : ''}.`,
      );
    case 'member.joined':
      return notify(`User ${user} joined the group.`);
    case 'member.left':
      return notify(`User ${user} left the group.`);
    case 'member.renamed':
      return notify(`User ${was} is now called ${user}.`);
    case 'group.changed':
      return was.startsWith('@')
        ? `[DIRECT:${was.slice(1)}] [NOTIFY] This conversation is now called ${group}.`
        : `[GROUP:${was}] [NOTIFY] The group is now called ${group}.`;
    case 'messages.purged':
      return notify(
        first === last
          ? `Message ${first} was removed by the operator.`
          : first === undefined
            ? `Messages up to ${last} were removed by the operator.`
            : `${count} message${count === 1 ? '' : 's'} between ${first} and ${last} were removed by the operator.`,
      );
  }
  return undefined;
}
