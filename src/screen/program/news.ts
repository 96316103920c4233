import { isDirectName, userOfDirectName } from '../../protocol/direct.ts';
import type { Notice } from '../../protocol/schemas.ts';
import { renderNotice } from '../../protocol/text/render-notices.ts';
import type { Groups } from './groups.ts';

const tags = /^\[GROUP:[^\]]*\] \[NOTIFY\] /;

/** The sentence in the last row about a notice that concerns the user. Undefined for other notices. */
export function newsOf(notice: Notice, groups: Groups): string | undefined {
  const { method, params } = notice;
  switch (method) {
    case 'message.posted': {
      const { message, group, groupId } = params;
      if (!groups.isUnread(groupId, message)) return undefined;
      const { sender, number } = message;
      if (isDirectName(group)) return `${userOfDirectName(group)} wrote to you. a goes there.`;
      return groups.isMention(message)
        ? `${sender} mentions you in ${group}#${number}. a goes there.`
        : undefined;
    }
    case 'membership.ended':
    case 'group.removed':
    case 'group.invited':
    case 'message.reported':
      return (renderNotice(notice) ?? '')
        .trim()
        .replace(tags, '')
        .replace('the group', params.group)
        .replace('The group', params.group)
        .replaceAll('%', ':');
    case 'group.changed':
      return params.was === params.group
        ? undefined
        : `${params.was} is now called ${params.group}.`;
    default:
      return undefined;
  }
}
