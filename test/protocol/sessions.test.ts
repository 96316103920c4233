import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/protocol.md'), 'utf8');
const { version } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'),
) as { version: string };

const [beginning = ''] = page.split(/^## /m);
/** The lines of the code blocks before the first section: the session of a person and of a program. */
const [person = [], program = []] = [...beginning.matchAll(/^(?: {4}.*\n)+/gm)].map(([block]) =>
  block
    .trimEnd()
    .split('\n')
    .map((line) => line.slice(4)),
);

/** The text with everything that differs between two runs replaced: times and tokens. */
function withoutChance(text: string): string {
  return text
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/"token":"[\w-]+"/, '"token":"TOKEN"')
    .replace(/"change":\d+/g, '"change":0');
}

test('a server answers as in the example sessions of docs/protocol.md', async () => {
  const board = await TestBoard.start({ version });

  // What is typed, and what is shown until the next line is typed.
  const prompt = 'What is your username? ';
  const [greeting = '', ...steps] = person
    .map((line) => `${line}\n`)
    .join('')
    .replace(prompt, `${prompt}\n%`)
    .split(/\n(?=%)/);
  expect(steps.length).toBeGreaterThan(4);
  const terminal = await board.connect();
  expect(await terminal.expect(prompt)).toBe(greeting);
  for (const step of steps) {
    const [line = '', ...shown] = step.split('\n');
    const typed = line === '%alice' ? 'alice' : line;
    if (typed === '%exit') terminal.send(typed);
    const seen = typed === '%exit' ? await terminal.toEnd() : await terminal.ask(typed);
    expect({ typed, seen: withoutChance(seen).trimEnd() }).toEqual({
      typed,
      seen: withoutChance(shown.join('\n')).trimEnd(),
    });
  }

  expect(program.length).toBeGreaterThan(6);
  const bot = await board.connectProgram();
  // Alice coming online is announced at some later moment.
  const received = () => bot.received.filter(({ method }) => method !== 'presence.changed');
  let seen = 0;
  for (const line of program) {
    if (line.startsWith('> ')) {
      bot.write(`${line.slice(2)}\n`);
    } else {
      const wanted = withoutChance(line.slice(2));
      if (wanted.includes('"message.posted"')) {
        const alice = await board.program('alice');
        await alice.call('message.post', { group: 'main', subject: 'again', content: 'x' });
      }
      const at = seen++;
      const message = await bot.until(() => received()[at]);
      expect(withoutChance(JSON.stringify(message))).toBe(wanted);
    }
  }
});
