import { isDirectName } from '../direct.ts';
import { BoardError, boardError } from '../errors.ts';
import { parseMessageNumber } from '../message-number.ts';
import type { Arguments } from './arguments.ts';
import type { TextCommand, TextContext } from './command.ts';
import { mainGroup } from './group-command.ts';
import { messageNumber } from './message-command.ts';
import { renderPinned } from './moderation/render.ts';
import { groupOfPlace, type Place, placeName } from './place.ts';
import { info, unreadCount } from './render.ts';

/** One level up: from a thread to its group, from a group to nowhere. */
const up = '..';

export const go: TextCommand = {
  words: ['%go'],
  form: '[group] [number]',
  topic: 'more',
  summary: 'be in a group, a thread, a talk',
  details: [
    'There a line without % is posted, and the short commands mean that place:',
    '  %go news     a group; %go @dave for a direct conversation',
    '  %go 17       the thread of message 17 of the group; %go news 17 in another',
    '  %go ..       from a thread to its group, from a group to nowhere',
    '  %go          says where you are',
    'A line that begins with %% or // is posted with one sign less.',
  ],
  example: 'news',
  takes: ['place', 'number'],
  async *run(args, context) {
    if (args.empty) {
      yield await whereabouts(context);
      return;
    }
    const place = await destination(args, context);
    context.place = place;
    if (place) context.reading.enter(place.group, place.thread);
    yield place ? await arrived(place, context) : info('You are in no place now.', context.style);
    if (place && place.thread === undefined) yield await pinned(place, context);
  },
};

/** @throws BoardError if the place does not exist, or the user is not a member */
async function destination(args: Arguments, context: TextContext): Promise<Place | undefined> {
  const { place, call } = context;
  const word = args.quoted('group');
  if (word === up) {
    args.end();
    return place?.thread === undefined ? undefined : groupOfPlace(place);
  }
  const number = parseMessageNumber(word);
  if (typeof number === 'number') {
    args.end();
    const group = place ? String(place.group) : mainGroup;
    return threadPlace(group, number, context);
  }
  if (args.empty) return groupPlace(word, context);
  const written = args.messageNumber('number');
  args.end();
  const { group } = await groupPlace(word, context);
  return threadPlace(String(group), await messageNumber(written, String(group), call), context);
}

async function groupPlace(word: string, { call }: TextContext): Promise<Place> {
  // A conversation begins when one of the two users first goes there or writes.
  if (isDirectName(word)) {
    const { groupId: group, group: name } = await call('direct.open', { user: word });
    return { group, name };
  }
  const { groupId: group, group: name } = await call('message.list', { group: word, limit: 1 });
  return { group, name };
}

async function threadPlace(ref: string, number: number, { call }: TextContext): Promise<Place> {
  const page = await call('thread.get', { group: ref, thread: number, limit: 1 });
  if (page.messages.length === 0) throw boardError('MESSAGE_NOT_FOUND', page.group, number);
  return { group: page.groupId, name: page.group, thread: page.thread };
}

async function whereabouts(context: TextContext): Promise<string> {
  const { place, style } = context;
  if (!place) {
    return info('You are in no place. %go <group> goes to one; %help go tells more.', style);
  }
  return arrived(place, context);
}

/** The pinned messages of a group. None on an older board. */
async function pinned({ group, name }: Place, { call, style }: TextContext): Promise<string> {
  if (isDirectName(name)) return '';
  try {
    const { pins } = await call('group.show', { group });
    return renderPinned(pins, style);
  } catch (error) {
    if (error instanceof BoardError) return '';
    throw error;
  }
}

/** `You are in news (3 unread). …` In a thread the unread messages of the group are not counted. */
async function arrived(place: Place, context: TextContext): Promise<string> {
  const { call, reading, style } = context;
  // The name may have changed since the user came here.
  const { group: name } = await call('message.list', { group: place.group, limit: 1 });
  const where = style.strong(placeName({ ...place, name }));
  if (place.thread !== undefined) {
    return info(`You are in ${where}. Lines without % are replies; %go .. leaves.`, style);
  }
  const groups = await reading.unread(call);
  const unread = groups.find(({ id }) => id === place.group)?.unread ?? 0;
  const count = unread > 0 ? ` (${unreadCount(unread)})` : '';
  return info(`You are in ${where}${count}. Lines without % are posted; %go .. leaves.`, style);
}
