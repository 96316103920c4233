import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ScreenTester } from './screen-tester.ts';
import { stage } from './stage.ts';

// Without Ctrl-C, Ctrl-Z and y, which leave. A line that is typed ends with Enter or Escape.
const keys = fc.constantFrom(
  ...' bjkJKnNGaxXzuMl/g@i:?rRced'.split(''),
  ...['\r', '\t', '\x1b[A', '\x1b[B', '\x1b[C', '\x1b[D', '\x1b[5~', '\x1b[6~', '\x1b[H', '\x1b[F'],
  ...['q', '\x0c', '\x13', '#2\r', 'lunch\r', 'news\r', 'groups\r', 'n\r'],
);

test('no order of keys breaks the screen while others write', async () => {
  const { board, bob, post, password } = await stage();
  const root = await post('main', 'Lunch', 'Who is in?');
  await post('news', 'Release', 'It is out.');
  const screen = await ScreenTester.open(board, { password, columns: 110, rows: 26 });
  await screen.shows('Who is in?');
  const typed = fc.sample(fc.array(keys, { minLength: 250, maxLength: 250 }), {
    numRuns: 2,
    seed: 18,
  });
  let failures = '';
  for (const [index, key] of typed.flat().entries()) {
    screen.type(key);
    if (index % 10 === 0) await post('main', undefined, 'I am, @alice.', root.number);
    if (index % 60 === 0)
      await bob.call('message.post', { group: 'news', subject: 'More', content: 'More.' });
    if (screen.text.includes('This failed')) failures ||= screen.text;
  }
  // It still draws: the first row has the user at any size.
  screen.resize(90, 24);
  await screen.until(() => screen.rows.length === 24 && screen.rows[0]?.includes('alice') === true);
  expect(failures).toBe('');
});
