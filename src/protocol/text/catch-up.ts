import { GivenUp, type TextCommand, type TextContext } from './command.ts';
import { mainGroup } from './group-command.ts';
import type { CaughtUp } from './reading.ts';
import { firstOf, info, plusAtLimit, success } from './render.ts';

export const catchUp: TextCommand = {
  words: ['%catchup'],
  form: '[group or all]',
  topic: 'more',
  summary: 'count everything as read',
  details: [
    `All messages of ${mainGroup}, of another group, or of all your groups.`,
    '%undo takes it back.',
  ],
  example: 'news',
  takes: ['joined'],
  async *run(args, context) {
    const { call, reading, style } = context;
    const here = context.place ? String(context.place.group) : mainGroup;
    const word = args.empty ? here : args.quoted('group or "all"');
    args.end();
    const groups = word.toLowerCase() === 'all' ? await unreadGroups(context) : [word];
    const done = await reading.catchUp(call, groups);
    const caught = done.filter(({ unread }) => unread > 0);
    if (caught.length === 0) {
      yield info('Nothing unread.', style);
      return;
    }
    yield success(
      `Marked as read: ${counted(caught, context)}. Type %undo to take it back.`,
      style,
    );
  },
};

export const undo: TextCommand = {
  words: ['%undo'],
  form: '',
  topic: 'more',
  summary: 'take the last %catchup back',
  details: ['What you have read since then stays read.'],
  async *run(args, context) {
    args.end();
    const undone = await context.reading.undo(context.call);
    if (undone.length === 0) throw new GivenUp('There is no %catchup to take back.');
    yield success(`Unread again: ${counted(undone, context)}.`, context.style);
  },
};

async function unreadGroups({ call, reading }: TextContext): Promise<number[]> {
  return (await reading.unread(call)).map(({ id }) => id);
}

/** `main (180), news (3)` */
function counted(groups: readonly CaughtUp[], { style }: TextContext): string {
  return firstOf(
    groups.map(({ name, unread }) => `${style.group(name)} (${unread}${plusAtLimit(unread)})`),
  );
}
