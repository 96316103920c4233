import { BoardError } from '../../protocol/errors.ts';
import type { Result } from '../../protocol/schemas.ts';
import type { TextCommand, TextContext } from '../../protocol/text/command.ts';
import { info, renderMessage } from '../../protocol/text/render.ts';
import { countAsSeen } from '../../protocol/text/seen.ts';
import type { Unread } from '../unread.ts';

/** `%next`: goes through what is unread, message by message. */
export function nextCommand(unread: Unread): TextCommand {
  return {
    words: ['%next'],
    form: '',
    topic: 'messages',
    summary: 'read the next unread one, as Enter does',
    details: [
      'The oldest first, group by group. It is what you have not opened yet, also of',
      'what was announced. Your own messages are left out.',
    ],
    async *run(args, context) {
      args.end();
      const message = await nextMessage(unread, context);
      if (!message) {
        yield info('Nothing unread.', context.style);
        return;
      }
      const { groupId: group, number } = message;
      yield renderMessage(message, context.style);
      await countAsSeen(context.call, group, number);
      unread.read(message.groupId, number);
      yield await whatIsLeft(unread, context);
    },
  };
}

async function nextMessage(
  unread: Unread,
  { call }: TextContext,
): Promise<Result<'message.get'> | undefined> {
  for (;;) {
    const next = await unread.next(call);
    if (!next) return undefined;
    const { group, number, message } = next;
    if (message) return message;
    try {
      return await call('message.get', { group, number });
    } catch (error) {
      if (!(error instanceof BoardError) || error.code !== 'MESSAGE_NOT_FOUND') throw error;
      // It was removed before it was read.
      unread.read(group, number);
    }
  }
}

async function whatIsLeft(unread: Unread, { call, style }: TextContext): Promise<string> {
  const left = await unread.left(call);
  if (left.length === 0) return info('That was the last one.', style);
  const total = left.reduce((sum, { count }) => sum + count, 0);
  const more = left.some(({ more }) => more) ? '+' : '';
  const groups = left.map(
    ({ group, count, more }) => `${style.group(group)} ${count}${more ? '+' : ''}`,
  );
  return info(`${total}${more} left: ${groups.join(', ')}.`, style);
}
