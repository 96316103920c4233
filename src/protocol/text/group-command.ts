import { parseMessageNumber } from '../message-number.ts';
import type { Arguments } from './arguments.ts';
import type { ArgumentKind, TextCommand, TextContext, Topic } from './command.ts';

/** The group of the short commands outside of every place. */
export const mainGroup = 'main';

/** The group that a command is about, and the thread if the user is in one and has not named the group. */
type GroupArgument = (
  args: Arguments,
  context: TextContext,
) => { readonly group: string; readonly thread?: number | undefined };

const namedGroup: GroupArgument = (args) => ({ group: args.quoted('group') });
const groupOfShortForm: GroupArgument = (_, { place }) =>
  place ? { group: String(place.group), thread: place.thread } : { group: mainGroup };

/** The same, for a form that begins with a number: anything else before it is the group. */
const groupBeforeNumber: GroupArgument = (args, context) => {
  const [first] = args.ahead;
  const isGroup = first !== undefined && parseMessageNumber(first) === undefined;
  return isGroup ? namedGroup(args, context) : groupOfShortForm(args, context);
};

interface GroupWords {
  readonly named: string;
  readonly short: string;
  readonly form: string;
  readonly summary: string;
  readonly details?: readonly string[];
  /** The arguments after the group, in an example. */
  readonly example?: string;
  /** The kinds of the arguments: the group, and those after it. */
  readonly takes: readonly ['joinable' | 'joined', ...ArgumentKind[]];
  readonly unsuggested?: true;
  readonly undoes?: true;
  /** Whether the short form, which begins with a number, accepts a group before it: `%pin news 17`. */
  readonly acceptsGroup?: true;
  /** The heading of the form with the group, if it is not that of its kind. */
  readonly topic?: Topic;
}

/**
 * A command on groups in both forms: with the group as an argument, and short, for the place in which the user is, or
 * for `main`.
 * @param run is also given the thread, if the short form is typed in a thread
 */
export function groupCommand(
  words: GroupWords,
  run: (
    group: string,
    args: Arguments,
    context: TextContext,
    thread: number | undefined,
  ) => AsyncIterable<string>,
): [TextCommand, TextCommand] {
  const {
    named,
    short,
    form,
    summary,
    details = [],
    example = '',
    takes,
    unsuggested,
    undoes,
    acceptsGroup,
    topic,
  } = words;
  const [, ...rest] = takes;
  const face = (group: GroupArgument, twin: string) => ({
    details,
    twin,
    ...(unsuggested && { unsuggested }),
    ...(undoes && { undoes }),
    run: (args: Arguments, context: TextContext) => {
      const about = group(args, context);
      return run(about.group, args, context, about.thread);
    },
  });
  return [
    {
      ...face(namedGroup, short),
      words: [named],
      form: `<group> ${form}`.trim(),
      topic: topic ?? (takes[0] === 'joinable' || form === '' ? 'groups' : 'messages'),
      summary,
      example: `news ${example}`.trim(),
      takes,
    },
    {
      ...face(acceptsGroup ? groupBeforeNumber : groupOfShortForm, named),
      words: [short],
      form,
      topic: topic === 'moderation' ? topic : 'main',
      summary: topic === 'moderation' ? summary : `the same as ${named} ${mainGroup}`,
      example,
      takes: rest,
    },
  ];
}
