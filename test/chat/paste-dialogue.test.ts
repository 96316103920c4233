import { expect, test } from 'vitest';
import { handlePaste } from '../../src/chat/terminal/paste-dialogue.ts';

/** Pastes lines in front of `after`, and returns what the dialogue did with the terminal, in order. */
async function pasted(
  lines: string[],
  {
    key,
    before = '',
    after = '',
    inText = false,
    holdsContent = false,
    noQuestion = false,
  }: Pasting,
) {
  const done: string[] = [];
  const note = (what: string) => (text?: unknown) => void done.push(`${what}: ${text}`);
  await handlePaste(lines, {
    line: {
      beforeCursor: before,
      afterCursor: after,
      type: note('type'),
      press: (name, times) => done.push(`${name}: ${times}`),
      clear: () => done.push('clear'),
    },
    question: noQuestion
      ? undefined
      : { text: '> ', remembers: () => true, holdsContent: () => holdsContent },
    inText,
    print: note('print'),
    key: async (question) => {
      done.push(`ask: ${question}`);
      return key;
    },
    press: (presses) => done.push(`keys: ${presses.map(({ text }) => text).join('')}`),
    submit: note('submit'),
  });
  return done;
}

interface Pasting {
  key?: string;
  before?: string;
  after?: string;
  inText?: boolean;
  holdsContent?: boolean;
  noQuestion?: boolean;
}

test('one pasted line is typed at the cursor, and so is one with its line end', async () => {
  expect(await pasted(['%ping'], {})).toEqual(['type: %ping']);
  expect(await pasted(['%ping', ''], {})).toEqual(['type: %ping']);
});

test('lines that are pasted into a text are lines of it, even if they look like its end', async () => {
  expect(await pasted(['one', '.', 'two'], { inText: true })).toEqual(['keys: one\r..\rtwo']);
});

test('several lines are shown and sent as commands only after a yes', async () => {
  const lines = ['%join', '%list'];
  const asked = [
    'clear',
    'print:   %join\n  %list\n',
    'ask: Send these 2 lines, each as a command? (y/n) ',
  ];
  const place = { before: 'a', after: 'bc' };
  expect(await pasted(lines, { key: 'y', ...place })).toEqual([
    ...asked,
    'type: a',
    'keys: %join\r%listbc',
  ]);
  expect(await pasted(lines, { key: 'n', ...place })).toEqual([...asked, 'type: abc', 'left: 2']);
});

test('where content is typed, several lines can be posted as one message', async () => {
  const done = await pasted(['one', 'two'], { key: 'y', before: '%post s ', holdsContent: true });
  expect(done.at(-1)).toBe('submit: %post s one\ntwo');
  const commands = await pasted(['one', 'two'], { key: 'c', holdsContent: true });
  expect(commands.at(-1)).toBe('keys: one\rtwo');
});

test('nothing is sent if the terminal is closed while the question is there', async () => {
  const done = await pasted(['one', 'two'], {});
  expect(done.at(-1)).toMatch(/^ask: /);
});
