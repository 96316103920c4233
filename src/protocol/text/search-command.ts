import { limits } from '../limits.ts';
import type { Result } from '../schemas.ts';
import type { TextCommand } from './command.ts';
import { firstVisibleIn } from './first-visible.ts';
import { info } from './render.ts';
import { renderFound, searchEnd, searchStart } from './render-messages.ts';

export const search: TextCommand = {
  words: ['%search'],
  form: '<query>',
  topic: 'messages',
  summary: 'find messages in all your groups',
  details: [
    'Words, all of which a message has; "a phrase"; begin* for words that begin',
    'so; -word for messages without it. These narrow the search:',
    'from:dave  in:news  thread:17 (with in:)  is:unread  is:mention',
    'after:2026-11-22  before:7d (a day, a time in UTC, or an age: m, h, d, w)',
    `The newest ${limits.searchDefault} are shown. They stay unread.`,
  ],
  example: 'lunch from:dave after:7d',
  takes: ['query'],
  async *run(args, { call, style }) {
    const query = args.remainder('query').trim();
    const found = await call('message.search', { query });
    yield searchStart(query, style);
    const firsts = await firstVisibleIn(found.messages, call);
    yield renderFound(found.messages, firsts, style) || '(no messages)\n';
    yield searchEnd(style);
    for (const line of searchingEnded(query, found, '%search ')) yield info(line, style);
  },
};

/**
 * Sentences about what a page of a search does not show.
 * @param command goes before the query that goes on
 */
export function searchingEnded(
  query: string,
  { next, indexing = false }: Pick<Result<'message.search'>, 'next' | 'indexing'>,
  command = '',
): string[] {
  const lines: string[] = [];
  if (next !== undefined) {
    const bare = query.replace(/(^|\s)before:\S+/i, '').trim();
    lines.push(`There may be more: search for ${command}${bare} before:${next}`);
  }
  if (indexing) {
    lines.push('Older messages are still being indexed and were not searched: try again later.');
  }
  return lines;
}
