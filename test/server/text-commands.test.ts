import { describe, expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import { listRows, rule, undated } from './support.ts';

const ways: [way: string, write: (command: string) => string][] = [
  ['short, for main', (command) => `%${command}`],
  ['with the group by name', (command) => `%group${command} main`],
  ['with the group by number', (command) => `%group${command} 1`],
  ['in capitals', (command) => `%GROUP${command.toUpperCase()} MAIN`],
];

describe.each(ways)('the commands about a group, %s', (_, write) => {
  test('join shows the members and the visible messages', async () => {
    const board = await TestBoard.start();
    const bob = await board.member('Bob');
    await bob.ask('%post hello Is anyone there?');
    const alice = await board.person('alice');
    expect(undated(await alice.ask(write('join')))).toBe(
      '[SUCCESS] You joined main.\n' +
        '[INFO] Members of main (2): alice (online), Bob (online)\n' +
        '--- Group: main History ---\n' +
        `ID: 1 | Sender: Bob | Date: DATE | Subject: hello\n${rule}\n`,
    );
  });

  test('post prints the number, and message shows the whole message', async () => {
    const board = await TestBoard.start();
    const alice = await board.member('alice');
    expect(await alice.ask(`${write('post')} hello  Is  anyone "there"? `)).toBe(
      '[SUCCESS] Message 1 posted in main. Subject: hello\n',
    );
    expect(undated(await alice.ask(`${write('message')} 1`))).toBe(
      '--- Message ID: 1 (Group: main) ---\n' +
        'Sender: alice\nDate: DATE\nSubject: hello\n' +
        `${rule}\nIs  anyone "there"? \n${rule}\n`,
    );
  });

  test('list shows the visible messages, oldest first', async () => {
    const board = await TestBoard.start();
    const alice = await board.member('alice');
    expect(await alice.ask(write('list'))).toBe(
      `--- Group: main History ---\n(no messages)\n${rule}\n`,
    );
    await alice.ask('%post one 1');
    await alice.ask('%post two 2');
    const shown = listRows([1, 'alice', 'one'], [2, 'alice', 'two']);
    expect(undated(await alice.ask(write('list')))).toBe(
      `--- Group: main History ---\n${shown}${rule}\n`,
    );
  });

  test('users shows the members', async () => {
    const board = await TestBoard.start();
    await board.member('Bob');
    const alice = await board.member('alice');
    expect(await alice.ask(write('users'))).toBe(
      '[INFO] Members of main (2): alice (online), Bob (online)\n',
    );
  });

  test('leave ends the membership', async () => {
    const board = await TestBoard.start();
    const alice = await board.member('alice');
    expect(await alice.ask(write('leave'))).toBe('[SUCCESS] You left main.\n');
    expect(await alice.ask('%whoami')).toBe('[INFO] You are alice, in no group yet.\n');
  });
});

test('users shows which members are online', async () => {
  const board = await TestBoard.start();
  const bob = await board.member('Bob');
  const alice = await board.member('alice');
  bob.finish();
  await alice.expect('Offline: Bob.\n');
  expect(await alice.ask('%users')).toBe('[INFO] Members of main (2): alice (online), Bob\n');
});

test('a group other than main has its own messages and members', async () => {
  const board = await TestBoard.start();
  const alice = await board.member('alice');
  await alice.ask('%groupjoin news');
  await alice.ask('%post here in main');
  expect(await alice.ask('%grouppost news there in news')).toBe(
    '[SUCCESS] Message 1 posted in news. Subject: there\n',
  );
  const news = `--- Group: news History ---\n${listRows([1, 'alice', 'there'])}${rule}\n`;
  expect(undated(await alice.ask('%grouplist news'))).toBe(news);
  expect(undated(await alice.ask('%grouplist 3'))).toBe(news);
  expect(await alice.ask('%groupusers news')).toBe('[INFO] Members of news (1): alice (online)\n');
});

test.each([
  ['word', 'word'],
  ['"Lunch on Friday"', 'Lunch on Friday'],
  ['"He said \\"no\\" \\\\ left"', 'He said "no" \\ left'],
  ['it"s', 'it"s'],
  ['"100% sure"', '100% sure'],
  ['"日本 🍣"', '日本 🍣'],
])('a subject written %s is %s', async (written, subject) => {
  const board = await TestBoard.start();
  const alice = await board.member('alice');
  await alice.ask(`%post   ${written}\t the content`);
  expect(await alice.ask('%message 1')).toContain(
    `\nSubject: ${subject}\n${rule}\nthe content\n${rule}\n`,
  );
});

test('a date is the time of posting, in UTC', async () => {
  const board = await TestBoard.start();
  const alice = await board.member('alice');
  const from = Math.floor(Date.now() / 1000) * 1000;
  await alice.ask('%post now now');
  const to = Date.now();
  const [, date = ''] = /Date: (\S+Z) \|/.exec(await alice.ask('%list')) ?? [];
  expect(Date.parse(date)).toBeGreaterThanOrEqual(from);
  expect(Date.parse(date)).toBeLessThanOrEqual(to);
});

test('%groups shows number, name, description, members, messages, joined or not', async () => {
  const board = await TestBoard.start();
  const alice = await board.member('alice');
  await board.member('bob', 'news');
  await alice.ask('%post hello all');
  expect(await alice.ask('%groups')).toBe(
    [
      '--- Groups ---',
      '1 | main    | The public group                | 1 member  | 1 message  | joined, 0 unread',
      '2 | general | Anything that fits nowhere else | 0 members | 0 messages | not joined',
      '3 | news    | What is new                     | 1 member  | 0 messages | not joined',
      '4 | help    | Questions and answers           | 0 members | 0 messages | not joined',
      '5 | random  | Off topic                       | 0 members | 0 messages | not joined',
      rule,
      '',
    ].join('\n'),
  );
});

test('%whoami says the name and the groups', async () => {
  const board = await TestBoard.start();
  const alice = await board.person('Alice');
  expect(await alice.ask('%whoami')).toBe('[INFO] You are Alice, in no group yet.\n');
  await alice.ask('%groupjoin news');
  await alice.ask('%join');
  expect(await alice.ask('%WhoAmI')).toBe('[INFO] You are Alice, a member of main, news.\n');
});

test('%help shows the commands as they are typed', async () => {
  const board = await TestBoard.start();
  const alice = await board.person('alice');
  const help = await alice.ask('%help');
  const words =
    '%groups %groupjoin %grouppost %groupleave %groupmessage %grouplist %join %post ' +
    '%go %next %users %leave %message %list %unread %whoami %help %ping %connect %exit %quit';
  for (const word of words.split(' ')) {
    expect(help).toMatch(new RegExp(`^ .* ${word}( |$)`, 'm'));
    expect(await alice.ask(`%help ${word}`)).toMatch(new RegExp(`^\\[INFO\\] .*${word}.*: .+\n`));
  }
  expect(await alice.ask('%HELP Post')).toContain(
    '[INFO] %post <subject> [content]: the same as %grouppost main\n',
  );
});

test('%connect answers that the connection is up', async () => {
  const board = await TestBoard.start();
  const alice = await board.person('alice');
  expect(await alice.ask('%connect localhost 6789')).toBe(
    '[INFO] You are connected already. %exit first, to connect elsewhere.\n',
  );
});

test.each(['%exit', '%quit', '%QUIT'])('%s says goodbye and ends the connection', async (word) => {
  const board = await TestBoard.start();
  const alice = await board.member('alice');
  alice.send(word, '%post too late');
  expect(await alice.toEnd()).toBe('[INFO] Goodbye.\n');
  const bob = await board.member('bob');
  expect(await bob.ask('%users')).toContain('Members of main (2): alice');
  expect(await bob.ask('%list')).toContain('(no messages)');
});

test('spaces around a command are ignored', async () => {
  const board = await TestBoard.start();
  const alice = await board.person('alice');
  alice.send('  \t%PING  ');
  expect(await alice.expect('\n')).toBe('[INFO] pong\n');
  expect(await alice.ask('   ')).toBe('');
  expect(await alice.ask('%groupjoin   news  ')).toContain('[SUCCESS] You joined news.\n');
});
