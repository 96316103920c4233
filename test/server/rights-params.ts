import type { Access } from '../../src/protocol/rights.ts';
import { formatTime } from '../../src/protocol/time.ts';
import type { Act } from './rights-table.ts';

/** Users whom acts concern, and who do nothing themselves: a member and a moderator. */
const others = { other: 'meg', second: 'max', nobody: 'nobody' };
/** Those who post in the group first, in this order: message 1 is by olive, message 2 by meg, and so on. */
export const members = ['olive', 'meg', 'mike', 'uma', 'rob', 'sid', 'hugh', 'mona', 'max'];
export const byOwner = 1;
const [byOther, byMember] = [2, 3];
const missing = 99;
/** The messages on which an act has effect once: nobody else in the table concerns them. */
export const threads = { closed: 8, open: 2 };

/** The user of each column that an act can concern. */
const targets: Readonly<Record<string, string>> = {
  outsider: 'nora',
  invited: 'ingrid',
  barred: 'barry',
  unprotected: 'uma',
  lapsed: 'rob',
  silenced: 'sid',
  hushed: 'hugh',
  owner: 'olive',
  ...others,
};

/** What the params of an act depend on. */
export interface About {
  readonly group: string;
  readonly access: Access;
  readonly code: string;
  /** Who does the act; '' for the operator. */
  readonly self: string;
  /** A message of theirs, if they have posted. */
  readonly own: number | undefined;
  /** A text that no other act has. */
  readonly fresh: string;
}

export function hoursFromNow(hours: number): string {
  return formatTime((Date.now() + hours * 3_600_000) * 1000);
}

/** The params of an act: what its options say. */
export function paramsOf(
  { method, options }: Act,
  { group, access, code, self, own = byOther, fresh }: About,
): Record<string, unknown> {
  const has = (option: string) => options.includes(option);
  const target = options.find((option) => option.startsWith('@'))?.slice(1) ?? '';
  const user = target === '' ? {} : { user: target === 'self' ? self : targets[target] };
  const about = (usual: number) => {
    if (has('missing')) return missing;
    if (has('own')) return own;
    if (has('of-owner')) return byOwner;
    return usual;
  };
  // Another member's message, also for `second` and the authors of the table.
  const other = own === byOther ? byOwner : byOther;
  const role = options.find((option) => ['member', 'moderator', 'owner'].includes(option));
  const text = has('to-all') ? `@all ${fresh}` : fresh;
  switch (method) {
    case 'group.list':
      return {};
    case 'group.create':
      return { name: has('namesake') ? group : fresh, access: has('secret') ? 'secret' : 'open' };
    case 'group.join':
      return { group, ...(has('code') && { code }), ...(has('wrong') && { code: 'f'.repeat(24) }) };
    case 'group.edit':
      if (has('name')) return { group, name: fresh };
      if (has('taken')) return { group, name: 'general' };
      if (has('own-taken')) return { group, name: 'main' };
      if (has('access')) return { group, access: access === 'open' ? 'invite' : 'open' };
      if (has('posting')) return { group, posting: 'moderators' };
      if (has('replying')) return { group, replying: 'moderators' };
      return { group, [options[0] ?? '']: fresh };
    case 'group.invite':
      return { group, ...user };
    case 'invitation.list':
      return has('group') ? { group } : {};
    case 'group.silence':
      return { group, ...user, until: hoursFromNow(has('past') ? -1 : 1) };
    case 'group.setRole':
      return { group, ...user, role };
    case 'thread.close':
      return { group, thread: has('closed') ? threads.closed : about(threads.open) };
    case 'thread.reopen':
      return { group, thread: has('open') ? threads.open : threads.closed };
    case 'message.pin':
      return { group, number: has('pinned') ? byOwner : about(byOther) };
    case 'message.unpin':
      return { group, number: byOwner };
    case 'message.report':
      return { group, number: about(byMember), reason: 'spam' };
    case 'report.close':
      return { group, number: has('unreported') ? byOther : byOwner };
    case 'message.post': {
      const content = { group, content: text };
      if (!has('reply')) return { ...content, subject: 's' };
      return { ...content, replyTo: has('closed') ? threads.closed : about(byOwner) };
    }
    case 'message.edit':
      return { group, number: has('own') ? own : other, content: text };
    case 'message.delete':
      return { group, number: about(other) };
    case 'message.get':
    case 'message.history':
    case 'message.markRead':
      return { group, number: byOther };
    case 'message.search':
      return { query: `in:${group} by` };
    case 'group.restoreMarks':
      return { group, lastRead: 0, ranges: [] };
    case 'group.changes':
      return { group, after: 0 };
    case 'thread.get':
    case 'thread.mute':
    case 'thread.unmute':
      return { group, thread: byOther };
    case 'membership.set':
      return { group, notify: 'mentions' };
    default:
      return { group, ...user };
  }
}
