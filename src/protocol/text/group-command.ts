import type { Arguments } from './arguments.ts';
import type { ArgumentKind, TextCommand, TextContext, Topic } from './command.ts';

/** The group of the short commands. */
export const mainGroup = 'main';

type GroupArgument = (args: Arguments) => string;
const namedGroup: GroupArgument = (args) => args.quoted('group');
const theMainGroup: GroupArgument = () => mainGroup;

interface GroupWords {
  readonly named: string;
  readonly short: string;
  readonly form: string;
  readonly summary: string;
  readonly details?: readonly string[];
  /** The arguments after the group, in an example. */
  readonly example?: string;
  /** The kinds of the arguments: the group, and those after it. */
  readonly takes: readonly ['group' | 'joined', ...ArgumentKind[]];
  readonly unsuggested?: true;
  /** The heading of the form with the group, if it is not that of its kind. */
  readonly topic?: Topic;
}

/** A command on groups in both forms: with the group as an argument, and short, for `main`. */
export function groupCommand(
  words: GroupWords,
  run: (group: string, args: Arguments, context: TextContext) => AsyncIterable<string>,
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
    topic,
  } = words;
  const [, ...rest] = takes;
  const face = (group: GroupArgument, twin: string) => ({
    details,
    twin,
    ...(unsuggested && { unsuggested }),
    run: (args: Arguments, context: TextContext) => run(group(args), args, context),
  });
  return [
    {
      ...face(namedGroup, short),
      words: [named],
      form: `<group> ${form}`.trim(),
      topic: topic ?? (takes[0] === 'group' || form === '' ? 'groups' : 'messages'),
      summary,
      example: `news ${example}`.trim(),
      takes,
    },
    {
      ...face(theMainGroup, named),
      words: [short],
      form,
      topic: 'main',
      summary: `the same as ${named} ${mainGroup}`,
      example,
      takes: rest,
    },
  ];
}
