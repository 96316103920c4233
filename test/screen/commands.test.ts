import { expect, test } from 'vitest';
import { ScreenTester } from './screen-tester.ts';
import { stage } from './stage.ts';

/** Alice reads a message of main. */
async function reading(columns: number, rows: number) {
  const { board, bob, post, password } = await stage();
  await post('main', 'Lunch', 'Who is in? Type %join to eat.');
  const screen = await ScreenTester.open(board, { password, columns, rows });
  await screen.shows('Lunch');
  return { board, bob, screen, password };
}

/** The last rows as one line, if they do not begin in the middle of a sentence. */
const foot = (screen: ScreenTester) => screen.rows.slice(-4).join(' ').replace(/\s+/g, ' ');

test.each([
  [40, 10],
  [80, 24],
])(
  'errors of commands are whole and name commands with a colon at %i×%i',
  async (columns, rows) => {
    const { screen } = await reading(columns, rows);
    for (const [typed, said] of [
      ['lst', 'There is no command :lst. Did you mean :list?'],
      ['who', 'is no command here: type :users [all]. Type :help for the commands.'],
      ['list x', /Type: :list .* \(for another group: :grouplist <group> .*\)/],
    ] as const) {
      screen.type(`:${typed}\r`);
      await screen.until(() =>
        typeof said === 'string' ? foot(screen).includes(said) : said.test(foot(screen)),
      );
      expect(screen.rows.slice(-4).join('')).not.toMatch(/%|\S {2,}(?=[a-z])/);
    }
  },
);

test('help and hints of commands have colons, and what users have written stays', async () => {
  const { screen } = await reading(100, 40);
  await screen.typed(':help list\r', ':list');
  expect(screen.text).not.toContain('%');
  await screen.typed('q', 'Who is in?');
  await screen.typed(':message 1\r', /Message ID: 1[\s\S]*Type %join to eat\./);
});

test('Tab completes a command with what it can be, and with none that the screen refuses', async () => {
  const { screen } = await reading(100, 24);
  await screen.typed(':groupjoin ge\t', ':groupjoin general');
  // Alice is in news, and the screen stays with its board.
  await screen.typed('\x15groupjoin ne\t', ':groupjoin ne');
  await screen.typed('x', ':groupjoin nex');
  await screen.typed('\x15conn\t', ':conn');
  await screen.typed('x', ':connx');
});

const pastedKey = [
  '\x1b[200~-----BEGIN OPENSSH PRIVATE KEY-----',
  'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZWQyNTUxOQ',
  '-----END OPENSSH PRIVATE KEY-----\x1b[201~',
].join('\r');

test('a private key that is pasted where a password is asked for is refused at once', async () => {
  const { screen } = await reading(100, 24);
  await screen.typed(':password\r', 'New password:');
  screen.type(`${pastedKey}\r`);
  await screen.until(() => foot(screen).includes('it is a private key'));
  expect(screen.text).not.toMatch(/The same again|BEGIN/);
});

test('a private key that is pasted into the command line is neither sent nor brought back', async () => {
  const { board, screen } = await reading(100, 24);
  await screen.typed(':whoami\r', 'alice');
  screen.type(`:reply 1 ${pastedKey}\r`);
  await screen.until(() => foot(screen).includes('it is a private key'));
  await screen.typed(':\x1b[A', ':whoami');
  expect(board.database().prepare('SELECT count(*) AS count FROM messages').get()).toEqual({
    count: 1,
  });
});

test('a command with a password is not brought back', async () => {
  const { screen, password } = await reading(100, 24);
  await screen.typed(':password battery staple\r', 'Current password:');
  await screen.typed(`${password}\r`, 'Your name is protected by this password.');
  await screen.typed(':whoami\r', 'alice');
  await screen.typed(':\x1b[A', ':whoami');
  await screen.typed('\x1b[Ax', ':whoamix');
});
