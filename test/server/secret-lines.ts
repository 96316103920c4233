import type { Argument, ArgumentKind, TextCommand } from '../../src/protocol/text/command.ts';
import { textCommands } from '../../src/protocol/text/shell.ts';

/** Every way in which a person can refer to the secret group, and to what could be confused with it. */
const refs = ['plans', 'PLANS', 'plans#6', '6', '@alice', 'main'];

/** Values for the arguments of commands; the first one is used wherever another argument is varied. */
const values: Readonly<Record<ArgumentKind, readonly string[]>> = {
  place: refs,
  group: refs,
  joined: refs,
  joinable: refs,
  member: ['alice', '@bob', 'eve', 'nobody'],
  user: ['alice', '@bob', 'barry', 'nobody'],
  number: ['1', '2', 'last'],
  range: ['all', 'before 2'],
  key: ['plans', 'SHA256:none'],
  subject: ['word'],
  content: ['word for @alice @rita'],
  query: ['in:plans word', 'in:plans#6 word', 'in:6 word', 'word', 'from:alice', 'is:mention'],
  muted: [...refs, 'plans mentions', 'thread plans 1', 'thread 6 2', '@alice'],
  command: ['create', 'moderation', 'plans'],
  new: ['plans', 'USED', 'ffffffffffffffffffffffff'],
  reason: ['word'],
  value: ['secret', 'moderators', 'word'],
};

/** Commands after which nothing more could be asked: they end the session, or ask for a password. */
const ending = ['%exit', '%connect', '%password'];

/** Commands that give a group its name: after them, the name means the group of whoever has typed it. */
export const naming = ['%create', '%set'];

/** Every command of the board: one that is added later is among them. */
export const commandsToAsk: readonly TextCommand[] = textCommands.filter(
  ({ words: [word] }) => !ending.includes(word),
);

function valuesOf(argument: Argument): readonly string[] {
  return typeof argument === 'string' ? values[argument] : argument;
}

/** Lines with a command: with each value of each argument, with and without what comes after it. */
export function linesWith({ words, takes = [], takesHere = [] }: TextCommand): string[] {
  const lines = words.flatMap((word) => [
    word,
    ...[takes, takesHere].flatMap((kinds) => {
      const first = kinds.map((kind) => valuesOf(kind)[0] ?? '');
      return kinds.flatMap((kind, at) =>
        valuesOf(kind).flatMap((value) => {
          const before = [word, ...first.slice(0, at), value];
          return [before.join(' '), [...before, ...first.slice(at + 1)].join(' ')];
        }),
      );
    }),
    // What a command does not accept is an error that can tell as much.
    ...refs.flatMap((ref) => [
      `${word} ${ref}`,
      `${word} ${ref} 1 word`,
      `${word} ${ref} alice 1h`,
    ]),
  ]);
  return [...new Set(lines)];
}

/** Lines that are no command, or one with a typo. */
export const otherLines = [
  'plans',
  '%plans',
  '%plan',
  '%gruop plans',
  '%jion plans',
  '%help plans',
  '/join plans',
  'hello @alice',
];

/** Commands of which no two have the same arguments: completion knows them by nothing else. */
export const commandsToComplete: readonly TextCommand[] = [
  ...new Map(
    textCommands.map((command) => [JSON.stringify([command.takes, command.takesHere]), command]),
  ).values(),
];

/** Unfinished lines with a command. */
export function beginningsOf({ words: [word] }: TextCommand): string[] {
  const groups = ['', 'p', 'pl', 'PLA', 'm', '@', '@a', '6', '#6'];
  const after = ['plans', 'plans#6', '6', 'main'].flatMap((ref) =>
    ['', 'a', '@', '1', '#', 'from:', 'in:', 'in:p'].map((next) => `${word} ${ref} ${next}`),
  );
  return [...groups.map((group) => `${word} ${group}`), ...after];
}
