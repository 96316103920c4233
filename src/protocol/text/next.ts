import { BoardError } from '../errors.ts';
import type { FullMessage } from '../schemas.ts';
import type { TextCommand, TextContext } from './command.ts';
import { info, renderMessage } from './render.ts';
import { countAsSeen } from './seen.ts';

export const next: TextCommand = {
  words: ['%next'],
  form: '',
  topic: 'messages',
  summary: 'read the next message that is unread',
  details: [
    'The oldest first, group by group. It is what you have not opened yet, also of',
    'what was announced. Your own messages are left out. In the client, Enter on an',
    'empty line does the same.',
  ],
  async *run(args, context) {
    args.end();
    const message = await nextMessage(context);
    if (!message) {
      yield info('Nothing unread.', context.style);
      return;
    }
    const { groupId: group, number } = message;
    yield renderMessage(message, context.style);
    await countAsSeen(context.call, group, number);
    context.unread.read(message.groupId, number);
    yield await whatIsLeft(context);
  },
};

async function nextMessage(context: TextContext): Promise<FullMessage | undefined> {
  const { call, unread } = context;
  for (;;) {
    const next = await unread.next(context);
    if (!next) return undefined;
    const { group, number, message } = next;
    if (message) return message;
    try {
      return await call('message.get', { group, number });
    } catch (error) {
      if (!(error instanceof BoardError) || error.code !== 'MESSAGE_NOT_FOUND') throw error;
      // The message was deleted before it was read.
      unread.read(group, number);
    }
  }
}

async function whatIsLeft(context: TextContext): Promise<string> {
  const { style } = context;
  const left = await context.unread.left(context);
  if (left.length === 0) return info('That was the last one.', style);
  const total = left.reduce((sum, { count }) => sum + count, 0);
  const more = left.some(({ more }) => more) ? '+' : '';
  const groups = left.map(
    ({ group, count, more }) => `${style.group(group)} ${count}${more ? '+' : ''}`,
  );
  return info(`${total}${more} left: ${groups.join(', ')}.`, style);
}
