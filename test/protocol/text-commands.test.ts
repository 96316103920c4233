import { describe, expect, test } from 'vitest';
import { boardError } from '../../src/protocol/errors.ts';
import type { Method } from '../../src/protocol/schemas.ts';
import { textCommands } from '../../src/protocol/text/shell.ts';
import { type Answers, group, headers, openRules, shown, type } from './shell.ts';

const [header = expect.unreachable()] = headers(7);
const posted = { ...header, group: 'main', groupId: 1 };
const onBob = { group: 'news', groupId: 3, user: 'bob', userId: 2 };
const answers = (): Answers => ({
  'direct.list': { conversations: [] },
  'account.keys': { keys: [] },
  'mute.list': { groups: [], threads: [], users: [] },
  'mention.list': { messages: [], more: false },
  'user.blocked': { users: [] },
  'user.block': { user: 'dave', userId: 2 },
  'user.unblock': { user: 'dave', userId: 2 },
  'group.list': { groups: [group('main')] },
  'group.join': {
    id: 1,
    group: 'main',
    members: [{ name: 'alice', online: true }],
    total: 1,
    messages: [],
    ...openRules,
    change: 0,
  },
  'group.leave': { group: 'main', groupId: 1 },
  'group.create': { group: 'plans', groupId: 7, ...openRules, role: 'owner', change: 0 },
  'group.edit': { group: 'news', groupId: 3 },
  'group.delete': { group: 'news', groupId: 3 },
  'group.show': shown(),
  'group.invite': { group: 'news', groupId: 3, code: '0123abcd' },
  'invitation.list': { received: [], invitations: [] },
  'invitation.revoke': { group: 'news', groupId: 3, revoked: 1 },
  'group.remove': onBob,
  'group.bar': onBob,
  'group.unbar': onBob,
  'group.silence': onBob,
  'group.unsilence': onBob,
  'group.setRole': { ...onBob, role: 'moderator' },
  'group.log': { group: 'news', groupId: 3, lines: [], more: false },
  'thread.close': { group: 'news', groupId: 3, thread: 7 },
  'thread.reopen': { group: 'news', groupId: 3, thread: 7 },
  'message.pin': { group: 'news', groupId: 3, number: 7 },
  'message.unpin': { group: 'news', groupId: 3, number: 7 },
  'message.report': { group: 'news', groupId: 3, number: 7 },
  'report.list': { group: 'news', groupId: 3, reports: [] },
  'report.close': { group: 'news', groupId: 3, number: 7, closed: 1 },
  'group.members': { group: 'main', members: [{ name: 'alice', online: true }], total: 1 },
  'group.markRead': { group: 'main', groupId: 1, lastRead: 7, was: { lastRead: 0, ranges: [] } },
  'message.next': { group: 'main', groupId: 1 },
  'message.post': posted,
  'message.delete': { group: 'main', groupId: 1, number: 7 },
  'message.get': { ...posted, subject: 'hello', content: 'in full', revision: 0 },
  'message.list': { group: 'main', groupId: 1, messages: headers(6, 7), more: false },
  'thread.list': { group: 'main', groupId: 1, threads: [] },
  'thread.get': { group: 'main', groupId: 1, thread: 6, messages: headers(6), more: false },
  'message.markRead': { lastRead: 7, ranges: [] },
  ping: {},
});

/** What a line asks of the board first. */
async function asks(line: string): Promise<[Method, unknown] | undefined> {
  const { calls, done, lines } = await type(line, answers());
  expect(done, lines.join('\n')).toBe(true);
  return calls[0];
}

describe('each command calls one method', () => {
  test.each<[string, Method, unknown]>([
    ['%groups', 'group.list', {}],
    ['%groupjoin news', 'group.join', { group: 'news' }],
    ['%groupjoin 3', 'group.join', { group: '3' }],
    ['%groupleave news', 'group.leave', { group: 'news' }],
    ['%groupusers news', 'group.members', { group: 'news' }],
    ['%groupmessage news 7', 'message.get', { group: 'news', number: 7 }],
    ['%grouplist news', 'message.list', { group: 'news', limit: 100 }],
    [
      '%grouppost news hello How are you?',
      'message.post',
      { group: 'news', subject: 'hello', content: 'How are you?' },
    ],
    ['%join', 'group.join', { group: 'main' }],
    ['%join news', 'group.join', { group: 'news' }],
    ['%join news 0123abcd', 'group.join', { group: 'news', code: '0123abcd' }],
    ['%groupjoin news 0123abcd', 'group.join', { group: 'news', code: '0123abcd' }],
    ['%create plans', 'group.create', { name: 'plans' }],
    ['%create plans Secret', 'group.create', { name: 'plans', access: 'secret' }],
    [
      '%create plans For the summer',
      'group.create',
      { name: 'plans', description: 'For the summer' },
    ],
    [
      '%create plans invite "invite only"',
      'group.create',
      { name: 'plans', access: 'invite', description: 'invite only' },
    ],
    ['%about', 'group.show', { group: 'main' }],
    ['%about news', 'group.show', { group: 'news' }],
    ['%pins news', 'group.show', { group: 'news' }],
    ['%set news access secret', 'group.edit', { group: 'news', access: 'secret' }],
    ['%set news posting moderators', 'group.edit', { group: 'news', posting: 'moderators' }],
    ['%set news replying MEMBERS', 'group.edit', { group: 'news', replying: 'members' }],
    ['%set news name tidings', 'group.edit', { group: 'news', name: 'tidings' }],
    [
      '%set news description What is new',
      'group.edit',
      { group: 'news', description: 'What is new' },
    ],
    ['%set news description ""', 'group.edit', { group: 'news', description: '' }],
    ['%set news about Be kind', 'group.edit', { group: 'news', about: 'Be kind' }],
    ['%deletegroup news', 'group.delete', { group: 'news' }],
    ['%invite news bob', 'group.invite', { group: 'news', user: 'bob' }],
    ['%invite news @bob', 'group.invite', { group: 'news', user: 'bob' }],
    ['%invite news --code', 'group.invite', { group: 'news' }],
    ['%invite news --code --uses 5', 'group.invite', { group: 'news', uses: 5 }],
    ['%invite news --uses 5', 'group.invite', { group: 'news', uses: 5 }],
    ['%invitations', 'invitation.list', {}],
    ['%invitations news', 'invitation.list', { group: 'news' }],
    ['%revoke news bob', 'invitation.revoke', { group: 'news', user: 'bob' }],
    ['%revoke news --code', 'invitation.revoke', { group: 'news' }],
    ['%remove news bob', 'group.remove', { group: 'news', user: 'bob' }],
    [
      '%remove news bob off topic',
      'group.remove',
      { group: 'news', user: 'bob', reason: 'off topic' },
    ],
    ['%bar news @bob spam', 'group.bar', { group: 'news', user: 'bob', reason: 'spam' }],
    ['%unbar news bob', 'group.unbar', { group: 'news', user: 'bob' }],
    ['%unsilence news bob', 'group.unsilence', { group: 'news', user: 'bob' }],
    ['%mod news bob', 'group.setRole', { group: 'news', user: 'bob', role: 'moderator' }],
    ['%unmod news bob', 'group.setRole', { group: 'news', user: 'bob', role: 'member' }],
    ['%owner news bob', 'group.setRole', { group: 'news', user: 'bob', role: 'owner' }],
    ['%close 7', 'thread.close', { group: 'main', thread: 7 }],
    ['%close news 7', 'thread.close', { group: 'news', thread: 7 }],
    ['%groupclose news 7', 'thread.close', { group: 'news', thread: 7 }],
    ['%reopen news #7', 'thread.reopen', { group: 'news', thread: 7 }],
    ['%groupreopen 3 7', 'thread.reopen', { group: '3', thread: 7 }],
    ['%pin news 7', 'message.pin', { group: 'news', number: 7 }],
    ['%pin 7', 'message.pin', { group: 'main', number: 7 }],
    ['%grouppin news 7', 'message.pin', { group: 'news', number: 7 }],
    ['%unpin news 7', 'message.unpin', { group: 'news', number: 7 }],
    ['%groupunpin news 7', 'message.unpin', { group: 'news', number: 7 }],
    ['%log', 'group.log', { group: 'main', limit: 20 }],
    ['%log news before 40', 'group.log', { group: 'news', limit: 20, before: 40 }],
    [
      '%report news 7 an insult',
      'message.report',
      { group: 'news', number: 7, reason: 'an insult' },
    ],
    ['%report 7 an insult', 'message.report', { group: 'main', number: 7, reason: 'an insult' }],
    ['%groupreport news 7 spam', 'message.report', { group: 'news', number: 7, reason: 'spam' }],
    ['%reports news', 'report.list', { group: 'news' }],
    ['%closereport news 7', 'report.close', { group: 'news', number: 7 }],
    ['%groupclosereport news 7', 'report.close', { group: 'news', number: 7 }],
    ['%delete 7 spam', 'message.delete', { group: 'main', number: 7, reason: 'spam' }],
    ['%leave', 'group.leave', { group: 'main' }],
    ['%users', 'group.members', { group: 'main' }],
    ['%message 7', 'message.get', { group: 'main', number: 7 }],
    ['%message #7', 'message.get', { group: 'main', number: 7 }],
    ['%groupmessage news #7', 'message.get', { group: 'news', number: 7 }],
    ['%list', 'message.list', { group: 'main', limit: 100 }],
    ['%post hello World', 'message.post', { group: 'main', subject: 'hello', content: 'World' }],
    ['%unread', 'group.list', {}],
    ['%whoami', 'group.list', {}],
    ['%ping', 'ping', {}],
    ['%tell', 'direct.list', { after: 0 }],
    ['%mentions', 'mention.list', {}],
    [
      '%mentions before 2026-11-22T19:36:12.345678Z/7',
      'mention.list',
      { before: '2026-11-22T19:36:12.345678Z/7' },
    ],
    ['%block', 'user.blocked', {}],
    ['%block dave', 'user.block', { user: 'dave' }],
    ['%block @dave', 'user.block', { user: 'dave' }],
    ['%unblock dave', 'user.unblock', { user: 'dave' }],
  ])('%s', async (line, method, params) => {
    expect(await asks(line)).toEqual([method, params]);
  });

  test('%help, %connect, %exit and %quit call no method', async () => {
    for (const line of ['%help', '%connect localhost 6789', '%exit', '%quit']) {
      expect((await type(line)).calls, line).toEqual([]);
    }
  });
});

describe('a command line is understood', () => {
  test.each<[string, string, unknown]>([
    ['in capitals', '%GROUPJOIN News', { group: 'News' }],
    ['in mixed case', '%GroupJoin News', { group: 'News' }],
    ['with several spaces', '%groupjoin    news', { group: 'news' }],
    ['with tabs', '%groupjoin\t \tnews', { group: 'news' }],
    ['with spaces behind', '%groupjoin news  \t', { group: 'news' }],
    ['in quotes', '%groupjoin "news"', { group: 'news' }],
    ['with letters of any script', '%groupjoin Küche', { group: 'Küche' }],
  ])('%s', async (_, line, params) => {
    expect(await asks(line)).toEqual(['group.join', params]);
  });

  test.each<[string, string, string, string]>([
    ['a subject of one word', '%post hello there you', 'hello', 'there you'],
    ['a subject in quotes', '%post "Lunch on Friday" Who is in?', 'Lunch on Friday', 'Who is in?'],
    ['a quote in a subject', String.raw`%post "He said \"no\"" Why?`, 'He said "no"', 'Why?'],
    ['a backslash in a subject', String.raw`%post "C:\\temp" x`, 'C:\\temp', 'x'],
    ['a backslash that escapes nothing', String.raw`%post "a\nb" x`, String.raw`a\nb`, 'x'],
    ['a quote inside a word', '%post a"b c', 'a"b', 'c'],
    ['a backslash outside quotes', String.raw`%post a\"b c`, String.raw`a\"b`, 'c'],
    ['spaces in a subject in quotes', '%post "  a  b "   x', '  a  b ', 'x'],
    ['an empty subject in quotes, for the board to refuse', '%post "" x', '', 'x'],
    ['spaces in content', '%post s  a  b  ', 's', 'a  b  '],
    ['quotes in content', '%post s "a" \\"b"', 's', '"a" \\"b"'],
    ['a command in content', '%post s %exit', 's', '%exit'],
    ['a subject in single quotes', "%post 'Lunch on Friday' Who?", 'Lunch on Friday', 'Who?'],
    ['an apostrophe in single quotes', "%post 'Bob's lunch' Who?", "Bob's lunch", 'Who?'],
    ['an apostrophe that begins a word', "%post 'tis Bob's turn", "'tis", "Bob's turn"],
    ['an apostrophe in a word', "%post Bob's turn", "Bob's", 'turn'],
    ['a subject in curly quotes', '%post “Smart quotes” are fine', 'Smart quotes', 'are fine'],
    ['a subject in single curly quotes', '%post ‘Re: it’s on’ yes', 'Re: it’s on', 'yes'],
    ['a subject in German quotes', '%post „Guten Tag“ alle', 'Guten Tag', 'alle'],
    [
      'a subject in French quotes',
      '%post «\u00a0Bonjour à tous\u00a0» ça va',
      'Bonjour à tous',
      'ça va',
    ],
    ['a subject in guillemets turned round', '%post »Guten Tag« alle', 'Guten Tag', 'alle'],
    ['a quote of one kind in another', `%post 'say "no"' x`, 'say "no"', 'x'],
    ['a tab behind a subject', '%post "s"\tx', 's', 'x'],
  ])('%s', async (_, line, subject, content) => {
    expect(await asks(line)).toEqual(['message.post', { group: 'main', subject, content }]);
  });

  test.each<[string, unknown]>([
    ['%list 5', { limit: 5 }],
    ['%list 1000', { limit: 1000 }],
    ['%list before 7', { limit: 100, before: 7 }],
    ['%list 5 before 7', { limit: 5, before: 7 }],
    ['%list 5 BEFORE 7', { limit: 5, before: 7 }],
    ['%list all', { after: 0, limit: 20 }],
    ['%list ALL', { after: 0, limit: 20 }],
    ['%list all before 7', { after: 0, limit: 20, before: 7 }],
    ['%list 5 before #7', { limit: 5, before: 7 }],
  ])('%s', async (line, page) => {
    expect(await asks(line)).toEqual(['message.list', { group: 'main', ...(page as object) }]);
    const named = line.replace('%list', '%grouplist news');
    expect(await asks(named)).toEqual(['message.list', { group: 'news', ...(page as object) }]);
  });

  test('%connect passes on an address and a port', async () => {
    const { connected, lines } = await type('%connect board.example 6789');
    expect(connected).toEqual([['board.example', '6789']]);
    expect(lines).toEqual(['[INFO] Connected.']);
  });

  test.each(['%exit', '%quit'])('%s says goodbye and ends the session', async (line) => {
    const { lines, exited } = await type(line);
    expect(lines).toEqual(['[INFO] Goodbye.']);
    expect(exited).toBe(true);
  });
});

test.each(['%message last', '%groupmessage main LAST'])(
  '%s reads the newest message',
  async (line) => {
    const newest = { group: 'main', groupId: 1, messages: headers(7), more: true };
    const { calls } = await type(line, { ...answers(), 'message.list': newest });
    expect(calls.slice(0, 2)).toEqual([
      ['message.list', { group: 'main', limit: 1 }],
      ['message.get', { group: 'main', number: 7 }],
    ]);
  },
);

test('%message last in a group without messages says that there is none', async () => {
  const { lines } = await type('%message last', {
    'message.list': { group: 'main', groupId: 1, messages: [], more: false },
  });
  expect(lines[0]).toContain('[ERROR] There is no message for you in main.');
});

describe('wrong arguments call no method, and the error shows the right form', () => {
  test.each([
    ['%groupjoin', 'the group is missing', '%groupjoin <group>'],
    ['%groupjoin   ', 'the group is missing', '%groupjoin <group>'],
    ['%groupjoin a b c', '"c" is too much', '%groupjoin <group>'],
    ['%join now then again', '"again" is too much', '%join'],
    ['%leave now', '"now" is too much', '%leave'],
    ['%users now', '"now" is too much', '%users'],
    ['%groups now', '"now" is too much', '%groups'],
    ['%unread now', '"now" is too much', '%unread'],
    ['%whoami now', '"now" is too much', '%whoami'],
    ['%ping now', '"now" is too much', '%ping'],
    ['%exit now', '"now" is too much', '%exit or %quit'],
    ['%groupleave', 'the group is missing', '%groupleave <group>'],
    ['%groupusers', 'the group is missing', '%groupusers <group>'],
    ['%grouppost', 'the group is missing', '%grouppost <group> <subject> [content]'],
    ['%grouppost main', 'the subject is missing', '%grouppost <group> <subject> [content]'],
    ['%post', 'the subject is missing', '%post <subject> [content]'],
    ['%post "s x', 'the subject has no closing quote', '%post <subject> [content]'],
    ['%post "s\\" x', 'the subject has no closing quote', '%post <subject> [content]'],
    ['%post “s x', 'the subject has no closing quote: ”', '%post <subject> [content]'],
    ['%post «s x', 'the subject has no closing quote: »', '%post <subject> [content]'],
    ['%post "s"x y', 'a space is missing after the subject', '%post <subject> [content]'],
    ['%message', 'the number is missing', '%message <number>'],
    ['%message seven', 'the number is a number from 1 up, not "seven"', '%message <number>'],
    ['%message 0', 'the number is a number from 1 up, not "0"', '%message <number>'],
    ['%message -1', 'the number is a number from 1 up, not "-1"', '%message <number>'],
    ['%message 1.5', 'the number is a number from 1 up, not "1.5"', '%message <number>'],
    ['%message 1e3', 'the number is a number from 1 up, not "1e3"', '%message <number>'],
    ['%message 9007199254740992', 'the number is a number', '%message <number>'],
    ['%message 1 2', '"2" is too much', '%message <number>'],
    ['%groupmessage main', 'the number is missing', '%groupmessage <group> <number>'],
    ['%list 0', 'the count is a number from 1 up', '%list [count or all] [before <number>]'],
    ['%list 1001', 'the count is at most 1000, or "all"', '%list [count or all]'],
    ['%list some', 'the count is a number from 1 up, not "some"', '%list [count or all]'],
    ['%list before', 'the number after "before" is missing', '%list [count or all]'],
    ['%list 5 after 7', '"before" was expected in place of "after"', '%list [count or all]'],
    ['%list 5 before x', 'the number after "before" is a number', '%list [count or all]'],
    ['%list 5 before 7 8', '"8" is too much', '%list [count or all]'],
    ['%grouplist', 'the group is missing', '%grouplist <group> [count or all]'],
    ['%connect', 'the address is missing', '%connect <address> [port]'],
    ['%connect localhost 1 2', '"2" is too much', '%connect <address> [port]'],
    ['%help a b', '"b" is too much', '%help [command]'],
  ])('%j', async (line, why, form) => {
    const { lines, done, calls, exited } = await type(line, answers());
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain(`[ERROR] Wrong arguments: ${why}`);
    expect(lines[1]).toContain(`[INFO] Type: ${form}`);
    expect(done).toBe(false);
    expect(calls).toEqual([]);
    expect(exited).toBe(false);
  });
});

describe('an unknown command', () => {
  test.each([
    ['%gruops', '%groups'],
    ['%group', '%groups'],
    ['%JION', '%join'],
    ['%lst', '%list'],
    ['%hist', '%list'],
    ['%messsage 7', '%message'],
    ['%grupjoin main', '%groupjoin'],
  ])('%s gets the nearest command as a suggestion', async (line, near) => {
    const { lines, done, calls } = await type(line, answers());
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\[ERROR\] There is no command %/);
    expect(lines[0]).toContain(`Did you mean ${near}? Type %help for the commands.`);
    expect([done, calls]).toEqual([false, []]);
  });

  test.each(['%exti', '%quti', '%laeve', '%grupleave', '%conect', '%nxt'])(
    'never gets a suggestion that ends a connection or a membership: %s',
    async (line) => {
      const { lines } = await type(line, answers());
      expect(lines[0]).not.toMatch(/%(exit|quit|leave|groupleave|connect)\b/);
    },
  );

  test.each([
    [':join', '%join [group] [code]'],
    ['help', '%help [command]'],
    ['?', '%help [command]'],
    ['quit', '%quit'],
    ['exit', '%exit'],
    [':q', '%exit'],
    [':q!', '%exit'],
    [':list', '%list [count or all] [before <number>]'],
    ['who', '%users [all]'],
    ['/part', '%leave'],
  ])('of another program, %s, gets the command that does the same here', async (line, right) => {
    const { lines, exited, calls } = await type(line, answers());
    expect(lines).toEqual([
      `[ERROR] "${line}" is no command here: type ${right}. Type %help for the commands.`,
    ]);
    expect([exited, calls]).toEqual([false, []]);
  });

  test.each(['/join', '/HELP', '/quit', '/grouplist main', '/list'])(
    'is not one that begins with a slash: %s',
    async (line) => {
      const run = await type(line, answers());
      expect(run).toEqual(await type(line.replace('/', '%'), answers()));
      expect(run.done).toBe(true);
    },
  );

  test('clear gets the key that clears the screen', async () => {
    expect((await type('clear')).lines[0]).toContain('Ctrl-L clears the screen');
  });

  test.each(['%frobnicate', '%x', '%', `%${'x'.repeat(1000)}`])(
    'without a similar command gets no suggestion: %#',
    async (line) => {
      const { lines } = await type(line);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(/^\[ERROR\] There is no command %\w*…?\. Type %help for/);
    },
  );

  test.each(['hello', 'joint', '"%join"'])(
    'without a percent sign is refused with an explanation: %j',
    async (line) => {
      const { lines } = await type(line);
      expect(lines).toEqual([
        `[ERROR] "${line}" is no command: commands start with %. Type %help for the commands.`,
      ]);
    },
  );

  test.each(['%', ''])(
    'that is very long is shortened in the error, with %j in front',
    async (sign) => {
      const { lines } = await type(`${sign}${'y'.repeat(60_000)}`);
      expect(lines[0]).toContain(`${sign}${'y'.repeat(79)}`);
      expect(lines[0]?.length).toBeLessThan(200);
    },
  );

  test('is cleaned before it is repeated in the error', async () => {
    const { lines } = await type('%\u001b[2J\u202e');
    expect(lines[0]).toContain('There is no command %␛[2J.');
  });
});

test.each([
  ['%groupjoin', 'Type: %groupjoin <group> [code] (for main: %join [group] [code])'],
  ['%users news', 'Type: %users [all] (for another group: %groupusers <group> [all])'],
  ['%leave news', 'Type: %leave (for another group: %groupleave <group>)'],
  [
    '%message news 3',
    'Type: %message <number> (for another group: %groupmessage <group> <number>)',
  ],
  ['%list news', 'for another group: %grouplist <group> [count or all] [before <number>])'],
])('the error for %s shows the form of the command for a group', async (line, form) => {
  expect((await type(line, answers())).lines[1]).toContain(form);
});

test.each(['%message', '%list', '%exit'])(
  'a very long argument of %s is shortened in the error',
  async (command) => {
    const { lines } = await type(`${command} ${'9'.repeat(60_000)}`, answers(), { user: 'alice' });
    expect(lines[0]).toContain(`"${'9'.repeat(80)}…"`);
    expect(lines[0]?.length).toBeLessThan(200);
  },
);

test.each(textCommands.flatMap(({ words }) => words))('%s is known in any case', async (word) => {
  const { lines } = await type(`${word.toUpperCase()} `, answers(), { user: 'alice' });
  expect(lines.join('\n')).not.toContain('There is no command');
});

describe('before the login', () => {
  test.each(['%help', '%ping', '%connect localhost 1', '%exit'])('%s can be used', async (line) => {
    expect((await type(line, answers(), {})).done).toBe(true);
  });

  test.each([
    '%groups',
    '%join',
    '%post s c',
    '%list',
    '%message 1',
    '%users',
    '%leave',
    '%unread',
    '%whoami',
    '%groupjoin main',
    '%groupjoin',
  ])('%s asks for a name first', async (line) => {
    const { lines, calls, done } = await type(line, answers(), {});
    expect(lines).toEqual(['[ERROR] Say who you are first. Type your name.']);
    expect([done, calls]).toEqual([false, []]);
  });
});

describe('a refusal by the board', () => {
  test('is printed as an error with what to type next', async () => {
    const { lines, done } = await type('%groupjoin x', {
      'group.join': boardError('GROUP_NOT_FOUND', 'x'),
    });
    expect(lines).toEqual(['[ERROR] There is no group x. Type %groups to see the groups.']);
    expect(done).toBe(false);
  });

  test('because of wrong arguments is printed with the right form', async () => {
    const { lines } = await type('%groupjoin x', {
      'group.join': boardError('INVALID_PARAMS', 'group: too strange'),
    });
    expect(lines).toEqual([
      '[ERROR] Wrong arguments: group: too strange.',
      '[INFO] Type: %groupjoin <group> [code] (for main: %join [group] [code])',
    ]);
  });
});

test('an unexpected error is thrown and not printed as a refusal', async () => {
  await expect(type('%ping', {})).rejects.toThrow('Nothing was expected to call ping');
});

test.each(['%list all', '%list 1000'])('%s prints at most 20 messages at a time', async (line) => {
  const header = { senderId: 1, sender: 'bob', postedAt: 'now', subject: 's', thread: 1 };
  const messages = Array.from({ length: 1000 }, (_, at) => ({ number: at + 1, ...header }));
  const page = { group: 'main', groupId: 1, messages, more: false };
  const { pieces, done } = await type(line, { 'message.list': page });
  expect(done).toBe(true);
  const sizes = pieces.map((piece) => piece.split('\n').length - 1);
  expect(Math.max(...sizes)).toBe(20);
  expect(sizes.reduce((sum, size) => sum + size)).toBe(1002);
});
