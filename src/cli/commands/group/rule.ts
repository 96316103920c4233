import type { GroupDetails, NextRemoval } from '../../../board/ports/administration.ts';
import { count } from '../../../protocol/text/render.ts';
import { formatTime, toSeconds } from '../../../protocol/time.ts';

/** The messages that a group keeps, as the end of a sentence: `the newest 1000 messages, for 90 days`. */
export function ruleText({
  keepMessages,
  keepDays,
}: Pick<GroupDetails, 'keepMessages' | 'keepDays'>): string {
  const age = keepDays === null ? '' : `for ${count(keepDays, 'day')}`;
  if (keepMessages === null) return age ? `every message ${age}` : 'every message';
  const newest = `the newest ${count(keepMessages, 'message')}`;
  return age ? `${newest}, ${age}` : newest;
}

/** Which messages the rule removes next, and when. */
export function removalText(next: NextRemoval): string {
  const { count: number, first, last, upTo, at, afterPosts } = next;
  const posted = toSeconds(formatTime(upTo));
  if (afterPosts === 0) {
    const numbers = first === last ? `number ${first}` : `numbers ${first} to ${last}`;
    return `${count(number, 'message')}, ${numbers}, posted up to ${posted}: now, by a server`;
  }
  const when = [
    ...(at === null ? [] : [`at ${toSeconds(formatTime(at))}`]),
    ...(afterPosts === null ? [] : [`after ${count(afterPosts, 'more message')}`]),
  ];
  return `number ${first}, posted ${posted}: ${when.join(' or ')}`;
}
