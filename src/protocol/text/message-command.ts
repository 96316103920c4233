import { BoardError } from '../errors.ts';
import type { Call } from '../schemas.ts';
import { firstVisible } from './first-visible.ts';
import { groupCommand } from './group-command.ts';
import { renderMessage } from './render-messages.ts';

export const [groupMessage, message] = groupCommand(
  {
    named: '%groupmessage',
    short: '%message',
    form: '<number>',
    summary: 'read one message',
    details: [
      'It counts as read, and no other. "last" stands for the newest; a # before',
      'the number does no harm.',
    ],
    example: '7',
    takes: ['joined', 'number'],
  },
  async function* (group, args, { call, reading, style }) {
    const written = args.messageNumber('number');
    args.end();
    const number = await messageNumber(written, group, call);
    const found = await call('message.get', { group, number });
    yield renderMessage(found, style, await firstVisible([found], found.groupId, call));
    await reading.shown(call, found.groupId, number);
  },
);

/**
 * Resolves `last` to the number of the newest message. Returns any other number unchanged.
 * @throws BoardError `MESSAGE_NOT_FOUND` if there is no last message
 */
export async function messageNumber(
  written: number | 'last',
  group: string,
  call: Call,
): Promise<number> {
  if (written !== 'last') return written;
  const { messages, group: name } = await call('message.list', { group, limit: 1 });
  const [last] = messages;
  if (!last) throw new BoardError('MESSAGE_NOT_FOUND', `There is no message for you in ${name}.`);
  return last.number;
}
