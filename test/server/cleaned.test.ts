import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';

const esc = '\u001b';
const override = '\u202e';
// Clears the screen, sets the title, rings the bell, moves back, reverses what follows.
const hostile = `${esc}[2J${esc}]0;pwned\u0007\u0008${override}x\u2066y\u009b31m\u007f\u0000`;
const harmless = '␛[2J␛]0;pwned␇␈xy\ufffd31m␡␀';

/** Whatever could drive a terminal, but the line feeds between lines. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern finds control characters
const dangerous = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u2028\u2029]/;

test('control characters from a program reach no terminal: list, message, notice, join', async () => {
  const board = await TestBoard.start();
  const alice = await board.member('alice');
  const bot = await board.memberProgram('bot');
  await alice.receivedSoFar();
  const posted = await bot.call('message.post', {
    group: 'main',
    subject: `a${hostile}\tz`,
    content: `one${hostile}\r\ntwo\rthree\u2028four\u0085five`,
  });
  expect(posted.subject).toBe(`a${harmless} z`);

  const shown = {
    notice: await alice.receivedSoFar(),
    list: await alice.ask('%list'),
    all: await alice.ask('%list all'),
    message: await alice.ask('%message 1'),
    join: await (await board.person('bob')).ask('%join'),
  };
  for (const text of Object.values(shown)) {
    expect(text).not.toMatch(dangerous);
    expect(text).toContain(`Subject: a${harmless} z`);
  }
  expect(shown.message).toContain(`\none${harmless}\ntwo\nthree\nfour\nfive\n`);
});

test('a program gets cleaned text, too', async () => {
  const board = await TestBoard.start();
  const bot = await board.memberProgram('bot');
  const watcher = await board.memberProgram('watcher');
  const params = { group: 'main', subject: hostile, content: `${hostile}\ud800` };
  await bot.call('message.post', params);
  expect((await watcher.notice()).params).toMatchObject({ message: { subject: harmless } });
  expect(await watcher.call('message.get', { group: 'main', number: 1 })).toMatchObject({
    subject: harmless,
    content: `${harmless}\ufffd`,
  });
  expect(await bot.errorOf('message.post', { ...params, subject: override })).toMatchObject({
    word: 'SUBJECT_INVALID',
  });
});

test('control characters that a person types are shown as symbols', async () => {
  const board = await TestBoard.start();
  const alice = await board.member('alice');
  await alice.ask(`%post "${esc}[31mred" ${esc}[0m\tplain${override}`);
  const shown = await alice.ask('%message 1');
  expect(shown).toContain('\nSubject: ␛[31mred\n');
  expect(shown).toContain('\n␛[0m\tplain\n');
});

test('text that another process wrote into the database is cleaned when it is shown', async () => {
  const board = await TestBoard.start();
  const alice = await board.member('alice');
  await alice.ask('%post s c');
  const database = board.database();
  database.prepare('UPDATE messages SET subject = ?, content = ?').run(hostile, hostile);
  database.prepare('UPDATE groups SET description = ? WHERE id = 1').run(`${hostile}\n`);
  for (const line of ['%list', '%message 1', '%groups', '%list all']) {
    const shown = await alice.ask(line);
    expect(shown).not.toMatch(dangerous);
    expect(shown).toContain('␛[2J');
  }
});

test.each([
  ['an unknown group', '%groupjoin '],
  ['another unknown group', '%groupusers '],
  ['no number', '%message '],
  ['no count', '%list '],
  ['a surplus argument', '%whoami '],
  ['an unknown command in %help', '%help '],
  ['an unknown command', '%'],
  ['no command', ''],
])('an error echoes no control characters: %s', async (_, before) => {
  const board = await TestBoard.start();
  const alice = await board.person('alice');
  const shown = await alice.ask(`${before}${hostile}`);
  expect(shown).toMatch(/^\[ERROR\] /);
  expect(shown).toContain('␛[2J');
  expect(shown).not.toMatch(dangerous);
});

test('a name that is refused is shown without its control characters', async () => {
  const board = await TestBoard.start();
  const peer = await board.connect();
  await peer.expect('username? ');
  peer.send(`x${hostile}`);
  expect(await peer.expect('username? ')).toBe(
    `[ERROR] "x${harmless}" cannot be a name: only letters, digits, "_", "-" and "." can stand ` +
      'in it. Please choose another.\nWhat is your username? ',
  );
});
