import type { TextCommand, TextContext } from './command.ts';
import { firstVisible } from './first-visible.ts';
import { firstOf, info, plusAtLimit } from './render.ts';
import { renderMessage } from './render-messages.ts';

export const next: TextCommand = {
  words: ['%next'],
  form: '',
  topic: 'messages',
  summary: 'read the next message that is unread',
  details: [
    'The oldest first: through one thread, then through its group, then group by',
    'group. It is what you have not opened yet, also of what was announced. Your',
    'own messages are left out. In the client, Enter on an empty line does it.',
  ],
  async *run(args, { call, reading, style }) {
    args.end();
    const message = await reading.next(call);
    if (!message) {
      yield info('Nothing unread.', style);
      return;
    }
    const first = await firstVisible([message], message.groupId, call);
    yield renderMessage(message, style, first);
    reading.enter(message.groupId, message.thread);
    await reading.shown(call, message.groupId, message.number);
    yield await whatIsLeft({ call, reading, style });
  },
};

async function whatIsLeft({
  call,
  reading,
  style,
}: Pick<TextContext, 'call' | 'reading' | 'style'>): Promise<string> {
  const left = await reading.unread(call);
  if (left.length === 0) return info('That was the last one.', style);
  const total = left.reduce((sum, { unread }) => sum + unread, 0);
  const more = left.some(({ unread }) => plusAtLimit(unread) !== '') ? '+' : '';
  const groups = left.map(
    ({ name, unread }) => `${style.group(name)} ${unread}${plusAtLimit(unread)}`,
  );
  return info(`${total}${more} left: ${firstOf(groups, '%unread')}.`, style);
}
