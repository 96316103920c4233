import type { TextCommand, Topic } from './command.ts';
import { findCommand, usage } from './command-words.ts';
import { isCommand } from './place.ts';
import { info } from './render.ts';
import type { Style } from './style.ts';

// A terminal has 80 columns at least. Of its 24 rows, the prompt below the help needs one.
const lineWidth = 78;

/** After `%help`, in place of a command. */
export const moderationWord = 'moderation';

const headings: Record<Topic, string> = {
  groups: 'Groups, by name or number',
  messages: 'Messages',
  main: 'The same in main, or where you are (%go)',
  you: 'You and the board',
  more: 'More commands',
  moderation: 'Groups of your own: the group comes first, or is left out in a place (%go)',
};

export const help: TextCommand = {
  words: ['%help'],
  form: '[command]',
  topic: 'you',
  summary: 'this help, or more on one command',
  example: 'list',
  takes: ['command'],
  anyone: true,
  async *run(args, context) {
    const { commands, style } = context;
    if (args.empty) {
      yield helpForAll(commands, style);
      return;
    }
    const word = args.word('command');
    args.end();
    if (word.toLowerCase() === moderationWord) {
      yield helpForModeration(commands, style);
      return;
    }
    yield helpFor(findCommand(isCommand(word) ? word : `%${word}`, context), style);
  },
};

function helpFor(command: TextCommand, style: Style): string {
  const { words, summary, details = [], example } = command;
  const more = [...details, ...(example ? [`Example: ${words[0]} ${example}`] : [])];
  const lines = more.map((line) => `${style.line(`    ${line}`)}\n`);
  return info(`${usage(command)}: ${summary}`, style) + lines.join('');
}

// Their commands share lines, so that the help fits on a screen.
const dense: readonly Topic[] = ['main', 'more'];

/**
 * One line for each command, without its optional arguments. Commands of dense topics share lines, and of those with a form
 * for `main`, that form alone is shown.
 */
function helpForAll(commands: readonly TextCommand[], style: Style): string {
  const shown = commands.filter(({ topic }) => topic !== 'moderation');
  const others = shown.filter(({ topic }) => !dense.includes(topic));
  const width = widthOf(others);
  const section = (topic: Topic) => {
    const among = shown.filter(
      (command) => command.topic === topic && !(topic === 'more' && command.twin),
    );
    const narrow = Math.min(lineWidth, style.columns);
    const lines = dense.includes(topic)
      ? fill(among, narrow)
      : among.flatMap((command) => entry(command, width, narrow, style));
    return [style.strong(headings[topic]), ...lines];
  };
  const topics = (Object.keys(headings) as Topic[]).filter((topic) => topic !== 'moderation');
  const end = info(
    `%help <command> tells more. Groups of your own: %help ${moderationWord}.`,
    style,
  );
  return `${topics.flatMap(section).join('\n')}\n${end}`;
}

/** The commands for groups of one's own: a line each, and those that undo others together. */
function helpForModeration(commands: readonly TextCommand[], style: Style): string {
  const all = commands.filter(({ topic, words }) => {
    // Of two forms, the short one is shown, which accepts a group too.
    return topic === 'moderation' && !words[0].startsWith('%group');
  });
  const main = all.filter(({ undoes }) => !undoes);
  const narrow = Math.min(lineWidth, style.columns);
  const width = widthOf(main);
  const lines = [
    style.strong(headings.moderation),
    ...main.flatMap((command) => entry(command, width, narrow, style)),
    ...fill(
      all.filter(({ undoes }) => undoes),
      narrow,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function widthOf(commands: readonly TextCommand[]): number {
  return Math.max(...commands.map((command) => shortUsage(command).length));
}

/** One line, or two if the screen is too narrow for both columns. */
function entry(command: TextCommand, width: number, columns: number, style: Style): string[] {
  const line = `  ${shortUsage(command).padEnd(width)}  ${command.summary}`;
  if (line.length <= columns) return [line];
  return [style.line(`  ${shortUsage(command)}`), style.line(`      ${command.summary}`)];
}

function fill(commands: readonly TextCommand[], columns: number): string[] {
  const lines: string[] = [];
  for (const use of commands.map(shortUsage)) {
    const longer = `${lines.at(-1) ?? ' '}   ${use}`;
    if (lines.length > 0 && longer.length <= columns) lines[lines.length - 1] = longer;
    else lines.push(`  ${use}`);
  }
  return lines;
}

function shortUsage(command: TextCommand): string {
  return usage(command).replace(/ \[[^\]]*\]/g, '');
}
